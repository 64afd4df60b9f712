import BaseKit
import Foundation
import Logging
import Pipeline
import RicevutaCore
import ServiceLifecycle

/// Writes the receiver's report for commands, and a line when readiness is lost and when it is back.
struct ReportService: Service {
    let directory: DataDirectory
    let readiness: Readiness
    let report: @Sendable (_ problems: [String]) -> ReceiverReport
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last: [Readiness.Problem] = []
            while !Task.isCancelled {
                let problems = await readiness.problems
                tell(problems, after: last)
                last = problems
                await write(report(problems.map(\.text)))
                try? await Task.sleep(for: ReceiverReport.interval)  // Cancelled means that it is over.
            }
        }
        // Who stops in order says so; who does not leaves the report behind.
        let directory = directory
        _ = await readiness.threads.run(within: .seconds(1)) { ReportFile(directory).remove() }
    }

    private func write(_ report: ReceiverReport) async {
        let directory = directory
        _ = await readiness.threads.run(within: .seconds(1)) { ReportFile(directory).write(report) }
    }

    private func tell(_ problems: [Readiness.Problem], after last: [Readiness.Problem]) {
        if problems.isEmpty {
            if !last.isEmpty { logger.notice("Ready again") }
            return
        }
        let isNew = problems.map(\.text) != last.map(\.text)
        guard isNew else { return }
        let text = problems.map(\.text).joined(separator: " ")
        if problems.contains(where: \.isDiskLow), !last.contains(where: \.isDiskLow) {
            Alarms.raise(.diskLow, "Not ready: disk nearly full", ["problems": "\(text)"], to: logger)
        } else {
            logger.warning("Not ready", metadata: ["problems": "\(text)"])
        }
    }
}

/// The file in the data directory that holds the report, which may get lost: it says nothing that outlives the process.
struct ReportFile: Sendable {
    private let path: String

    init(_ directory: DataDirectory) { path = directory.path + "/serve.json" }

    /// Replaces the report; on a full disk the old one stays, and its age shows it.
    func write(_ report: ReceiverReport) {
        // A report that cannot be written is recognised by its age.
        try? Data(report.json.encoded()).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// The report that is there; `nil` without one.
    func read() -> ReceiverReport? {
        // Missing and unreadable mean the same: nobody reports.
        guard let data = FileManager.default.contents(atPath: path), let json = try? JSONValue(parsing: Array(data))
        else { return nil }
        return ReceiverReport(json: json)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)  // Then the process is missing, which says enough.
    }

    /// Whether a receiver serves the directory now.
    var presence: ReceiverPresence {
        let report = read()
        return ReceiverPresence(report, isAlive: report.map { Self.isAlive($0.process) } ?? false, now: .now())
    }

    private static func isAlive(_ process: Int32) -> Bool {
        guard kill(process, 0) == 0 || errno == EPERM else { return false }
        // One that has ended and was not waited for yet is there all the same.
        let state = FileManager.default.contents(atPath: "/proc/\(process)/stat").map {
            String(decoding: $0, as: UTF8.self)
        }
        return state?.contains(") Z ") != true
    }
}
