import BaseKit
import Foundation
import HTTPListener
import RicevutaCore
import Synchronization

@testable import Sinks

/// A receiver on a port of its own that keeps what it is sent.
final class TestReceiver: Sendable {
    let port: UInt16

    private let listener: HTTPServer
    private let received: ReceivedRequests

    init(tls: TLSFiles? = nil, answer: @escaping @Sendable (Request) async -> Response) throws {
        let received = ReceivedRequests()
        self.received = received
        listener = try HTTPServer(
            ListenerConfiguration(tls: tls),
            handler: AsyncRequestHandler { request in
                received.all.withLock { $0.append(request) }
                return await answer(request)
            }
        )
        port = listener.port
    }

    var requests: [Request] { received.all.withLock { $0 } }

    func stop() async { await listener.stop(within: .seconds(1)) }
}

private final class ReceivedRequests: Sendable {
    let all = Mutex<[Request]>([])
}

/// Runs a body with a receiver and stops it afterwards.
func withReceiver(
    tls: TLSFiles? = nil,
    answer: @escaping @Sendable (Request) async -> Response = { _ in Response(status: 204) },
    _ body: (TestReceiver) async throws -> Void
) async throws {
    let receiver = try TestReceiver(tls: tls, answer: answer)
    do {
        try await body(receiver)
    } catch {
        await receiver.stop()
        throw error
    }
    await receiver.stop()
}

/// A sink with a clock that stands still.
struct TestSink {
    static let secret = WebhookSecret.random()
    static let now = Timestamp(seconds: 1_800_000_000)

    static func make(
        _ url: String,
        signer: WebhookSigner = WebhookSigner(secret: secret),
        link: @escaping HTTPSink.Link = { _, _ in nil },
        addresses: HostResolver? = nil,
        adjust: (inout HTTPSinkSettings) -> Void = { _ in }
    ) throws -> HTTPSink {
        var settings = HTTPSinkSettings(url: url)
        adjust(&settings)
        guard let name = SinkName(rawValue: "downstream") else { throw CocoaError(.featureUnsupported) }
        return try HTTPSink(
            name: name,
            settings: settings,
            signer: signer,
            link: link,
            now: { now },
            addresses: addresses
        )
    }
}
