import Foundation
import GRDB
import RicevutaCore
import SQLiteLedger
import Synchronization
import TestSupport
import Testing

/// The engines that keep ledgers; each test of this target runs against each of them.
enum LedgerKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case inMemory = "in memory"

    var testDescription: String { rawValue }
}

/// A process that serves a ledger.
struct LedgerProcess: Sendable {
    fileprivate enum Engine: Sendable {
        case sqlite(SQLiteStore, parent: String, number: Int)
        case inMemory(InMemoryLedger)
    }

    fileprivate let engine: Engine
    fileprivate let settings: Settings
    /// All ledgers that a test has opened.
    fileprivate let opened: Opened

    fileprivate final class Opened: Sendable {
        let ledgers = Mutex<[any LedgerStore]>([])
    }

    fileprivate struct Settings: Sendable {
        let rules: LedgerRules
        let longestWait: Duration

        func open(_ directory: String, _ mode: LedgerMode = .serve) throws -> SQLiteStore {
            let configuration = LedgerConfiguration(rules: rules, reserveBytes: 0, longestWait: longestWait)
            return try SQLiteStore.open(at: directory, mode: mode, configuration: configuration)
        }
    }

    /// Its ledger.
    var ledger: any LedgerStore {
        switch engine {
        case .sqlite(let store, _, _): store
        case .inMemory(let ledger): ledger
        }
    }

    fileprivate static func start(_ kind: LedgerKind, _ settings: Settings, in parent: String) throws -> LedgerProcess {
        let engine: Engine =
            switch kind {
            case .sqlite: .sqlite(try settings.open("\(parent)/0"), parent: parent, number: 0)
            case .inMemory: .inMemory(InMemoryLedger(rules: settings.rules, longestWait: settings.longestWait))
            }
        return LedgerProcess(engine, settings, Opened())
    }

    fileprivate init(_ engine: Engine, _ settings: Settings, _ opened: Opened) {
        self.engine = engine
        self.settings = settings
        self.opened = opened
        opened.ledgers.withLock { $0.append(ledger) }
    }

    /// The next process, with the ledger as it is found after this one was killed at this moment; this one goes on.
    func afterCrash() throws -> LedgerProcess {
        switch engine {
        case .sqlite(_, let parent, let number):
            let next = opened.ledgers.withLock { $0.count }
            try copyLedger(from: "\(parent)/\(number)", to: "\(parent)/\(next)")
            let store = try settings.open("\(parent)/\(next)")
            return LedgerProcess(.sqlite(store, parent: parent, number: next), settings, opened)
        case .inMemory(let ledger): return LedgerProcess(.inMemory(ledger.afterCrash()), settings, opened)
        }
    }

    /// Stops this process as it should be, and starts the next.
    func restarted(as receiver: ReceiverID = Sample.receiver) async throws -> LedgerProcess {
        switch engine {
        case .sqlite(let store, let parent, let number):
            await store.close()
            let store = try settings.open("\(parent)/\(number)", .serve(as: receiver))
            return LedgerProcess(.sqlite(store, parent: parent, number: number), settings, opened)
        case .inMemory(let ledger):
            return LedgerProcess(.inMemory(await ledger.reopened(as: receiver)), settings, opened)
        }
    }

    /// Goes on as the next process, after this one was killed at this moment.
    ///
    /// - Returns: Its ledger.
    mutating func crash() throws -> any LedgerStore {
        self = try afterCrash()
        return ledger
    }

    /// Runs `body` while no outcome of a job can be written.
    func whileItCannotWrite(
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Void
    ) async throws {
        switch engine {
        case .sqlite(let store, _, _):
            let other = try DatabaseQueue(path: store.location)
            for event in ["UPDATE", "DELETE"] {
                try await other.write { db in
                    try db.execute(
                        sql: "CREATE TRIGGER no_\(event) BEFORE \(event) ON jobs BEGIN SELECT RAISE(ABORT, 'no'); END"
                    )
                }
            }
            try await body()
            for event in ["UPDATE", "DELETE"] {
                try await other.write { db in try db.execute(sql: "DROP TRIGGER no_\(event)") }
            }
            try other.close()
        case .inMemory(let ledger):
            ledger.fail(with: .storage(doing: "testing", reason: "no"))
            try await body()
            ledger.fail(with: nil)
        }
    }

    /// Runs `body` with the ledger as an operator's command has it, beside this process.
    func withCommand(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (_ ledger: any LedgerStore) async throws -> Void
    ) async throws {
        switch engine {
        case .sqlite(_, let parent, let number):
            let command = try settings.open("\(parent)/\(number)", .operate)
            opened.ledgers.withLock { $0.append(command) }
            try await body(command)
            await command.close()
        case .inMemory(let ledger): try await body(ledger)
        }
    }
}

/// Runs `body` with a new ledger that serves, and closes it.
func withLedger<Result>(
    _ kind: LedgerKind,
    rules: LedgerRules = LedgerRules(),
    longestWait: Duration = .seconds(1),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (_ ledger: any LedgerStore, _ process: LedgerProcess) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { parent in
        let settings = LedgerProcess.Settings(rules: rules, longestWait: longestWait)
        let process = try LedgerProcess.start(kind, settings, in: parent)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(process.ledger, process)) } catch { result = .failure(error) }
        for ledger in process.opened.ledgers.withLock({ $0 }) { await ledger.close() }
        return try result.get()
    }
}

/// Copies a SQLite ledger's files as they lie, with nothing of what a living process would still write to them.
private func copyLedger(from directory: String, to copy: String) throws {
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
    for name in ["ledger.sqlite", "ledger.sqlite-wal"] {
        try FileManager.default.copyItem(atPath: "\(directory)/\(name)", toPath: "\(copy)/\(name)")
    }
}

/// Expects that an operation throws this error.
func expect<Result>(
    _ error: LedgerError,
    isolation: isolated (any Actor)? = #isolation,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Result
) async {
    await #expect(throws: error, sourceLocation: sourceLocation) { _ = try await body() }
}

/// Runs `body` with the ledger that the next process finds after this one was killed at this moment.
func withLedgerAfterCrash<Result>(
    of process: LedgerProcess,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (_ ledger: any LedgerStore) async throws -> Result
) async throws -> Result {
    try await body(try process.afterCrash().ledger)
}
