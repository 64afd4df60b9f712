import Testing

@testable import HTTPListener

@Suite(.timeLimit(.minutes(2)))
struct StoppingTests {
    static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func finishesWhatIsInFlight() async throws {
        let handler = KeepingHandler()
        let listener = try HTTPServer(ListenerConfiguration(), handler: handler)
        let port = listener.port
        let client = Task {
            try await onThread {
                let client = try RawClient(port: port)
                try client.send(Self.get)
                return try (client.answer(), client.rest())
            }
        }
        let reply = try #require(await handler.arrivals.first { _ in true })

        let stop = Task { await listener.stop(within: .seconds(30)) }
        // Refused connections show that stopping has begun.
        try await onThread {
            while (try? RawClient(port: port, patience: 1)) != nil {}
        }
        #expect(reply.send(.text(200, "in time")))
        await stop.value

        let (answer, rest) = try await client.value
        #expect(answer.text == "in time")
        #expect(answer.header("connection") == "close")
        #expect(rest == [])
    }

    @Test func answersTheRest503AtTheDeadline() async throws {
        let handler = KeepingHandler()
        let listener = try HTTPServer(ListenerConfiguration(), handler: handler)
        let port = listener.port
        let clients = Task {
            try await onThreads(10) { _ in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                return try client.answer()
            }
        }
        var replies: [SharedReply] = []
        for await reply in handler.arrivals {
            replies.append(reply)
            if replies.count == 10 { break }
        }

        await listener.stop(within: .milliseconds(50))  // Without end, were it not for the deadline.

        let answers = try await clients.value
        #expect(answers.allSatisfy { $0.status == 503 && $0.header("retry-after") != nil && $0.isComplete })
        #expect(replies.allSatisfy { !$0.send(.text(200, "too late")) })
    }

    @Test func answersArrivingWhileItStopsLoseNothing() async throws {
        for round in 0..<20 {
            let handler = KeepingHandler()
            let listener = try HTTPServer(ListenerConfiguration(), handler: handler)
            let port = listener.port
            let clients = Task {
                try await onThreads(4) { _ in
                    let client = try RawClient(port: port)
                    try client.send(Self.get)
                    return try client.answer().status
                }
            }
            var replies: [SharedReply] = []
            for await reply in handler.arrivals {
                replies.append(reply)
                if replies.count == 4 { break }
            }
            let stop = Task { await listener.stop(within: .zero) }
            let late = replies
            let sent = try await onThread { late.map { $0.send(.text(200, "")) } }
            await stop.value

            let statuses = try await clients.value
            #expect(statuses.filter { $0 == 200 }.count == sent.filter(\.self).count, "round \(round)")
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 }, "round \(round)")
        }
    }

    /// Peers that keep their side open, in the middle of a request or with an answer, do not keep the listener.
    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 4), ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab", 0),
    ])
    func keepsNothingWhenItHasStopped(sent: String, requests: Int) async throws {
        weak var kept: KeepingHandler?
        var clients: [RawClient] = []
        do {
            let handler = KeepingHandler()
            kept = handler
            let listener = try HTTPServer(ListenerConfiguration(), handler: handler)
            for _ in 0..<4 {
                let client = try RawClient(port: listener.port)
                try client.send(sent)
                clients.append(client)
            }
            var arrivals = handler.arrivals.makeAsyncIterator()
            var replies: [SharedReply] = []
            for _ in 0..<requests { replies.append(try #require(await arrivals.next())) }
            await listener.stop(within: .milliseconds(100))
            for reply in replies { #expect(!reply.send(.text(200, "too late"))) }
        }
        // Its thread may still be on its way out.
        while kept != nil {
            try Task.checkCancellation()
            await Task.yield()
        }
        for client in clients { _ = client.rest() }
    }

    @Test func stopsOnceForManyCallers() async throws {
        let listener = try HTTPServer(ListenerConfiguration(), handler: RecordingHandler())
        let port = listener.port

        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { await listener.stop(within: .seconds(1)) } }
        }
        await listener.stop(within: .zero)

        #expect(throws: RawClient.Failure.self) { try RawClient(port: port) }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost:", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab",
    ])
    func waitsForNoHalfRequest(sent: String) async throws {
        let handler = KeepingHandler()
        let listener = try HTTPServer(ListenerConfiguration(), handler: handler)
        let port = listener.port
        let half = Task {
            try await onThread {
                let client = try RawClient(port: port)
                try client.send(sent)
                return client.rest()
            }
        }
        while listener.statistics.accepted == 0 { try await Task.sleep(for: .milliseconds(10)) }
        let whole = Task {
            try await onThread {
                let client = try RawClient(port: port)
                try client.send(Self.get)
                return try client.answer().text
            }
        }
        let reply = try #require(await handler.arrivals.first { _ in true })

        let start = ContinuousClock.now
        let stop = Task { await listener.stop(within: .seconds(20)) }
        // Refused connections show that stopping has begun.
        try await onThread {
            while (try? RawClient(port: port, patience: 1)) != nil {}
        }
        #expect(reply.send(.text(200, "in time")))
        await stop.value
        let took = ContinuousClock.now - start

        #expect(took < .seconds(4))
        #expect(try await whole.value == "in time")
        let rest = try #require(try await half.value, "the connection was kept")
        #expect(rest.isEmpty || String(decoding: rest, as: UTF8.self).hasPrefix("HTTP/1.1 503 "))
    }

    /// It is what the receiver is for, and it comes once.
    @Test func waitsForAWantedBodyAsLongAsItComes() async throws {
        let handler = RecordingHandler(decide: { _ in .readBody(givesWay: false) })
        let listener = try HTTPServer(ListenerConfiguration(), handler: handler)
        let port = listener.port
        let client = Task {
            try await onThread {
                let client = try RawClient(port: port)
                try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
                #expect(try client.answer().status == 100)
                for _ in 0..<100 {
                    try client.send("a")
                    DripPause.wait()
                }
                return try client.answer().status
            }
        }
        while listener.statistics.accepted == 0 { try await Task.sleep(for: .milliseconds(10)) }

        await listener.stop(within: .seconds(20))

        #expect(try await client.value == 200)
    }

    @Test func stopsWhenDroppedWithARequestSuspended() async throws {
        let handler = KeepingHandler()
        var listener: HTTPServer? = try HTTPServer(ListenerConfiguration(), handler: handler)
        let port = listener?.port ?? 0
        let client = Task {
            try await onThread {
                let client = try RawClient(port: port)
                try client.send(Self.get)
                return try client.answer().status
            }
        }
        let reply = try #require(await handler.arrivals.first { _ in true })

        listener = nil

        #expect(listener == nil)
        #expect(try await client.value == 503)
        #expect(!reply.send(.text(200, "too late")))
    }

    @Test func canBeDroppedByItsOwnHandler() async throws {
        // The last reference goes away on the listener's own thread, where libmicrohttpd can't be stopped.
        let holder = Lock<HTTPServer?>(nil)
        let handler = ReplyHandler { _, reply in
            let last = holder.withLock { $0.take() }
            reply.send(.text(200, last == nil ? "gone" : "dropping"))
        }
        let port = try holder.withLock { holder in
            let listener = try HTTPServer(ListenerConfiguration(), handler: handler)
            holder = listener
            return listener.port
        }

        let text = try await onThread {
            let client = try RawClient(port: port)
            try client.send(Self.get)
            let text = try client.answer().text
            while (try? RawClient(port: port, patience: 1)) != nil {}
            return text
        }
        #expect(text == "dropping")
    }

    @Test func saysWhyItCannotStart() throws {
        let first = try HTTPServer(ListenerConfiguration(), handler: RecordingHandler())
        let taken = first.port

        #expect(throws: ListenerError.addressInUse(host: "127.0.0.1", port: taken)) {
            try HTTPServer(ListenerConfiguration(port: taken), handler: RecordingHandler())
        }
        for host in ["localhost", "192.0.2.1", "", "[::1]", "127.0.0.1:80"] {
            #expect(throws: ListenerError.badAddress(host: host)) {
                try HTTPServer(ListenerConfiguration(host: host), handler: RecordingHandler())
            }
        }
        let files = TLSFiles(certificate: "/nonexistent/a", privateKey: "/nonexistent/b")
        let error = #expect(throws: ListenerError.self) {
            try HTTPServer(ListenerConfiguration(tls: files), handler: RecordingHandler())
        }
        #expect(error.map { "\($0)" }?.contains("/nonexistent/a") == true)
        #expect(first.port == taken)
    }
}
