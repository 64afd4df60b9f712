import HTTPListener
import Testing
import Visengine
import VisengineClient
import VisengineSandbox

/// A provider that is silent or slow is not waited for longer than allowed.
///
/// The limits run on the real clock: short where they are to be over, and then it does not matter how far the call
/// came; how often it was made is read off the waits between, and nothing is measured.
@Suite(.timeLimit(.minutes(1)))
struct TimeLimitTests {
    static let long = Duration.seconds(3600)

    /// The limits of one kind of call, the others as good as none.
    static func limits(_ call: VisengineCall, _ limit: Duration) -> CallTimeLimits {
        let isReading = VisengineCall.readings.contains(call)
        return CallTimeLimits(
            reading: isReading ? limit : long,
            changing: isReading ? long : limit,
            documentSilence: long
        )
    }

    @Test(arguments: VisengineCall.allCases)
    func aSilentProviderIsNotWaitedFor(call: VisengineCall) async throws {
        let clock = TestClock()
        try await withRawProvider(.silence) { provider in
            try await withClient(
                of: provider.baseURL,
                clock: clock,
                adjust: {
                    $0.timeLimits = Self.limits(call, .milliseconds(100))
                    $0.retry = RetryPolicy(maxAttempts: 2)
                }
            ) { client in
                let error = try await failure(of: call, with: client)

                #expect(error.name == "network")
                #expect(error.description.contains("timed out"))
                #expect(error.isRetryable)
                #expect(clock.waits.count == (VisengineCall.readings.contains(call) ? 1 : 0))
            }
        }
    }

    @Test(arguments: VisengineCall.allCases.filter { $0 != .document })
    func anAnswerThatComesInDropsHasToEndInTime(call: VisengineCall) async throws {
        let slowly = SlowBody(pieceBytes: 1, pause: .milliseconds(50))
        try await withSandbox(adjust: {
            $0.timeLimits = Self.limits(call, .milliseconds(300))
            $0.retry = .never
        }) { client, sandbox in
            sandbox.setFaults { $0.slowBody = slowly }

            let error = try await failure(of: call, with: client)

            #expect(error.name == "network")
            #expect(error.description.contains("timed out"))
        }
    }

    @Test func aDocumentHasToMove() async throws {
        let clock = TestClock()
        try await withProvider(
            clock: clock,
            adjust: { $0.timeLimits = CallTimeLimits(reading: Self.long, documentSilence: .milliseconds(200)) },
            answer: { _, _ in
                Response(status: 200, body: .stream(length: 4096, SilentBody(Array(#"{"data":{"file":"AAAA"#.utf8))))
            }
        ) { client, _ in
            let error = try await failure(of: .document, with: client)

            #expect(error.cause == .network("timed out: no data for 0.2 seconds"))
            #expect(error.isRetryable)
            #expect(clock.waits.isEmpty)
        }
    }

    @Test func aDocumentThatMovesMayTakeLongerThanAnyLimit() async throws {
        let limits = CallTimeLimits(reading: .seconds(3), documentSilence: .seconds(3))
        var configuration = SandboxConfiguration()
        // 26 KB of answer in pieces with 130 ms between: more than three seconds in all.
        configuration.faults.slowBody = SlowBody(calls: [.document], pieceBytes: 1000, pause: .milliseconds(130))
        try await withSandbox(configuration, adjust: { $0.timeLimits = limits }) { client, sandbox in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            sandbox.finish()
            let writer = MemoryWriter()

            _ = try await client.readDocument(of: id, into: writer)

            #expect(writer.bytes.count == 20_000)
            #expect(sandbox.count(.document) == 1)
        }
    }

    @Test(arguments: [VisengineCall.place, .order, .document])
    func cancellingEndsACall(call: VisengineCall) async throws {
        let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
        try await withProvider { _, _ in
            arrive.yield()
            return Response(status: 200, body: .stream(length: 4096, SilentBody([])))
        } _: { client, provider in
            let task = Task { try await failure(of: call, with: client) }
            for await _ in arrived { break }
            task.cancel()

            let error = try await task.value

            #expect(error.cause == .cancelled)
            #expect(error.mayHaveSucceeded == (call == .place))
            #expect(provider.requests.count == 1)
        }
    }
}

/// A body that begins and then says nothing more.
private final class SilentBody: BodyProducer {
    private let start: BrokenBody

    init(_ bytes: [UInt8]) { start = BrokenBody(bytes.isEmpty ? [] : [bytes], breaksOff: false) }

    func next(upTo max: Int) -> BodyStep {
        if case .bytes(let bytes) = start.next(upTo: max) { return .bytes(bytes) }
        return .pause(.seconds(1))
    }
}
