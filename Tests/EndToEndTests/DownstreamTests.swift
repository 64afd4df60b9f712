import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// What downstream services get can be read with the libraries that their authors use.
    @Suite(.timeLimit(.minutes(2)), .enabled(if: Downstream.python != nil, "scripts/test makes the environment"))
    struct DownstreamTests {
        @Test func publicLibrariesVerifyAndParseDeliveries() async throws {
            try await withTestBed(downstream: .publicLibraries) { bed in
                try await bed.receiver { _ in
                    let registrations = try await bed.registrations(5)
                    let ids = try await bed.order(calledBackAt: registrations)
                    try await bed.advance(to: "Visura evasa")
                    for (registration, id) in zip(registrations, ids) {
                        let url = try #require(registration["url"]?.string)
                        let answer = try await bed.post(url, #"{"_id":"\#(id)","stato_richiesta":"Visura evasa"}"#)
                        #expect(answer == 200)
                    }
                    // The ledger may not have the callbacks yet, and no job then.
                    try await bed.until {
                        let status = try await bed.status()
                        return status["documents"] == JSONValue(ids.count) && status["jobs"] == [:]
                    }

                    let arrivals = try bed.downstream.arrivals()
                    #expect(arrivals.compactMap { $0["error"]?.string } == [])
                    let available = arrivals.filter { $0["type"]?.string == "document.available" }
                    #expect(Set(available.compactMap { $0["order"]?.string }) == Set(ids))
                    for event in available {
                        #expect(event["specversion"]?.string == "1.0")
                        #expect(event["id"]?.string == event["webhook-id"]?.string)
                        #expect(event["delivery"]?.string?.isEmpty == false)
                        let order = try #require(event["order"]?.string)
                        let truth = try await bed.sandboxOrder(order)
                        #expect(event["sha256"] == truth["sha256"])
                    }
                }
            }
        }
    }
}
