import AsyncHTTPClient
import BaseKit
import NIOCore
import NIOHTTP1
import NIOPosix
import RicevutaCore

extension HTTPSink {
    /// How one request to one address ended.
    enum Attempt {
        case answered(DeliveryResult)
        /// Nothing was sent: another address may be tried.
        case notConnected(String)
        case failed(String)
    }

    private static let maxAnswerBytes = 16 << 10

    /// A new connection costs less than waiting longer than this for the rest of an answer.
    private static let maxDraining: Duration = .seconds(1)

    static func send(
        _ request: HTTPClientRequest,
        with client: HTTPClient,
        deadline: ContinuousClock.Instant,
        now: @Sendable () -> Timestamp
    ) async -> Attempt {
        let left = max(.zero, ContinuousClock.now.duration(to: deadline))
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, deadline: .now() + TimeAmount(left))
        } catch {
            return failure(error)
        }
        let outcome = HTTPAnswer.outcome(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "retry-after"),
            now: now()
        )
        let beginning = await read(response.body, until: min(deadline, .now + maxDraining))
        return .answered(
            DeliveryResult(outcome, answer: SinkAnswer(status: Int(response.status.code), body: beginning))
        )
    }

    /// Reads a short body to its end, so that the connection can be used again.
    ///
    /// The client's own deadline ends with the answer's head.
    ///
    /// - Returns: Its beginning, for an operator; the status alone decides.
    private static func read(
        _ body: HTTPClientResponse.Body,
        until deadline: ContinuousClock.Instant
    ) async -> [UInt8] {
        await TimeLimit.run(max(.zero, ContinuousClock.now.duration(to: deadline))) {
            var (count, beginning) = (0, [UInt8]())
            do {
                for try await piece in body {
                    count += piece.readableBytes
                    let missing = max(0, SinkAnswer.maxBodyBytes + 1 - beginning.count)
                    beginning += piece.readableBytesView.prefix(missing)
                    if count > maxAnswerBytes { break }
                }
            } catch {
                // Broken off, or slow: what came is what there is.
            }
            return beginning
        }
        .value
    }

    private static func failure(_ error: any Error) -> Attempt {
        switch error {
        case let error as HTTPClientError: failure(error)
        case ChannelError.connectTimeout: .notConnected("cannot connect: timed out")
        case let error as IOError:
            ConnectFailure.reason(errno: error.errnoCode).map { .notConnected("cannot connect: \($0)") }
                ?? .failed("sending failed: \(ConnectFailure.words(errno: error.errnoCode))")
        case is NIOConnectionError: .notConnected("cannot connect")
        case is CancellationError: .failed("the attempt was cancelled")
        // What libraries say of themselves is long, and names files of their own sources.
        default: .failed(TLSFailure.reason(in: "\(error)") ?? "sending failed (\(type(of: error)))")
        }
    }

    private static func failure(_ error: HTTPClientError) -> Attempt {
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout: .failed("timed out waiting for the endpoint's response")
        case .connectTimeout: .notConnected("cannot connect: timed out")
        case .tlsHandshakeTimeout: .notConnected("TLS handshake timed out")
        case .remoteConnectionClosed: .failed("the endpoint closed the connection")
        case .cancelled: .failed("the attempt was cancelled")
        default: .failed("sending failed: \(error.shortDescription)")
        }
    }
}
