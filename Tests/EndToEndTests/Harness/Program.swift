import Foundation
import Subprocess
import SystemPackage
import Testing

/// One program, running as its own process until the scope ends.
struct Program {
    let identifier: Int32
    private let sendSignal: @Sendable (Signal) throws -> Void

    /// Runs a program, its output appended to a file, for as long as `body` runs; ends it with SIGTERM, then SIGKILL.
    ///
    /// - Returns: What `body` returned, and how the program ended.
    static func run<Result: Sendable>(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        output: String,
        body: (Program) async throws -> Result
    ) async throws -> (result: Result, status: TerminationStatus) {
        let log = try FileDescriptor.open(
            FilePath(output),
            .writeOnly,
            options: [.create, .append, .closeOnExec],
            permissions: .ownerReadWrite
        )
        defer { try? log.close() }  // Nothing is lost: the child has its own copy.
        let overrides = environment.reduce(into: [Environment.Key: String?]()) {
            $0[.init(stringLiteral: $1.key)] = $1.value
        }
        let outcome = try await Subprocess.run(
            .path(FilePath(executable)),
            arguments: Arguments(arguments),
            environment: .inherit.updating(overrides),
            input: .none,
            output: .fileDescriptor(log, closeAfterSpawningProcess: false),
            error: .fileDescriptor(log, closeAfterSpawningProcess: false)
        ) { execution in
            let program = Program(identifier: execution.processIdentifier.value) { try execution.send(signal: $0) }
            do {
                let result = try await body(program)
                await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(20))])
                return result
            } catch {
                await execution.teardown(using: [])
                throw error
            }
        }
        return (outcome.closureResult, outcome.terminationStatus)
    }

    /// Sends a signal; a program that has ended already is no problem.
    func signal(_ signal: Signal) { try? sendSignal(signal) }

    /// The most memory that the program has had resident so far, in bytes.
    func peakResidentBytes() throws -> Int64 {
        let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int64(line.split(separator: " ", omittingEmptySubsequences: true)[1])) * 1024
    }
}
