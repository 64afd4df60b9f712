import AsyncHTTPClient
import BaseKit
import HTTPListener
import NIOCore
import NIOHTTP1
import Synchronization
import Testing
import Visengine
import VisengineSandbox

/// A clock in Unix seconds that stands until it is told to go on.
final class TestClock: Sendable {
    private let time = Mutex<Int64>(1_750_000_000)

    var now: Int64 { time.withLock { $0 } }

    func pass(_ seconds: Int64) { time.withLock { $0 += seconds } }
}

enum Method: String {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// An answer of the sandbox's.
struct Answer: Sendable {
    var status: Int
    var headers: NIOHTTP1.HTTPHeaders
    var body: [UInt8]

    /// The body as JSON; `null` when it is none.
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? nil }
    /// The envelope's `data`.
    var data: JSONValue { json["data"] ?? nil }
    /// HTTP status, `error` and `message` in one text, for comparing.
    var summary: String {
        "\(status)/\(json["error"]?.text ?? "-") \(json["message"]?.string ?? "-")"
    }
}

/// A sandbox, spoken to without the client.
struct Wire: Sendable {
    let sandbox: Sandbox
    let http: HTTPClient

    /// Makes a request.
    func send(
        _ method: Method,
        _ path: String,
        _ body: JSONValue? = nil,
        token: String? = "sandbox-token",
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: sandbox.baseURL + path)
        request.method = HTTPMethod(rawValue: method.rawValue)
        if let token { request.headers.add(name: "authorization", value: "Bearer " + token) }
        request.headers.add(contentsOf: headers)
        if let body { request.body = .bytes(body.encoded()) }
        let response = try await http.execute(request, deadline: .now() + .seconds(30))
        let bytes = Array(buffer: try await response.body.collect(upTo: 16 << 20))
        return Answer(status: Int(response.status.code), headers: response.headers, body: bytes)
    }

    /// Places an order and gives its id.
    func place(_ body: JSONValue = Samples.pension()) async throws -> OrderID {
        let answer = try await send(.post, "/richiesta", body)
        return try #require(answer.data["_id"]?.string.flatMap { OrderID(rawValue: $0) }, "\(answer.summary)")
    }

    /// Reads an order's `data`.
    func order(_ id: OrderID) async throws -> JSONValue { try await send(.get, "/richiesta/\(id)").data }

    /// Makes a call of the control API.
    func control(_ path: String, _ body: JSONValue? = nil) async throws -> Answer {
        try await send(body == nil ? .get : .post, "/sandbox/" + path, body, token: nil)
    }
}

/// Runs a body with a sandbox, and stops it afterwards.
func withSandbox(
    _ configuration: SandboxConfiguration = SandboxConfiguration(),
    _ body: (Wire) async throws -> Void
) async throws {
    var settings = HTTPClient.Configuration()
    settings.redirectConfiguration = .disallow
    settings.connectionPool.retryConnectionEstablishment = false
    let http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: settings)
    let sandbox = try Sandbox(configuration)
    do {
        try await body(Wire(sandbox: sandbox, http: http))
    } catch {
        await sandbox.stop()
        try await http.shutdown()
        throw error
    }
    await sandbox.stop()
    try await http.shutdown()
}

/// Takes callbacks.
final class Catcher: Sendable {
    private let listener: HTTPServer
    private let caught: CaughtRequests

    init(status: Int = 200) throws {
        let caught = CaughtRequests()
        self.caught = caught
        listener = try HTTPServer(
            ListenerConfiguration(),
            handler: AsyncRequestHandler { request in
                caught.all.withLock { $0.append(request) }
                return Response(status: status)
            }
        )
    }

    var url: String { "http://127.0.0.1:\(listener.port)/in" }
    var requests: [Request] { caught.all.withLock { $0 } }

    /// What the callbacks claim, in the order of their coming.
    func states() throws -> [String] {
        try requests.map { request in
            let order = try JSONValue(parsing: request.body)["data"]
            return try #require(order?["stato_richiesta"]?.string)
        }
    }

    func stop() async { await listener.stop(within: .seconds(1)) }
}

private final class CaughtRequests: Sendable {
    let all = Mutex<[Request]>([])
}

/// Runs a body with a sandbox and something that takes its callbacks.
func withCatcher(
    _ configuration: SandboxConfiguration = SandboxConfiguration(),
    status: Int = 200,
    _ body: (Wire, Catcher) async throws -> Void
) async throws {
    let catcher = try Catcher(status: status)
    do {
        try await withSandbox(configuration) { try await body($0, catcher) }
    } catch {
        await catcher.stop()
        throw error
    }
    await catcher.stop()
}
