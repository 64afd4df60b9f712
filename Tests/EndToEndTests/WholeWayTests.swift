import Foundation
import TestSupport
import Testing
import Visengine

/// The executables themselves, talked to over loopback.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct WholeWayTests {
    @Test func aCallbackWithABadTokenStoresNothing() async throws {
        try await withGround { ground in
            try await ground.receiver { receiver in
                let answer = try await ground.post(receiver.callbacks + "/v1.k1.AAAAAAAAAAAAAAAAAAAAAA.forged", "{}")
                #expect(answer == 401)
                let bare = try await ground.post(receiver.callbacks, #"{"_id":"65f0c0ffee0123456789abcd"}"#)
                #expect(bare == 401)

                let status = try await ground.status()
                #expect(status["callbacks"] == [:])
                #expect(status["orders"] == [:])
            }
        }
    }

    @Test func aGoodTokenThatClaimsWhatTheAPIDoesNotShowChangesNothing() async throws {
        try await withGround { ground in
            try await ground.receiver { receiver in
                let registration = try await ground.registrations(1)[0]
                let id = try await ground.order(calledBackAt: [registration])[0]
                let url = try #require(registration["url"]?.string)
                let answer = try await ground.post(url, #"{"data":{"_id":"\#(id)","stato_richiesta":"Visura evasa"}}"#)
                #expect(answer == 200)

                try await ground.until { try await ground.status()["callbacks"]?["unconfirmed"]?.int64 == 1 }
                let shown = try await ground.json(["order", "show", id, "--json"])
                #expect(shown["state"]?.string != "fulfilled")
                #expect(shown["document"]?.string == "none")
                #expect(shown["documents"] == [])
                _ = receiver
            }
        }
    }

    @Test func tenCallbacksForEachOrderMakeOneDocumentAndOneNotification() async throws {
        let orders = 1000
        try await withGround { ground in
            try await ground.receiver { receiver in
                let registrations = try await ground.registrations(orders)
                let ids = try await ground.order(calledBackAt: registrations)
                try await ground.advance(to: "Visura evasa")

                var calls: [(url: String, body: String)] = []
                for (registration, id) in zip(registrations, ids) {
                    let url = try #require(registration["url"]?.string)
                    let body = #"{"data":{"_id":"\#(id)","stato_richiesta":"Visura evasa","timestamp_last_update":1}}"#
                    calls += Array(repeating: (url, body), count: 10)
                }
                let statuses = try await ground.postAll(calls.shuffled())
                #expect(statuses == [200: calls.count])

                try await ground.until {
                    let status = try await ground.status()
                    return status["deliveries"]?["delivered"]?.int64 ?? 0 >= Int64(2 * orders)
                        && status["jobs"]?["fetch"] == nil
                }
                let deliveries = try await ground.json(["delivery", "list", "--json", "--limit", "100000"]).array ?? []
                let available = deliveries.filter { $0["type"]?.string == "document.available" }
                #expect(available.count == orders)
                #expect(Set(available.compactMap { $0["order"]?.string }).count == orders)
                let documents = try await ground.status()["documents"]?.int64
                #expect(documents == Int64(orders))
                let files = try FileManager.default.subpathsOfDirectory(atPath: ground.directory + "/documents")
                #expect(files.filter { $0.hasSuffix("document.available.zip") }.count == orders)
                _ = receiver
            }
        }
    }

    @Test func whatWasAcknowledgedOutlivesKilling() async throws {
        try await withGround { ground in
            let registrations = try await ground.registrations(200)
            let ids = try await ground.order(calledBackAt: registrations)
            try await ground.advance(to: "Visura evasa")
            var acknowledged: Set<String> = []
            for round in 0..<20 {
                let taken = try await ground.receiver(isKilled: true) { _ in
                    var taken: Set<String> = []
                    for index in (round * 10)..<(round * 10 + 10) {
                        let url = try #require(registrations[index]["url"]?.string)
                        let body = #"{"_id":"\#(ids[index])","stato_richiesta":"Visura evasa"}"#
                        // Killed somewhere between these, after a number of callbacks that differs each time.
                        if index % 10 > Int.random(in: 3...9) { break }
                        if try await ground.post(url, body) == 200 { taken.insert(ids[index]) }
                    }
                    return taken
                }
                acknowledged.formUnion(taken)
            }
            let kept = acknowledged
            try await ground.receiver { _ in
                try await ground.until {
                    try await ground.status()["deliveries"]?["delivered"]?.int64 ?? 0 >= Int64(2 * kept.count)
                }
                let orders = try await ground.json(["order", "list", "--json", "--limit", "10000"]).array ?? []
                #expect(kept.isSubset(of: orders.compactMap { $0["id"]?.string }))
                let files = try FileManager.default.subpathsOfDirectory(atPath: ground.directory + "/documents")
                let documents = files.filter { $0.hasSuffix("document.available.zip") }
                #expect(documents.count == kept.count)
                let deliveries = try await ground.json(["delivery", "list", "--json", "--limit", "100000"]).array ?? []
                let available = deliveries.filter { $0["type"]?.string == "document.available" }
                #expect(Set(available.compactMap { $0["notification"]?.string }).count == kept.count)
            }
        }
    }
}
