import BaseKit
import Foundation
import GRDB
import Subprocess
import Synchronization
import Testing

extension EndToEnd {
    /// Backups that are made while the service works, and what becomes of them.
    @Suite(.timeLimit(.minutes(5)))
    struct BackupTests {
        @Test func aBackupUnderLoadHoldsAllThatWasAcknowledgedBeforeItsEnd() async throws {
            try await withTestBed { bed in
                let load = try await Load(bed, orders: 300)
                let backup = bed.directory + "/backup"
                let made = try await bed.receiver { _ in
                    try await load.run {
                        try await bed.until { load.acknowledged.count > 40 }
                        return try await bed.json(["backup", backup])
                    }
                }
                let end = try #require(try timestamp(made["acknowledgedUntil"]))
                let acknowledged = load.acknowledged.filter { $0.value <= end }
                #expect(acknowledged.count > 40 && acknowledged.count < load.acknowledged.count, "there was load")

                // What the original makes of everything, to compare with.
                try await bed.receiver { _ in try await settle(bed, atLeast: load.acknowledged.count) }
                let original = try Ledger(bed.dataDirectory)

                try await restore(backup, bed)
                try await bed.receiver { receiver in
                    try await settle(bed, atLeast: acknowledged.count)
                    let metrics = try await bed.text(receiver.admin + "/metrics")
                    #expect(metrics.contains("ricevuta_journal_damage 0"), "the copy of the journal is whole")
                }
                let restored = try Ledger(bed.directory + "/restored")

                #expect(Set(acknowledged.keys).subtracting(restored.claimed.values) == [])
                for (number, order) in restored.claimed {
                    #expect(original.claimed[number] == order, "each callback has the number that it had")
                }
                for (fact, ids) in restored.events {
                    #expect(original.events[fact] == ids, "each fact has the event id that it had: \(fact)")
                }
                #expect(restored.events.count >= acknowledged.count)
            }
        }

        @Test func oneThatWasKilledInTheMiddleIsNeverTakenForABackup() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(60)
                    try await settle(bed, atLeast: 60)
                    let clock = ContinuousClock()
                    let whole = try await clock.measure { _ = try await backup("whole", bed) }
                    var unfinished = 0
                    for step in 1...8 {
                        let folder = "\(bed.directory)/killed-\(step)"
                        try await kill(folder, after: whole * step / 8, bed)
                        let verified = try await verify(folder)
                        if FileManager.default.fileExists(atPath: folder) {
                            #expect(verified.code == 0, "\(verified.problems)")
                            continue
                        }
                        #expect(verified.code == 66)
                        guard FileManager.default.fileExists(atPath: folder + ".unfinished") else { continue }
                        let early = try await verify(folder + ".unfinished")
                        if early.code != 0 {
                            unfinished += 1
                            #expect(early.problems.contains("not a finished backup"), "\(early.problems)")
                        }
                        // What it left is no obstacle.
                        #expect(try await backup("killed-\(step)", bed).code == 0)
                        #expect(try await verify(folder).code == 0)
                    }
                    #expect(unfinished > 1, "some were killed in the middle")
                }
            }
        }

        @Test func nothingIsOverwrittenUnlessItIsMovedAside() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(3)
                    try await settle(bed, atLeast: 3)
                    #expect(try await backup("backup", bed).code == 0)
                    #expect(try await backup("backup", bed).code == 73, "nor is a backup")
                    _ = try await bed.finishedOrders(2)
                    try await settle(bed, atLeast: 5)
                    let busy = try await restore("backup", to: bed.dataDirectory, bed, "--replace")
                    #expect(busy.code == 75)
                    #expect(busy.problems.contains("is in use"))
                }
                let before = try Ledger(bed.dataDirectory)

                let refused = try await restore("backup", to: bed.dataDirectory, bed)
                #expect(refused.code == 73)
                #expect(refused.problems.contains("orders: 5 there, 3 in the backup; 2 would be lost"))
                #expect(refused.problems.contains("documents: 5 there, 3 in the backup; 2 would be lost"))
                #expect(refused.problems.contains("--replace"))
                #expect(try Ledger(bed.dataDirectory) == before)

                let replaced = try await restore("backup", to: bed.dataDirectory, bed, "--replace", "--json")
                #expect(replaced.code == 0, "\(replaced.problems)")
                let aside = try #require(try JSONValue(parsing: Array(replaced.text.utf8))["movedTo"]?.string)
                #expect(try Ledger(aside) == before, "what was there is kept")
                #expect(try Ledger(bed.dataDirectory).claimed.count == 3)
                let names = try FileManager.default.contentsOfDirectory(atPath: bed.directory)
                #expect(!names.contains { $0.hasSuffix(".unfinished") })
            }
        }

        @Test(arguments: ["ledger.sqlite", "journal/", "archive/documents/", "receiver.id", "manifest.jsonl"])
        func aDamagedBackupIsRefused(_ part: String) async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(2)
                    try await settle(bed, atLeast: 2)
                    #expect(try await backup("backup", bed).code == 0)
                }
                let folder = bed.directory + "/backup"
                let files = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
                let file = try #require(
                    files.first { path in
                        path.hasPrefix(part)
                            && (try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")))
                                .map { !$0.isEmpty } == true
                    }
                )
                let url = URL(fileURLWithPath: "\(folder)/\(file)")
                var bytes = try Data(contentsOf: url)
                if part == "manifest.jsonl" { bytes.removeLast(10) } else { bytes[bytes.count / 2] ^= 1 }
                // In the place of the file, which is the archive's own.
                try FileManager.default.removeItem(at: url)
                try bytes.write(to: url)

                let refused = try await restore("backup", to: bed.directory + "/restored", bed)
                #expect(refused.code == 65, "\(refused.text)")
                #expect(refused.problems.contains("damaged"))
                #expect(!FileManager.default.fileExists(atPath: bed.directory + "/restored"))
            }
        }

        @Test func aDocumentThatTheArchiveLacksIsTold() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(3)
                    try await settle(bed, atLeast: 3)
                }
                let archive = bed.dataDirectory + "/archive/documents"
                let file = try #require(
                    try FileManager.default.subpathsOfDirectory(atPath: archive).first { $0.hasSuffix(".zip") }
                )
                try FileManager.default.removeItem(atPath: "\(archive)/\(file)")

                let made = try await backup("backup", bed)
                #expect(made.code == 1)
                #expect(made.problems.contains("1 documents of the ledger are missing"))
                let restored = try await restore("backup", to: bed.directory + "/restored", bed)
                #expect(restored.code == 1)
                #expect(restored.problems.contains("was already missing or damaged when the backup was made"))
            }
        }

        // MARK: Commands

        private func backup(_ name: String, _ bed: TestBed) async throws -> (problems: String, code: Int32) {
            let result = try await bed.command(["backup", "\(bed.directory)/\(name)"])
            return (result.problems, result.code)
        }

        private func restore(
            _ name: String,
            to target: String,
            _ bed: TestBed,
            _ flags: String...
        ) async throws -> (text: String, problems: String, code: Int32) {
            let output = try await Program.output(
                Program.executable("ricevuta"),
                ["restore", "\(bed.directory)/\(name)", "--to", target] + flags
            )
            return (String(decoding: output.bytes, as: UTF8.self), output.problems, output.code)
        }

        private func verify(_ folder: String) async throws -> (problems: String, code: Int32) {
            let output = try await Program.output(
                Program.executable("ricevuta"),
                ["restore", folder, "--verify-only"]
            )
            return (output.problems, output.code)
        }

        /// Restores beside the original, and makes the configuration lead there.
        private func restore(_ backup: String, _ bed: TestBed) async throws {
            let restored = try await restore("backup", to: bed.directory + "/restored", bed)
            #expect(restored.code == 0, "\(restored.problems)")
            try bed.configure("dataDirectory: ./data", as: "dataDirectory: ./restored")
        }

        private func kill(_ folder: String, after time: Duration, _ bed: TestBed) async throws {
            _ = try await Program.run(
                Program.executable("ricevuta"),
                ["backup", folder, "--config", bed.configuration],
                environment: TestBed.environment,
                output: folder + ".log"
            ) { program in
                let end = ContinuousClock.now + time
                while ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(1)) }
                program.signal(.kill)
            }
        }

        private func settle(_ bed: TestBed, atLeast count: Int) async throws {
            try await bed.until {
                let status = try await bed.status()
                let fulfilled = status["orders"]?["fulfilled"]?.int64 ?? 0
                return fulfilled >= Int64(count) && status["jobs"] == [:]
            }
        }

        private func timestamp(_ value: JSONValue?) throws -> Date? {
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            return try value?.string.map { try Date($0, strategy: format) }
        }
    }
}

/// What a ledger says, read when nobody serves it.
private struct Ledger: Equatable {
    /// The order that each callback names.
    var claimed: [Int64: String] = [:]
    /// The id of each event, by its order and type.
    var events: [String: Set<String>] = [:]

    init(_ directory: String) throws {
        let database = try DatabaseQueue(path: directory + "/ledger.sqlite")
        defer { try? database.close() }  // It only reads.
        try database.read { db in
            for row in try Row.fetchAll(db, sql: "SELECT id, claim_id FROM callbacks") {
                claimed[row["id"]] = row["claim_id"]
            }
            for row in try Row.fetchAll(db, sql: "SELECT id, type, order_id, state FROM notifications") {
                let type: String = row["type"]
                let order: String = row["order_id"]
                let state: String? = row["state"]
                events["\(order) \(type) \(state ?? "-")", default: []].insert(row["id"])
            }
        }
    }
}

/// Callbacks of orders that are finished, posted while something else goes on.
private final class Load: Sendable {
    private let bed: TestBed
    private let calls: [(order: String, call: TestBed.Call)]
    private let next = Atomic(0)
    private let isOver = Atomic(false)
    private let answered = Mutex<[String: Date]>([:])

    init(_ bed: TestBed, orders: Int) async throws {
        self.bed = bed
        let registrations = try await bed.registrations(orders)
        let ids = try await bed.order(calledBackAt: registrations)
        try await bed.advance(to: "Visura evasa")
        calls = try zip(registrations, ids).map { registration, id in
            let url = try #require(registration["url"]?.string)
            return (id, FulfilledShapes.of(id, at: url)[0])
        }
    }

    /// When the callback of each order was known to be answered 200.
    var acknowledged: [String: Date] { answered.withLock { $0 } }

    /// Posts, a few at a time, until `body` has ended and a few more were answered.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await self.post() } }
            let result = try await body()
            let count = acknowledged.count
            let last = min(count + 8, calls.count)
            while acknowledged.count < last { try await Task.sleep(for: .milliseconds(5)) }
            isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
            return result
        }
    }

    private func post() async throws {
        while !isOver.load(ordering: .relaxed) {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < calls.count else { return }
            let status = try await bed.post(calls[index].call)
            #expect(status == 200)
            answered.withLock { $0[calls[index].order] = Date() }
            // So that there are some left to post while the backup is made.
            let resumed = Date() + 0.1
            while Date() < resumed { try await Task.sleep(for: .milliseconds(5)) }
        }
    }
}
