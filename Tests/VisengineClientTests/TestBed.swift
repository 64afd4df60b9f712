import AsyncHTTPClient
import BaseKit
import HTTPListener
import Synchronization
import Visengine
import VisengineClient
import VisengineSandbox

/// A clock that moves only when the client waits, and a die that always falls as told.
final class TestClock: Sendable {
    private struct State {
        var time: Duration = .seconds(1000)
        var waits: [Duration] = []
    }

    /// The time of day when the clock starts.
    static let start = Timestamp(seconds: 1_800_000_000)

    private let state = Mutex(State())
    private let jitter: Double

    /// Waits for something else too.
    private let sleep: (@Sendable (Duration) async throws -> Void)?

    init(jitter: Double = 0, sleep: (@Sendable (Duration) async throws -> Void)? = nil) {
        self.jitter = jitter
        self.sleep = sleep
    }

    /// What was waited for, in order.
    var waits: [Duration] { state.withLock { $0.waits } }

    func pass(_ duration: Duration) { state.withLock { $0.time += duration } }

    var environment: ClientEnvironment {
        ClientEnvironment(
            now: { Self.start },
            monotonic: { self.state.withLock { $0.time } },
            sleep: { (duration: Duration) async throws(CancellationError) -> Void in
                guard !Task.isCancelled else { throw CancellationError() }
                do { try await self.sleep?(duration) } catch { throw CancellationError() }
                self.state.withLock { state in
                    state.time += duration
                    state.waits.append(duration)
                }
            },
            random: { self.jitter }
        )
    }
}

/// The token of all clients here, which is also the sandbox's.
let sampleToken = "sandbox-token"

/// Runs a body with a client, and ends its connections afterwards.
func withClient(
    of baseURL: String,
    clock: TestClock = TestClock(),
    token: @escaping @Sendable () async -> String = { sampleToken },
    adjust: (inout VisengineAPIConfiguration) -> Void = { _ in },
    _ body: (VisengineAPI) async throws -> Void
) async throws {
    var configuration = VisengineAPIConfiguration(baseURL: baseURL)
    adjust(&configuration)
    let http = HTTPClient(
        eventLoopGroup: HTTPClient.defaultEventLoopGroup,
        configuration: configuration.httpClientConfiguration
    )
    let client = VisengineAPI(configuration, http: http, environment: clock.environment, token: token)
    do {
        try await body(client)
    } catch {
        try await http.shutdown()
        throw error
    }
    try await http.shutdown()
}

/// Runs a body with a sandbox and a client of it.
func withSandbox(
    _ configuration: SandboxConfiguration = SandboxConfiguration(),
    clock: TestClock = TestClock(),
    token: String = sampleToken,
    adjust: (inout VisengineAPIConfiguration) -> Void = { _ in },
    _ body: (VisengineAPI, Sandbox) async throws -> Void
) async throws {
    let sandbox = try Sandbox(configuration)
    do {
        try await withClient(of: sandbox.baseURL, clock: clock, token: { token }, adjust: adjust) { client in
            try await body(client, sandbox)
        }
    } catch {
        await sandbox.stop()
        throw error
    }
    await sandbox.stop()
}

/// A provider that answers as it is told, and keeps what it is sent.
final class TestProvider: Sendable {
    private let listener: HTTPServer
    private let received: ReceivedRequests

    /// Answers with what the function makes of a request and its number, from 0.
    init(_ answer: @escaping @Sendable (Request, Int) async -> Response) throws {
        let received = ReceivedRequests()
        self.received = received
        listener = try HTTPServer(
            ListenerConfiguration(),
            handler: AsyncRequestHandler { request in
                await answer(request, received.add(request))
            }
        )
    }

    var baseURL: String { "http://127.0.0.1:\(listener.port)" }
    var requests: [Request] { received.all.withLock { $0 } }

    func stop() async { await listener.stop(within: .zero) }
}

private final class ReceivedRequests: Sendable {
    let all = Mutex<[Request]>([])

    func add(_ request: Request) -> Int {
        all.withLock { all in
            all.append(request)
            return all.count - 1
        }
    }
}

/// Runs a body with such a provider and a client of it.
func withProvider(
    clock: TestClock = TestClock(),
    adjust: (inout VisengineAPIConfiguration) -> Void = { _ in },
    answer: @escaping @Sendable (Request, Int) async -> Response,
    _ body: (VisengineAPI, TestProvider) async throws -> Void
) async throws {
    let provider = try TestProvider(answer)
    do {
        try await withClient(of: provider.baseURL, clock: clock, adjust: adjust) { client in
            try await body(client, provider)
        }
    } catch {
        await provider.stop()
        throw error
    }
    await provider.stop()
}

extension Response {
    /// An envelope with data.
    static func success(_ data: JSONValue) -> Response {
        .json(200, Envelope(data: data, isSuccess: true).json.encoded())
    }

    /// An envelope that says no.
    static func refusal(
        _ status: Int,
        _ code: Int? = nil,
        message: String = "",
        retryAfter: String? = nil
    ) -> Response {
        let error = code.map { ProviderErrorCode(rawValue: $0) }
        var response = Response.json(status, Envelope(isSuccess: false, message: message, error: error).json.encoded())
        if let retryAfter { response.headers.append(("Retry-After", retryAfter)) }
        return response
    }
}
