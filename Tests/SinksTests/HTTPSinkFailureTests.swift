import Foundation
import HTTPListener
import RicevutaCore
import Synchronization
import TestSupport
import Testing

@testable import Sinks

@Suite(.timeLimit(.minutes(1)))
struct HTTPSinkFailureTests {
    @Test func endsASlowAttemptInTime() async throws {
        let answer: @Sendable (Request) async -> Response = { _ in
            try? await Task.sleep(for: .seconds(20))
            return Response(status: 200)
        }
        try await withReceiver(answer: answer) { receiver in
            let sink = try TestSink.make(
                "http://127.0.0.1:\(receiver.port)/",
                adjust: { $0.timeLimit = .seconds(1) }
            )

            let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

            #expect(outcome == .transient(reason: "timed out waiting for the endpoint's response"))
            #expect(sink.limits.timeLimit == .seconds(1))
        }
    }

    @Test func aBodyThatNeverEndsCannotHoldAnAcceptedMessage() async throws {
        let answer: @Sendable (Request) async -> Response = { _ in
            Response(status: 200, body: .stream(length: nil, EndlessBody()))
        }
        try await withReceiver(answer: answer) { receiver in
            // Longer than the suite may take: it is not this limit that ends the attempt.
            let sink = try TestSink.make(
                "http://127.0.0.1:\(receiver.port)/",
                adjust: { $0.timeLimit = .seconds(600) }
            )

            let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

            #expect(outcome == .accepted)
        }
    }

    @Test func littleIsReadOfAnAnswerHoweverLongItIs() async throws {
        let body = FloodingBody()
        let answer: @Sendable (Request) async -> Response = { _ in
            Response(status: 200, body: .stream(length: nil, body))
        }
        try await withReceiver(answer: answer) { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")

            let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

            #expect(outcome == .accepted)
            // What the buffers of two sockets hold comes on top of what was read.
            #expect(body.sent.withLock { $0 } < 32 << 20)
        }
    }

    @Test func aReceiverThatIsNotThereMayComeBack() async throws {
        let receiver = try TestReceiver { _ in Response(status: 204) }
        await receiver.stop()
        let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")

        let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

        #expect(outcome == .transient(reason: "cannot connect: connection refused (127.0.0.1)"))
    }

    @Test func aConnectionThatBreaksOffMayHold() async throws {
        let answer: @Sendable (Request) async -> Response = { _ in
            Response(status: 200, body: .stream(length: 100, BrokenBody()))
        }
        try await withReceiver(answer: answer) { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")

            // The status came whole: the message is taken, whatever its body was to be.
            let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

            #expect(outcome == .accepted)
        }
    }

    @Test func refusesACertificateThatNobodyVouchesFor() async throws {
        try await withTemporaryDirectory { directory in
            let files = TLSFiles(certificate: "\(directory)/certificate.pem", privateKey: "\(directory)/key.pem")
            let openssl = try Process.run(
                URL(fileURLWithPath: "/usr/bin/openssl"),
                arguments: [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", files.privateKey,
                    "-out", files.certificate,
                ]
            )
            openssl.waitUntilExit()
            try await withReceiver(tls: files) { receiver in
                let sink = try TestSink.make("https://localhost:\(receiver.port)/")

                let outcome = await sink.outcome(
                    of: SampleNotifications.delivery(try SampleNotifications.notification())
                )

                guard case .transient(let reason, nil) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                let text = "TLS failed: the certificate is not trusted, is not for this host name, or has expired"
                #expect(reason == text)
                #expect(receiver.requests.isEmpty)
            }
        }
    }

    @Test func endsWhenItIsClosed() async throws {
        try await withReceiver { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")
            #expect(
                await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                    == .accepted
            )

            await sink.close()
            await sink.close()

            let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
            #expect(outcome == .transient(reason: "the sink is closed"))
            #expect(receiver.requests.count == 1)
        }
    }
}

private final class EndlessBody: BodyProducer {
    func next(upTo max: Int) -> BodyStep { .pause(.milliseconds(50)) }
}

private final class BrokenBody: BodyProducer {
    private let isFirst = Mutex(true)

    func next(upTo max: Int) -> BodyStep {
        isFirst.withLock { isFirst in
            defer { isFirst = false }
            return isFirst ? .bytes([1]) : .abort
        }
    }
}

private final class FloodingBody: BodyProducer {
    let sent = Mutex(0)

    func next(upTo max: Int) -> BodyStep {
        sent.withLock { $0 += max }
        return .bytes([UInt8](repeating: 0x20, count: max))
    }
}
