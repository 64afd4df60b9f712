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

    /// How often to look for something that is new, which is written at once.
    private static let pace = Duration.milliseconds(500)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last: [Readiness.Problem] = []
            var written: ReceiverReport?
            while !Task.isCancelled {
                let problems = await readiness.problems
                tell(problems, after: last)
                last = problems
                let report = report(problems.map(\.text))
                if written.map({ report.isDue(after: $0) }) ?? true {
                    await write(report)
                    written = report
                }
                try? await Task.sleep(for: Self.pace)  // Cancelled means that it is over.
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

extension ReceiverReport {
    /// Whether it says something else than one that was written before, or that is old.
    fileprivate func isDue(after last: ReceiverReport) -> Bool {
        var same = self
        same.writtenAt = last.writtenAt
        return same != last || writtenAt - last.writtenAt >= Self.interval
    }
}

/// The file in the data directory that holds the report, which may get lost: it says nothing that outlives the process.
struct ReportFile: Sendable {
    private let path: String

    init(_ directory: DataDirectory) { path = directory.path + "/serve.json" }

    /// Replaces the report.
    func write(_ report: ReceiverReport) {
        let data = Data(report.json.encoded())
        do { try data.write(to: URL(fileURLWithPath: path), options: .atomic) } catch { overwrite(data) }
    }

    /// Writes over the report that is there: a full disk has no room for another file, but for what that one holds.
    private func overwrite(_ data: Data) {
        // What cannot be written either tells by its age.
        guard let file = FileHandle(forUpdatingAtPath: path) else { return }
        let size = (try? file.seekToEnd()) ?? 0  // As above.
        let rest = max(0, Int(size) - data.count)
        try? file.seek(toOffset: 0)  // As above.
        try? file.write(contentsOf: data + Data(repeating: UInt8(ascii: " "), count: rest))  // As above.
        try? file.close()  // As above.
    }

    /// The report that is there; `nil` without one.
    func read() -> ReceiverReport? {
        // One that is being written over is whole a moment later.
        for _ in 0..<3 {
            // Missing and unreadable mean the same: nobody reports.
            guard let data = FileManager.default.contents(atPath: path) else { return nil }
            // As above.
            if let json = try? JSONValue(parsing: Array(data)) { return ReceiverReport(json: json) }
        }
        return nil
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
