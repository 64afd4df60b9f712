import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// Programs that other people wrote post callbacks: each is taken, and tells the same fact, whatever wrote it and
    /// whether a proxy stands between.
    @Suite(
        .timeLimit(.minutes(2)),
        .enabled(if: Proxy.isInstalled && Sender.areInstalled, "scripts/test installs the senders")
    )
    struct SenderTests {
        @Test(arguments: Sender.all)
        func whatASenderPostsIsTheSameFact(_ sender: Sender) async throws {
            let count = sender.ways.count
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let urls = try await bed.registrations(count).map { try #require($0["url"]?.string) }
                    let ids = try await bed.order(calledBackAt: urls.map { ["url": .string($0)] })
                    try await bed.advance(to: "Visura evasa")
                    let orders = zip(ids, urls).map { Self.order($0, calledBackAt: $1) }

                    let direct = try await sender.post(Array(zip(urls, orders)), in: bed.directory)
                    #expect(direct == Self.answers(sender, "accepted"))

                    try await bed.untilDone(count)
                    let status = try await bed.status()
                    #expect(status["callbacks"] == ["confirmed": JSONValue(count)])
                    #expect(status["documents"] == JSONValue(count))

                    try await Proxy.run(before: receiver.callbacks, in: bed.directory) { proxy in
                        let calls = try urls.map { try proxy.url(for: $0) }
                        let again = try await sender.post(Array(zip(calls, orders)), in: bed.directory)
                        #expect(again == Self.answers(sender, "duplicate"))
                    }
                    for (url, order) in zip(urls, orders) {
                        let body = String(decoding: order.encoded(), as: UTF8.self)
                        #expect(try await bed.answer(url, body) == "200 duplicate", "it is the fact that JSON tells")
                    }
                    let after = try await bed.status()
                    #expect(after["callbacks"] == ["confirmed": JSONValue(count)])
                    let documents = try bed.deliveredDocuments()
                    #expect(documents.count == count)
                }
            }
        }

        /// The first callbacks of orders come through the proxy, on connections that are kept.
        @Test func whatComesThroughAProxyIsTakenAtOnce() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    try await Proxy.run(before: receiver.callbacks, in: bed.directory) { proxy in
                        var count = 0
                        for sender in Sender.all {
                            count += sender.ways.count
                            let urls = try await bed.registrations(sender.ways.count)
                                .map { try #require($0["url"]?.string) }
                            let ids = try await bed.order(calledBackAt: urls.map { ["url": .string($0)] })
                            try await bed.advance(to: "Visura evasa")
                            let orders = zip(ids, urls).map { Self.order($0, calledBackAt: $1) }
                            let calls = try urls.map { try proxy.url(for: $0) }

                            let answers = try await sender.post(Array(zip(calls, orders)), in: bed.directory)

                            #expect(answers == Self.answers(sender, "accepted"))
                        }
                        try await bed.untilDone(count)
                        let status = try await bed.status()
                        #expect(status["callbacks"] == ["confirmed": JSONValue(count)])
                        #expect(status["documents"] == JSONValue(count))
                    }
                }
            }
        }

        private static func answers(_ sender: Sender, _ text: String) -> [Sender.Answer] {
            sender.ways.map { Sender.Answer(way: $0, status: 200, text: text) }
        }

        /// The order as the provider tells it, with what encoders write in different ways.
        private static func order(_ id: String, calledBackAt url: String) -> JSONValue {
            [
                "_id": .string(id), "state": 1, "nome": "Pensione Vecchiaia – \"età\" & 100 % + \\ \u{1F1EE}",
                "stato_richiesta": "Visura evasa", "timestamp_last_update": 1_750_000_012,
                "callback_data": ["url": .string(url), "method": "POST", "field": "data", "data": [:]],
                "ricerche": [], "esito": ["codice": "0", "info": "OK"],
            ]
        }
    }
}

extension TestBed {
    /// Waits until so many orders have their documents, and nothing is left to do.
    fileprivate func untilDone(_ count: Int) async throws {
        try await until(within: 20) {
            let status = try await status()
            return status["documents"] == JSONValue(count) && status["jobs"] == [:]
        }
    }
}
