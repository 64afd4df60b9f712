import BaseKit
import Testing

extension EndToEnd {
    /// However often, and in whatever shape, a fact is told: it happens once.
    @Suite(.timeLimit(.minutes(5)))
    struct DuplicateCallbackTests {
        @Test func tenCallbacksForEachOrderMakeOneDocumentAndOneNotificationForEachSink() async throws {
            let orders = 1000
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    let registrations = try await bed.registrations(orders)
                    let ids = try await bed.order(calledBackAt: registrations)
                    try await bed.advance(to: "Visura evasa")
                    var calls: [TestBed.Call] = []
                    for (registration, id) in zip(registrations, ids) {
                        let url = try #require(registration["url"]?.string)
                        calls += FulfilledShapes.of(id, at: url)
                    }
                    #expect(calls.count == 10 * orders)

                    let statuses = try await bed.postAll(calls.shuffled())
                    #expect(statuses == [200: calls.count])

                    try await bed.until { try await bed.status()["jobs"] == [:] }
                    let status = try await bed.status()
                    #expect(status["callbacks"] == ["confirmed": JSONValue(orders)], "ten shapes are one fact")
                    #expect(status["documents"] == JSONValue(orders))

                    let deliveries = try await bed.json(["delivery", "list", "--limit", "100000"]).array ?? []
                    for sink in ["folder", "service"] {
                        let told = deliveries.filter {
                            $0["sink"]?.string == sink && $0["type"]?.string == "document.available"
                        }
                        #expect(told.count == orders)
                        #expect(Set(told.compactMap { $0["order"]?.string }) == Set(ids))
                        #expect(told.allSatisfy { $0["state"]?.string == "delivered" })
                    }
                    let documents = try bed.deliveredDocuments()
                    #expect(documents.count == orders)
                    let arrivals = try bed.downstream.arrivals().filter {
                        $0["type"]?.string == "document.available"
                    }
                    #expect(Set(arrivals.compactMap { $0["order"]?.string }) == Set(ids))
                    #expect(Set(arrivals.compactMap { $0["id"]?.string }).count == orders)
                    #expect(arrivals.allSatisfy { $0["verified"] == true })
                }
            }
        }
    }
}

/// Ten ways to say that an order's document is there.
enum FulfilledShapes {
    static func of(_ id: String, at url: String) -> [TestBed.Call] {
        let json = "application/json"
        let form = "application/x-www-form-urlencoded"
        let order = #"{"_id":"\#(id)","stato_richiesta":"Visura evasa","timestamp_last_update":1750000000}"#
        let escaped = order.replacing(#"""#, with: #"\""#)
        let shapes: [(type: String?, body: String)] = [
            (json, order),
            (json, #"{"data":\#(order)}"#),
            (json, #"{"success":true,"message":"","error":null,"data":\#(order)}"#),
            (json, #"{"visengineData":\#(order)}"#),
            (json, #"{"data":"\#(escaped)"}"#),
            (form, "data=\(order)"),
            (form, "data[_id]=\(id)&data[stato_richiesta]=Visura+evasa&data[timestamp_last_update]=1750000000"),
            (nil, order),
            ("text/plain", order.replacing("_id", with: "id").replacing("1750000000", with: #""1750000000""#)),
            (json, order.replacing("Visura evasa", with: "VISURA_EVASA")),
        ]
        return shapes.map { TestBed.Call(url: url, contentType: $0.type, body: $0.body) }
    }
}
