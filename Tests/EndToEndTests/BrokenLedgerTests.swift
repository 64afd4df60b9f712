import BaseKit
import Foundation
import GRDB
import Glibc
import Subprocess
import Testing

extension EndToEnd {
    /// A ledger that cannot be written, of another version, or served already.
    @Suite(.timeLimit(.minutes(3)))
    struct BrokenLedgerTests {
        @Test func aLedgerThatRecordsNothingIsReportedUntilItRecordsAgain() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let url = try #require(try await bed.registrations(1).first?["url"]?.string)
                    #expect(try await bed.post(url, #"{"data": {"_id": "65f0c0ffee0123456789aa01"}}"#) == 200)
                    try await bed.until { try await bed.status()["callbacks"]?["waiting"] != nil }
                    let page = try await bed.damageCallbacks()

                    #expect(try await bed.post(url, #"{"data": {"_id": "65f0c0ffee0123456789aa02"}}"#) == 200)
                    try await bed.until { try await !bed.isReady(receiver) }

                    // At every asking, also while other work is committed and the callbacks are tried again.
                    for _ in 0..<30 {
                        let ready = try await bed.text(receiver.admin + "/readyz")
                        #expect(ready.contains("Ledger writes are failing"), "\(ready)")
                        #expect(ready.contains("malformed"))
                        #expect(!ready.contains("free space"), "a damaged file is no full disk")
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    let log = try String(contentsOfFile: receiver.log, encoding: .utf8)
                    #expect(log.contains("Ledger writes are failing; callbacks are queued in the journal"))
                    let metrics = try await bed.text(receiver.admin + "/metrics")
                    #expect(metrics.contains(#"ricevuta_alarms_total{kind="ledger_failing"}"#))
                    try await bed.repairCallbacks(page)
                    try await bed.until { try await bed.isReady(receiver) }
                    _ = try await Program.line(with: "Ledger writes recovered", in: receiver.log)
                }
            }
        }

        @Test(.enabled(if: geteuid() == 0, "mounts a small file system"))
        func aFirstStartOnAFullDiskAnswers503UntilThereIsRoom() async throws {
            try await withSmallDisk { bed in
                let filler = bed.dataDirectory + "/filler"
                try fill(filler)
                let log = bed.directory + "/full.log"
                _ = try await Program.run(
                    Program.executable("ricevuta"),
                    ["serve", "--config", bed.configuration],
                    environment: TestBed.environment,
                    output: log
                ) { _ in
                    let line = try await Program.line(with: "Disk full; answering", in: log)
                    let json = try JSONValue(parsing: Array(line.utf8))
                    let callbacks = try #require(json["callbacks"]?.string)
                    #expect(try await bed.post(callbacks + "/anything", "{}") == 503)
                    let admin = try #require(json["admin"]?.string)
                    #expect(try await bed.text(admin + "/readyz").contains("The disk is full"))

                    try FileManager.default.removeItem(atPath: filler)

                    _ = try await Program.line(with: "\"Listening\"", in: log)
                    let url = try #require(try await bed.registrations(1).first?["url"]?.string)
                    #expect(try await bed.post(url, #"{"data": {"_id": "65f0c0ffee0123456789aa01"}}"#) == 200)
                }
            }
        }

        @Test(.enabled(if: geteuid() == 0, "mounts a small file system"))
        func aRestartOnAFullDiskServesWhatItHas() async throws {
            try await withSmallDisk { bed in
                let url = try await bed.receiver { _ in
                    try #require(try await bed.registrations(1).first?["url"]?.string)
                }
                // As after a run that gave it up.
                try? FileManager.default.removeItem(atPath: bed.dataDirectory + "/ledger.reserve")
                try fill(bed.dataDirectory + "/filler")

                try await bed.receiver { receiver in
                    // The journal's files have room of their own.
                    #expect(try await bed.post(url, #"{"data": {"_id": "65f0c0ffee0123456789aa01"}}"#) == 200)
                    try await bed.until { try await !bed.isReady(receiver) }
                    try FileManager.default.removeItem(atPath: bed.dataDirectory + "/filler")
                    try await bed.until { try await bed.status()["callbacks"]?["waiting"] != nil }
                }
            }
        }

        @Test func commandsOfAnotherVersionChangeNothing() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let url = try #require(try await bed.registrations(1).first?["url"]?.string)
                    let newer = "INSERT INTO grdb_migrations VALUES ('2999-01-01 what a newer version adds')"
                    try await bed.write(newer)

                    for arguments in [["status"], ["delivery", "replay", "dlv_x"], ["sink", "enable", "service"]] {
                        let command = try await bed.command(arguments)
                        #expect(command.code == 75)
                        #expect(command.problems.contains("restart the service"), "\(command.problems)")
                    }
                    let migration = try await bed.command(["ledger", "migrate"])
                    #expect(migration.code == 75)
                    #expect(migration.problems.contains("is in use by another ricevuta process"))

                    try await bed.write("DELETE FROM grdb_migrations WHERE identifier LIKE '2999%'")
                    #expect(try await bed.post(url, #"{"data": {"_id": "65f0c0ffee0123456789aa01"}}"#) == 200)
                    #expect(try await bed.text(receiver.admin + "/readyz").contains("ready\nledger sqlite "))
                    #expect(try await bed.status()["ledger"]?["version"] != nil)
                    let second = try await bed.command(["serve"])
                    #expect(second.code == 75)
                }
                let migrated = try await bed.command(["ledger", "migrate"])
                #expect(migrated.code == 0, "\(migrated.problems)")
                #expect(migrated.text.contains("already"))
            }
        }

        private func fill(_ path: String) throws {
            try Data().write(to: URL(fileURLWithPath: path))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            // The last write fails for want of room.
            while (try? file.write(contentsOf: Data(repeating: 1, count: 4096))) != nil {}
            try file.close()
        }

        /// A data directory with 16 MiB.
        private func withSmallDisk(_ body: @Sendable (TestBed) async throws -> Void) async throws {
            try await withTestBed { bed in
                let path = bed.dataDirectory
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                let mount = try await Program.output("/bin/mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", path])
                guard mount.code == 0 else { return }  // A container without the right to mount shows nothing.
                do { try await body(bed) } catch {
                    _ = try await Program.output("/bin/umount", ["-l", path])
                    throw error
                }
                _ = try await Program.output("/bin/umount", ["-l", path])
            }
        }
    }
}

extension TestBed {
    /// Whether the receiver says that it can take callbacks.
    fileprivate func isReady(_ receiver: Receiver) async throws -> Bool {
        try await text(receiver.admin + "/readyz").hasPrefix("ready")
    }

    /// Changes the ledger from outside.
    fileprivate func write(_ sql: String) async throws {
        try await database().write { db in try db.execute(sql: sql) }
    }

    /// Destroys the page at the root of the index of facts, beneath the running program.
    ///
    /// - Returns: Where it lies, and what it held.
    fileprivate func damageCallbacks() async throws -> (offset: UInt64, bytes: Data) {
        let path = dataDirectory + "/ledger.sqlite"
        let root = try await database().read { db in
            try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'callbacks_fact'")
        }
        let offset = UInt64(try #require(root) - 1) * 4096
        // Everybody's newest page is in the log: it is copied, so that the file's own is the one that counts.
        try await database().writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: offset)
        let bytes = try #require(try file.read(upToCount: 4096))
        try replacePage(at: offset, with: Data(repeating: 0xFF, count: 4096))
        // The program forgets the pages that it has in memory when somebody else has committed.
        try await write("UPDATE grdb_migrations SET identifier = identifier")
        return (offset, bytes)
    }

    fileprivate func repairCallbacks(_ page: (offset: UInt64, bytes: Data)) async throws {
        try replacePage(at: page.offset, with: page.bytes)
        try await write("UPDATE grdb_migrations SET identifier = identifier")
    }

    private func replacePage(at offset: UInt64, with bytes: Data) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: dataDirectory + "/ledger.sqlite"))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: bytes)
        try file.close()
    }

    private func database() throws -> DatabaseQueue {
        var settings = Configuration()
        settings.busyMode = .timeout(5)
        return try DatabaseQueue(path: dataDirectory + "/ledger.sqlite", configuration: settings)
    }
}
