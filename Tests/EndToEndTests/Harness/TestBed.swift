import AsyncHTTPClient
import BaseKit
import Foundation
import Subprocess
import Testing

/// All tests that start the executables, one after another: each wants the machine for itself.
@Suite(.serialized)
struct EndToEnd {}

/// A directory with a configuration; a sandbox and a downstream service run beside it.
struct TestBed: Sendable {
    /// A receiver that runs.
    struct Receiver: Sendable {
        /// Where callbacks go.
        var callbacks: String
        /// Where operators look.
        var admin: String
        /// The file that its log lines are in.
        var log: String
        var program: Program
    }

    let directory: String
    /// Where the sandbox listens.
    let provider: String
    let downstream: Downstream
    let http: HTTPClient

    static let secret = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
    static let environment = [
        "RICEVUTA_PROVIDER_TOKEN": "sandbox-token",
        "RICEVUTA_TOKEN_KEY": String(repeating: "0123456789abcdef", count: 4),
        "RICEVUTA_NEXT_TOKEN_KEY": String(repeating: "fedcba9876543210", count: 4),
        "RICEVUTA_WEBHOOK_SECRET": secret,
    ]

    var configuration: String { directory + "/ricevuta.yaml" }
    var dataDirectory: String { directory + "/data" }

    /// Runs `serve` for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - environment: What its environment has besides.
    ///   - body: Runs once it listens.
    /// - Returns: What `body` returned.
    /// - Throws: What `body` throws, or ``HarnessError``.
    func receiver<Result: Sendable>(
        environment: [String: String] = [:],
        _ body: @Sendable (Receiver) async throws -> Result
    ) async throws -> Result {
        try await receiver(environment: environment, log: "serve-\(UUID().uuidString).log", body).result
    }

    /// Runs `serve` with more in its environment, its log in a file of that name, for as long as `body` runs.
    ///
    /// - Returns: What `body` returned, and how the program ended.
    func receiver<Result: Sendable>(
        environment: [String: String],
        log name: String,
        _ body: @Sendable (Receiver) async throws -> Result
    ) async throws -> (result: Result, status: TerminationStatus) {
        let log = "\(directory)/\(name)"
        return try await Program.run(
            Program.executable("ricevuta"),
            ["serve", "--config", configuration],
            environment: Self.environment.merging(environment) { _, new in new },
            output: log
        ) { program in
            let line = try await Program.line(with: "Listening", in: log)
            let json = try JSONValue(parsing: Array(line.utf8))
            return try await body(
                Receiver(
                    callbacks: try #require(json["callbacks"]?.string),
                    admin: try #require(json["admin"]?.string),
                    log: log,
                    program: program
                )
            )
        }
    }

    /// Changes the configuration file; the text has to be there.
    func configure(_ text: String, as other: String) throws {
        let old = try String(contentsOfFile: configuration, encoding: .utf8)
        try #require(old.contains(text))
        try old.replacing(text, with: other).write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    /// Makes orders whose documents are there, and posts the callback of each.
    func finishedOrders(_ count: Int) async throws -> [String] {
        let registrations = try await registrations(count)
        let ids = try await order(calledBackAt: registrations)
        try await advance(to: "Visura evasa")
        for (registration, id) in zip(registrations, ids) {
            let url = try #require(registration["url"]?.string)
            #expect(try await post(url, #"{"_id":"\#(id)","stato_richiesta":"Visura evasa"}"#) == 200)
        }
        return ids
    }

    /// Files in the sink's folder that hold documents, by path in it.
    func deliveredDocuments() throws -> [String] {
        let files = try FileManager.default.subpathsOfDirectory(atPath: directory + "/documents")
        return files.filter { $0.hasSuffix("document.available.zip") }
    }

    // MARK: Commands

    /// Runs a command of `ricevuta` to its end.
    ///
    /// - Returns: What it printed, what it complained about, and its exit code.
    func command(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> (text: String, problems: String, code: Int32) {
        let output = try await Program.output(
            Program.executable("ricevuta"),
            arguments + ["--config", configuration],
            environment: Self.environment.merging(environment) { _, new in new }
        )
        return (String(decoding: output.bytes, as: UTF8.self), output.problems, output.code)
    }

    /// Runs a command of `ricevuta` that prints JSON.
    func json(_ arguments: [String]) async throws -> JSONValue {
        try JSONValue(parsing: Array(try await command(arguments + ["--json"]).text.utf8))
    }

    /// What `status` says.
    func status() async throws -> JSONValue { try await json(["status"]) }

    /// `callback_data` of new orders.
    func registrations(_ count: Int) async throws -> [JSONValue] {
        try await json(["token", "mint", "--count", String(count)]).array ?? []
    }

    /// Waits until something holds, looking ten times a second, so many seconds at most.
    func until(within seconds: Int = 120, _ holds: @Sendable () async throws -> Bool) async throws {
        for _ in 0..<(10 * seconds) {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let status = try await status()
        Issue.record("it did not come to hold within \(seconds) seconds; status: \(status)")
    }
}

/// Runs `body` with a sandbox that sends no callbacks of its own, a downstream service, and a configuration for both.
func withTestBed(
    sandbox options: [String] = [],
    downstream kind: Downstream.Kind = .listen,
    reconciliation: String = "minReadBackInterval: 0s",
    _ body: @Sendable (TestBed) async throws -> Void
) async throws {
    try await withWorkDirectory { directory in
        let log = directory + "/sandbox.log"
        _ = try await Program.run(
            Program.executable("visengine-sandbox"),
            ["--port", "0", "--silent"] + options,
            output: log
        ) { _ in
            let line = try await Program.line(with: "listening on ", in: log)
            let provider = String(line.dropFirst("listening on ".count))
            try await Downstream.run(kind, in: directory) { downstream in
                let text = configuration(provider: provider, downstream: downstream.url, reconciliation: reconciliation)
                var settings = HTTPClient.Configuration()
                // A receiver that was killed refuses at once; the client would try again for ten seconds.
                settings.connectionPool.retryConnectionEstablishment = false
                let http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: settings)
                let bed = TestBed(directory: directory, provider: provider, downstream: downstream, http: http)
                try text.write(toFile: bed.configuration, atomically: true, encoding: .utf8)
                do { try await body(bed) } catch {
                    try? await http.shutdown()  // What the test failed for is of more interest.
                    throw error
                }
                try await http.shutdown()
            }
        }
    }
}

private func configuration(provider: String, downstream: String, reconciliation: String) -> String {
    // Below the ports that the system hands out by itself, so that the receiver finds its own again after each restart.
    let port = UInt16.random(in: 20_000...29_999)
    return """
        dataDirectory: ./data
        listener: {port: \(port), publicURL: "http://127.0.0.1:\(port)"}
        admin: {port: 0}
        provider: {baseURL: "\(provider)", requestsPerSecond: 10000, token: {fromEnvironment: RICEVUTA_PROVIDER_TOKEN}}
        tokens: {active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}}
        reconciliation: {\(reconciliation)}
        sinks:
          - {name: folder, type: directory, path: ./documents, timeLimit: 120s}
          - {name: service, type: http, url: "\(downstream)/", secrets: [{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]}

        """
}
