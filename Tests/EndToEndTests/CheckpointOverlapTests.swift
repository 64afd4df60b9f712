import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// SQLite's log is copied while nobody commits, in any process.
    @Suite(.timeLimit(.minutes(3)))
    struct CheckpointOverlapTests {
        @Test(arguments: ["free", "locked"])
        func theWriteLockAvoidsTheLossOfTheInstalledLibrary(_ order: String) async throws {
            try await withWorkDirectory { directory in
                let program = try await Native.compile("wal-reset", in: directory, ["-lsqlite3"])

                let output = try await Program.output(program, [directory, order])

                try #require(output.code == 0, "\(output.problems)")
                let found = try JSONValue(parsing: output.bytes)
                #expect(found["stopped"] == 1, "the checkpoint was stopped at the place in question")
                #expect(found["commits"] == 64)
                let isLost = found["lost"] != 0 || found["whole"] != 1
                if order == "locked" {
                    #expect(found["refused"] == 1, "the commit in the middle had to wait")
                    #expect(!isLost, "\(found)")
                } else {
                    // Debian 12's 3.40.1 has the bug; a library that has the fix shows nothing.
                    let hasBug = found["sqlite"]?.string == "3.40.1"
                    #expect(isLost == hasBug, "\(found)")
                }
            }
        }

        @Test func noCommitOfAnyProcessOverlapsACheckpoint() async throws {
            try await withTestBed { bed in
                let library = try await Native.library("locks", in: bed.directory)
                let record = bed.directory + "/locks.record"
                // Each checkpoint takes long enough for a command to get in its way.
                let environment = ["LD_PRELOAD": library, "LOCKS_RECORD": record, "LOCKS_DELAY_MS": "50"]
                try await bed.receiver(environment: environment) { receiver in
                    let registration = try #require(try await bed.registrations(1).first)
                    let id = try #require(try await bed.order(calledBackAt: [registration]).first)
                    let url = try #require(registration["url"]?.string)
                    try await bed.advance(to: "Dati disponibili")
                    #expect(try await bed.post(url, #"{"data": {"_id": "\#(id)"}}"#) == 200)
                    try await bed.until { try await bed.json(["delivery", "list"]).array?.isEmpty == false }
                    let delivery = try await bed.json(["delivery", "list"]).array?.first?["id"]?.string
                    let replay = ["delivery", "replay", try #require(delivery)]

                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            let filler = String(repeating: "x", count: 200_000)
                            for number in 0..<600 {
                                let body = #"{"data": {"_id": "\#(id)", "n": \#(number), "filler": "\#(filler)"}}"#
                                let status = try await bed.post(url, body)
                                #expect(status == 200)
                            }
                        }
                        for _ in 0..<2 {
                            group.addTask {
                                for _ in 0..<25 {
                                    let made = try await bed.command(replay, environment: environment)
                                    #expect(made.code == 0, "\(made.problems)")
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                }

                let locks = try LockRecord(record)
                #expect(locks.checkpoints.count >= 2)
                #expect(locks.commits.count >= 100)
                #expect(Set(locks.commits.map(\.process)).count >= 50, "commands commit beside the service")
                #expect(Set(locks.checkpoints.map(\.process)).count == 1, "only the service checkpoints")
                #expect(locks.overlaps().isEmpty, "\(locks.overlaps())")
            }
        }
    }
}

/// What `Native/locks.c` has recorded, as intervals.
private struct LockRecord {
    struct Interval {
        var process: Int
        var begin: Int
        var end: Int
    }

    /// From the first write to the log to the write lock's end.
    private(set) var commits: [Interval] = []
    private(set) var checkpoints: [Interval] = []

    init(_ path: String) throws {
        var writing: [Int: Int] = [:]
        var copying: [Int: Int] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " ")
            let time = try #require(Int(parts[0]))
            let process = try #require(Int(parts[1]))
            switch parts[2] {
            case "lock": writing[process] = nil
            case "write": writing[process] = writing[process] ?? time
            case "unlock":
                guard let begin = writing.removeValue(forKey: process) else { break }
                commits.append(Interval(process: process, begin: begin, end: time))
            case "checkpoint": copying[process] = time
            case "checkpointed":
                guard let begin = copying.removeValue(forKey: process) else { break }
                checkpoints.append(Interval(process: process, begin: begin, end: time))
            default: Issue.record("unknown event '\(line)'")
            }
        }
    }

    /// Commits and checkpoints that overlap, in words.
    func overlaps() -> [String] {
        commits.flatMap { commit in
            checkpoints.filter { $0.begin < commit.end && commit.begin < $0.end }.map { checkpoint in
                "process \(commit.process) committed \(commit.begin)...\(commit.end) during the checkpoint "
                    + "\(checkpoint.begin)...\(checkpoint.end) of process \(checkpoint.process)"
            }
        }
    }
}
