import BaseKit
import Foundation
import Testing

/// A service that takes the receiver's notifications and writes each down, running as a process of its own.
struct Downstream: Sendable {
    enum Kind: Sendable {
        /// The project's own `ricevuta listen`.
        case listen
        /// The same, with a secret of its own: it refuses everything.
        case stranger
        /// A service written with the public libraries `standardwebhooks` and `cloudevents`.
        case publicLibraries
    }

    let url: String
    private let log: String

    /// The Python with the public libraries, which `scripts/test` makes.
    static let python = ProcessInfo.processInfo.environment["RICEVUTA_TEST_PYTHON"]

    static func run(
        _ kind: Kind,
        in directory: String,
        _ body: @Sendable (Downstream) async throws -> Void
    ) async throws {
        let log = directory + "/downstream.log"
        switch kind {
        case .listen, .stranger:
            let stranger = "whsec_" + Data(repeating: 9, count: 32).base64EncodedString()
            let secret = kind == .stranger ? stranger : TestBed.secret
            _ = try await Program.run(
                Program.executable("ricevuta"),
                ["listen", "--json", "--port", "0"],
                environment: ["RICEVUTA_WEBHOOK_SECRET": secret],
                output: log
            ) { _ in
                let line = try await Program.line(with: "listening on ", in: log)
                try await body(Downstream(url: String(line.dropFirst("listening on ".count)), log: log))
            }
        case .publicLibraries:
            let python = try #require(python, "scripts/test makes the environment that this test runs in")
            let script = URL(filePath: #filePath).appending(path: "../../Receivers/receiver.py").standardized
            let port = directory + "/downstream.port"
            _ = try await Program.run(
                python,
                [script.path, port, log],
                environment: ["WEBHOOK_SECRET": TestBed.secret],
                output: directory + "/downstream.problems"
            ) { _ in
                let port = try await Program.line(with: "", in: port)
                try await body(Downstream(url: "http://127.0.0.1:\(port)", log: log))
            }
        }
    }

    /// Everything that arrived, in order; a line that is being written counts not yet.
    func arrivals() throws -> [JSONValue] {
        let text = try String(contentsOfFile: log, encoding: .utf8)
        return text.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
    }
}
