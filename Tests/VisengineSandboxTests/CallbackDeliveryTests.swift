import HTTPListener
import Testing
import VisengineSandbox

/// A callback is sent once, whatever comes of it.
@Suite(.timeLimit(.minutes(1)))
struct CallbackDeliveryTests {
    @Test(arguments: [200, 204, 404, 500, 502, 503])
    func anAnswerIsRecordedAndNothingIsSentAgain(status: Int) async throws {
        try await withCatcher(status: status) { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            await wire.sandbox.callbacksSettled()
            wire.sandbox.advance(id)
            await wire.sandbox.callbacksSettled()

            #expect(
                wire.sandbox.report(id)?.callbacks == [
                    CallbackRecord(state: "In erogazione", status: status),
                    CallbackRecord(state: "Dati disponibili", status: status),
                ]
            )
            #expect(catcher.requests.count == 2)
        }
    }

    @Test func aRedirectIsNotFollowed() async throws {
        try await withCatcher { wire, target in
            let redirect = Response(status: 307, headers: [("Location", target.url)])
            try await withReceiver {
                redirect
            } _: { url in
                let id = try await wire.place(Samples.pension(Samples.callback(url)))
                await wire.sandbox.callbacksSettled()

                #expect(wire.sandbox.report(id)?.callbacks == [CallbackRecord(state: "In erogazione", status: 307)])
                #expect(target.requests.isEmpty)
            }
        }
    }

    @Test func whereNobodyListensNoAnswerComes() async throws {
        try await withSandbox { wire in
            // Port 1 is nobody's; one that was free a moment ago could be another test's by now.
            for url in ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "no address"] {
                let id = try await wire.place(Samples.pension(Samples.callback(url)))
                await wire.sandbox.callbacksSettled()

                let records = try #require(wire.sandbox.report(id)?.callbacks)
                #expect(records.map(\.state) == ["In erogazione"], "\(url)")
                #expect(records.first?.status == nil)
                #expect(records.first?.error?.isEmpty == false)
            }
        }
    }

    @Test func anAnswerThatTakesTooLongIsNotWaitedFor() async throws {
        try await withHeldAnswers(callbackTimeLimit: .milliseconds(20)) { wire, url, _ in
            let id = try await wire.place(Samples.pension(Samples.callback(url)))
            await wire.sandbox.callbacksSettled()

            let records = try #require(wire.sandbox.report(id)?.callbacks)
            #expect(records.count == 1)
            #expect(records.first?.status == nil)
            #expect(records.first?.error != nil)
        }
    }

    @Test func stoppingBreaksOffWhatIsUnderWay() async throws {
        try await withHeldAnswers(callbackTimeLimit: .seconds(3600)) { wire, url, gate in
            let id = try await wire.place(Samples.pension(Samples.callback(url)))
            await gate.arrival()

            await wire.sandbox.stop()

            // Nobody is left waiting either.
            await wire.sandbox.callbacksSettled()
            #expect(wire.sandbox.report(id)?.callbacks.contains { $0.status != nil } == false)
        }
    }

    /// Runs a body with the address of something that takes callbacks.
    private func withReceiver(
        answer: @escaping @Sendable () async -> Response,
        _ body: (String) async throws -> Void
    ) async throws {
        let listener = try HTTPServer(
            ListenerConfiguration(),
            handler: AsyncRequestHandler { _ in await answer() }
        )
        do {
            try await body("http://127.0.0.1:\(listener.port)/")
        } catch {
            await listener.stop(within: .seconds(1))
            throw error
        }
        await listener.stop(within: .seconds(1))
    }

    /// A sandbox, and a receiver that answers nothing until the body has ended.
    private func withHeldAnswers(
        callbackTimeLimit: Duration,
        _ body: (Wire, String, Gate) async throws -> Void
    ) async throws {
        let gate = Gate()
        try await withReceiver {
            await gate.pass()
            return Response(status: 200)
        } _: { url in
            defer { gate.open() }
            try await withSandbox(SandboxConfiguration(callbackTimeLimit: callbackTimeLimit)) { wire in
                try await body(wire, url, gate)
            }
        }
    }
}

/// Lets nobody through until it is opened, and tells who has come.
private final class Gate: Sendable {
    private let arrivals = AsyncStream<Void>.makeStream()
    private let opening = AsyncStream<Void>.makeStream()

    func pass() async {
        arrivals.continuation.yield()
        for await _ in opening.stream {}
    }

    func arrival() async {
        for await _ in arrivals.stream { return }
    }

    func open() { opening.continuation.finish() }
}
