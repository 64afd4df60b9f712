import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Subprocess
import Synchronization
import TestSupport
import Testing
import Visengine

/// A directory with a configuration, and a sandbox that runs beside it.
struct Ground: Sendable {
    /// A receiver that runs.
    struct Receiver: Sendable {
        /// Where callbacks go.
        var callbacks: String
        /// Where operators look.
        var admin: String
        var program: Program
    }

    let directory: String
    let provider: String
    let port: UInt16
    let http: HTTPClient

    static let environment = [
        "RICEVUTA_PROVIDER_TOKEN": "sandbox-token",
        "RICEVUTA_TOKEN_KEY": String(repeating: "0123456789abcdef", count: 4),
    ]

    /// The directory with the executables: beside the tests.
    static let binaries = Bundle.main.executableURL?.deletingLastPathComponent().path ?? ".build/debug"

    static func executable(_ name: String) -> String {
        let beside = binaries + "/" + name
        return FileManager.default.isExecutableFile(atPath: beside)
            ? beside : "\(FileManager.default.currentDirectoryPath)/.build/debug/\(name)"
    }

    /// Runs `serve` for as long as `body` runs, then ends it, or kills it.
    func receiver<Result: Sendable>(
        isKilled: Bool = false,
        _ body: @Sendable (Receiver) async throws -> Result
    ) async throws -> Result {
        let log = directory + "/serve-\(UUID().uuidString).log"
        return try await Program.run(
            Self.executable("ricevuta"),
            ["serve", "--config", directory + "/ricevuta.yaml"],
            environment: Self.environment,
            output: log
        ) { program in
            let line = try await Self.line(with: "Listening", in: log)
            let json = try JSONValue(parsing: Array(line.utf8))
            let receiver = Receiver(
                callbacks: try #require(json["callbacks"]?.string),
                admin: try #require(json["admin"]?.string),
                program: program
            )
            let result = try await body(receiver)
            if isKilled { program.signal(.kill) }
            return result
        }.result
    }

    // MARK: Commands

    /// Runs a command that prints JSON.
    func json(_ arguments: [String]) async throws -> JSONValue {
        let result = await withCheckedContinuation { continuation in
            // A thread of its own: waiting for a process on the tests' two would hold up every other test.
            Thread { continuation.resume(returning: Result { try output(arguments) }) }.start()
        }
        return try JSONValue(parsing: Array(try result.get()))
    }

    private func output(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.executable("ricevuta"))
        process.arguments = arguments + ["--config", directory + "/ricevuta.yaml"]
        process.environment = ProcessInfo.processInfo.environment.merging(Self.environment) { _, new in new }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }

    /// What `status` says.
    func status() async throws -> JSONValue { try await json(["status", "--json"]) }

    /// `callback_data` of new orders.
    func registrations(_ count: Int) async throws -> [JSONValue] {
        try await json(["token", "mint", "--json", "--count", String(count)]).array ?? []
    }

    /// Waits until something holds, looking ten times a second, two minutes at most.
    func until(_ holds: @Sendable () async throws -> Bool) async throws {
        for _ in 0..<1200 {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let status = try await status()
        Issue.record("it did not come to hold within two minutes; status: \(status)")
    }

    // MARK: Requests

    /// Posts a callback, and gives the status of the answer.
    func post(_ url: String, _ body: String) async throws -> Int {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(Array(body.utf8))
        let response = try await http.execute(request, timeout: .seconds(30))
        for try await _ in response.body {}
        return Int(response.status.code)
    }

    /// Posts callbacks, 64 at a time, and counts the answers by status.
    func postAll(_ calls: [(url: String, body: String)]) async throws -> [Int: Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            var counts: [Int: Int] = [:]
            for (index, call) in calls.enumerated() {
                if index >= 64, let status = try await group.next() { counts[status, default: 0] += 1 }
                group.addTask { try await post(call.url, call.body) }
            }
            for try await status in group { counts[status, default: 0] += 1 }
            return counts
        }
    }

    /// Makes orders at the sandbox, which call nobody back by themselves.
    func order(calledBackAt registrations: [JSONValue]) async throws -> [String] {
        let answer = try await control("orders", ["callbacks": .array(registrations)])
        return answer["ids"]?.array?.compactMap(\.string) ?? []
    }

    /// Moves all orders on.
    func advance(to state: String) async throws {
        _ = try await control("advance", ["to": .string(state)])
    }

    private func control(_ call: String, _ body: JSONValue) async throws -> JSONValue {
        var request = HTTPClientRequest(url: "\(provider)/sandbox/\(call)")
        request.method = .POST
        request.body = .bytes(body.encoded())
        let response = try await http.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return try JSONValue(parsing: Array(bytes.readableBytesView))
    }

    static func line(with text: String, in log: String) async throws -> String {
        for _ in 0..<300 {
            let lines = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            if let line = lines.split(separator: "\n").first(where: { $0.contains(text) }) { return String(line) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw HarnessError(description: "no line with '\(text)' in \(log)")
    }
}

/// What the harness could not do.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
}

/// Runs `body` with a sandbox that sends no callbacks of its own, and a configuration that points at it.
func withGround(_ body: @Sendable (Ground) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        let log = directory + "/sandbox.log"
        _ = try await Program.run(
            Ground.executable("visengine-sandbox"),
            ["--port", "0", "--silent"],
            output: log
        ) { _ in
            let line = try await Ground.line(with: "listening on ", in: log)
            let provider = String(line.dropFirst("listening on ".count))
            try configuration(provider).write(
                toFile: directory + "/ricevuta.yaml",
                atomically: true,
                encoding: .utf8
            )
            let http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup)
            let port = UInt16.random(in: 20_000...29_999)
            let ground = Ground(directory: directory, provider: provider, port: port, http: http)
            let text = try String(contentsOfFile: directory + "/ricevuta.yaml", encoding: .utf8)
            try text.replacingOccurrences(of: "PORT", with: String(port)).write(
                toFile: directory + "/ricevuta.yaml",
                atomically: true,
                encoding: .utf8
            )
            do { try await body(ground) } catch {
                try? await http.shutdown()
                throw error
            }
            try? await http.shutdown()
        }
    }
}

private func configuration(_ provider: String) -> String {
    """
    dataDirectory: ./data
    listener: {port: PORT, publicURL: "http://127.0.0.1:PORT"}
    admin: {port: 0}
    provider: {baseURL: "\(provider)", requestsPerSecond: 10000, token: {fromEnvironment: RICEVUTA_PROVIDER_TOKEN}}
    tokens: {active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}}
    reconciliation: {minReadBackInterval: 0s}
    sinks:
      - {name: folder, type: directory, path: ./documents}

    """
}
