import Testing

@testable import HTTPListener

/// Whoever says nothing makes room for those who have something to say.
@Suite(.timeLimit(.minutes(2)))
struct ConnectionLimitTests {
    static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    private static func limits(_ most: Int, each: Int = 0) -> ListenerLimits {
        var limits = ListenerLimits()
        limits.maxConnections = most
        limits.maxConnectionsPerAddress = each
        return limits
    }

    @Test(arguments: ["", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"])
    func answersBesideACrowdThatFillsEveryPlace(said: String) async throws {
        let told = Lock<[ListenerStatistics]>([])
        var configuration = ListenerConfiguration(limits: Self.limits(20))
        configuration.onConnectionLimit = { statistics in told.withLock { $0.append(statistics) } }
        configuration.limits.requestDeadline = .seconds(1)  // Counts are as old as an eighth of it.
        let listener = try HTTPServer(configuration, handler: RecordingHandler())
        let port = listener.port

        let statuses = try await onThread {
            var crowd: [RawClient] = []
            return try (0..<30).map { number in
                for place in 0..<10 {
                    let client = try RawClient(port: port, from: "127.0.0.\(2 + (number + place) % 200)")
                    try? client.send(said)  // It may have made room already.
                    crowd.append(client)
                }
                let honest = try RawClient(port: port)
                try honest.send(Self.get)
                return try honest.answer().status
            }
        }

        #expect(statuses == [Int](repeating: 200, count: 30))
        let isCounted = { listener.statistics.accepted >= 330 && listener.statistics.overConnectionLimit >= 250 }
        while !isCounted() { try await Task.sleep(for: .milliseconds(20)) }
        #expect(listener.statistics.accepted == 330)
        #expect(listener.statistics.open <= 20)
        await listener.stop(within: .zero)
        #expect(told.withLock(\.count) == 1, "once in a minute is enough")
    }

    /// Its answer is on its way; further ones wait in the kernel's queue.
    @Test func keepsWhoeverHasBroughtAWholeRequest() async throws {
        let handler = KeepingHandler()
        try await withListener(handler, limits: Self.limits(2)) { listener in
            let port = listener.port
            var arrivals = handler.arrivals.makeAsyncIterator()
            var replies: [SharedReply] = []
            var clients: [Task<Int, any Error>] = []
            let (sent, sending) = AsyncStream<Void>.makeStream()
            var sends = sent.makeAsyncIterator()
            for number in 0..<4 {
                clients.append(
                    Task {
                        try await onThread {
                            let client = try RawClient(port: port)
                            try client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            sending.yield()
                            return try client.answer().status
                        }
                    }
                )
                // Until its request is there, it would give way.
                await sends.next()
                if number < 2, let reply = await arrivals.next() { replies.append(reply) }
            }
            for number in 0..<4 {
                replies[number].send(.text(200, "ok"))
                if number < 2, let reply = await arrivals.next() { replies.append(reply) }
            }
            var statuses: [Int] = []
            for client in clients { statuses.append(try await client.value) }
            #expect(statuses == [200, 200, 200, 200])
            #expect(listener.statistics.overConnectionLimit == 0)
        }
    }

    @Test(arguments: [true, false])
    func breaksOffABodyOnlyWhereTheHandlerCanDoWithoutIt(givesWay: Bool) async throws {
        let handler = RecordingHandler(decide: { _ in .readBody(givesWay: givesWay) })

        let statuses = try await withPort(handler, limits: Self.limits(3)) { port in
            let slow = try RawClient(port: port)
            try slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try slow.answer().status == 100)
            let others = try (0..<5).map { _ in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                #expect(try client.answer().status == 200)
                return client
            }
            #expect(others.count == 5)
            try? slow.send("ab")  // It may be closed.
            return try? slow.answer().status
        }
        #expect(statuses == (givesWay ? nil : 200))
    }

    @Test func takesThePlaceOfTheOldest() async throws {
        let rests = try await withPort(RecordingHandler(), limits: Self.limits(3)) { port in
            let clients = try (0..<3).map { _ in
                let client = try RawClient(port: port, patience: 1)
                try client.send(Self.get)
                #expect(try client.answer().status == 200)
                DripPause.wait()
                return client
            }
            // The first is not the oldest any more: what counts is how long there has been no request.
            try clients[0].send(Self.get)
            #expect(try clients[0].answer().status == 200)
            let newcomer = try RawClient(port: port)
            try newcomer.send(Self.get)
            #expect(try newcomer.answer().status == 200)
            return clients.map { $0.rest() != nil }
        }
        #expect(rests == [false, true, false])
    }

    @Test func letsAnAddressHaveSoManyAndClosesItsOldest() async throws {
        try await withPort(RecordingHandler(), limits: Self.limits(100, each: 3)) { port in
            let other = try RawClient(port: port, from: "127.0.0.9", patience: 1)
            let clients = try (0..<5).map { _ in
                let client = try RawClient(port: port, from: "127.0.0.8", patience: 1)
                try client.send(Self.get)
                #expect(try client.answer().status == 200)
                DripPause.wait()
                return client
            }
            #expect(clients.map { $0.rest() != nil } == [true, true, false, false, false])
            try other.send(Self.get)
            #expect(try other.answer().status == 200)
        }
    }

    /// All the world comes from a proxy's address, and it keeps its connections for the next to come.
    @Test func countsNoProxysConnectionsAndClosesThemLast() async throws {
        var configuration = ListenerConfiguration(limits: Self.limits(8, each: 3))
        configuration.isProxy = { $0 == [127, 0, 0, 8] }
        let listener = try HTTPServer(configuration, handler: RecordingHandler())
        let port = listener.port

        let kept = try await onThread {
            let proxy = try (0..<6).map { _ in
                let client = try RawClient(port: port, from: "127.0.0.8", patience: 1)
                try client.send(Self.get)
                #expect(try client.answer().status == 200)
                return client
            }
            for number in 0..<10 {
                let newcomer = try RawClient(port: port, from: "127.0.1.\(number)")
                try newcomer.send(Self.get)
                #expect(try newcomer.answer().status == 200)
            }
            return proxy.map { $0.rest() == nil }
        }
        await listener.stop(within: .zero)
        #expect(kept == [Bool](repeating: true, count: 6))
    }
}
