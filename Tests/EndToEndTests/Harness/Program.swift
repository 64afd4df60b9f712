import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// One program, running as its own process until the scope ends.
struct Program: Sendable {
    let identifier: Int32
    private let sendSignal: @Sendable (Signal) throws -> Void

    /// An executable of this package: beside the tests.
    static func executable(_ name: String) -> String {
        let beside = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: name).path
        if let beside, FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return "\(FileManager.default.currentDirectoryPath)/.build/debug/\(name)"
    }

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

    /// Runs a program to its end.
    ///
    /// - Returns: What it wrote to its output and to its error output, and its exit code.
    static func output(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> (bytes: [UInt8], problems: String, code: Int32) {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: waiting for a process on the tests' two would hold up every other test.
            Thread {
                continuation.resume(with: Result { try wait(for: executable, arguments, environment) })
            }.start()
        }
    }

    private static func wait(
        for executable: String,
        _ arguments: [String],
        _ environment: [String: String]
    ) throws -> (bytes: [UInt8], problems: String, code: Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let output = Pipe()
        let problems = FileManager.default.temporaryDirectory.appending(path: "problems-\(UUID().uuidString)")
        try Data().write(to: problems)
        defer { try? FileManager.default.removeItem(at: problems) }  // A few lines of text.
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: problems)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return (bytes, try String(contentsOf: problems, encoding: .utf8), process.terminationStatus)
    }

    /// Sends a signal; a program that has ended already is no problem.
    func signal(_ signal: Signal) { try? sendSignal(signal) }

    /// The most memory that the program has had resident so far, in bytes.
    func peakResidentBytes() throws -> Int64 { try memory("VmHWM") }

    /// Pages of the program and its libraries that are resident, in bytes.
    func residentFileBytes() throws -> Int64 { try memory("RssFile") }

    private func memory(_ key: String) throws -> Int64 {
        let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(key):") })
        return try #require(Int64(line.split(whereSeparator: \.isWhitespace)[1])) * 1024
    }

    /// The first whole line of a file that contains a text, waited for at most 30 s.
    static func line(with text: String, in file: String) async throws -> String {
        for _ in 0..<600 {
            let all = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""  // It may not be there yet.
            if let line = all.split(separator: "\n").first(where: { text.isEmpty || $0.contains(text) }) {
                return String(line)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw HarnessError(description: "no line with '\(text)' in \(file)")
    }
}

/// What the harness could not do.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
}

/// A directory for one test.
func withWorkDirectory(_ body: @Sendable (String) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in try await body(directory) }
}
