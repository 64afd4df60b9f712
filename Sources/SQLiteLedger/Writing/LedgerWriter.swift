import Callbacks
import Dispatch
import Foundation
import GRDB
import Synchronization

/// The one thread that writes: it takes all that waits, commits it as one transaction with one sync, and answers then.
///
/// While a commit waits for the disk, the next batch forms; there are no timers.
final class LedgerWriter: Sendable {
    let queue: WriteQueue
    let bell: WorkBell
    let statistics = Mutex(LedgerStatistics())

    private let pool: DatabasePool
    private let boot: Int64?
    private let configuration: LedgerConfiguration
    private let reserve: DiskReserve
    let checkpointer: Checkpointer?
    private let lock: ServingLock?
    private let ending = Mutex<(isOver: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    init(
        pool: DatabasePool,
        boot: Int64?,
        configuration: LedgerConfiguration,
        reserve: DiskReserve,
        checkpointer: Checkpointer?,
        lock: ServingLock?
    ) {
        self.pool = pool
        self.boot = boot
        self.configuration = configuration
        bell = WorkBell(longestWait: configuration.longestWait)
        self.reserve = reserve
        self.checkpointer = checkpointer
        self.lock = lock
        queue = WriteQueue(maxCallbacks: configuration.maxQueuedCallbacks, maxBytes: configuration.maxQueuedBytes)
        let thread = Thread { [self] in
            Thread.current.name = "ledger-writer"  // Seen by the system only when set from inside.
            run()
        }
        thread.start()
    }

    /// Waits until all that was queued is written and the files are closed.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let isOver = ending.withLock { ending in
                if !ending.isOver { ending.waiting.append(continuation) }
                return ending.isOver
            }
            if isOver { continuation.resume() }
        }
    }

    /// What one transaction leaves to the next.
    private struct Memory {
        var orders = KnownOrders()
        /// SQLite's count of what other connections committed.
        var version: Int64?
    }

    private func run() {
        yieldToTheDoor()
        var batch: [WriteOperation] = []
        var pages = 0
        var memory = Memory()
        while let taken = queue.takeAll(reusing: batch) {
            batch = taken
            write(batch, &memory)
            pages += batch.reduce(2) { $0 + $1.estimatedPages }
            batch.removeAll(keepingCapacity: true)
            if pages >= configuration.checkpointPages {
                pages = 0
                checkpointer?.ask()
            }
        }
        end()
    }

    private func end() {
        if let boot {
            // Work that was broken off by an orderly stop is no crash. If this fails, the next boot frees the leases.
            try? pool.write { db in
                try db.execute(sql: "UPDATE jobs SET lease_boot = NULL WHERE lease_boot = ?", arguments: [boot])
            }
        }
        checkpointer?.stop()
        bell.close()
        try? pool.close()  // A reader may still be busy; its connection closes with it.
        lock?.release()
        let waiting = ending.withLock { ending in
            ending.isOver = true
            return ending.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    // MARK: One batch

    private func write(_ batch: [WriteOperation], _ memory: inout Memory) {
        do {
            try commit(batch, isolatingCallbacks: false, &memory)
        } catch let error where error.isConfined {
            // One callback cannot be written: find out which, at the price of a savepoint for each.
            do { try commit(batch, isolatingCallbacks: true, &memory) } catch { giveUp(batch, error, &memory) }
        } catch {
            giveUp(batch, error, &memory)
        }
    }

    /// The disk is full, or worse: callbacks are refused, and what work has achieved is written if there is any way.
    private func giveUp(_ batch: [WriteOperation], _ error: any Error, _ memory: inout Memory) {
        statistics.withLock {
            $0.failedCommits += 1
            $0.isFailing = true
        }
        checkpointer?.ask()
        var changes: [WriteOperation] = []
        for operation in batch {
            switch operation {
            case .record(_, let completion): completion(.failed)
            case .recordAll(let callbacks, let completion):
                completion(Array(repeating: .failed, count: callbacks.count))
            case .change: changes.append(operation)
            }
        }
        guard !changes.isEmpty else { return }
        if error.isFull { _ = reserve.release() }
        for change in changes {
            do {
                try commit([change], isolatingCallbacks: false, &memory)
            } catch {
                statistics.withLock { $0.failedCommits += 1 }
                if case .change(let change) = change { change.fail(error.asLedgerError(doing: change.doing)) }
            }
        }
    }

    /// Writes a batch as one transaction, and answers.
    private func commit(_ batch: [WriteOperation], isolatingCallbacks: Bool, _ memory: inout Memory) throws {
        let before = memory
        memory = Memory()  // Until this transaction is synced, nothing that it finds is known.
        var answers: [() -> Void] = []
        answers.reserveCapacity(batch.count)
        var operations = 0
        var poisoned = 0
        var version: Int64?
        let transaction = try pool.writeWithoutTransaction { db in
            let transaction = LedgerTransaction(db, boot: boot, configuration: configuration, bell: bell)
            try db.inTransaction(.immediate) {
                version = try transaction.row("PRAGMA data_version", [])?.integer("data_version")
                if version == before.version { transaction.knownOrders = before.orders }
                func record(_ callback: ReceivedCallback, isIsolated: Bool) throws -> RecordOutcome {
                    operations += 1
                    if operations % 16 == 0 { sched_yield() }
                    guard isIsolated else { return try transaction.record(callback) }
                    do {
                        return try transaction.isolated { try transaction.record(callback) }
                    } catch let error where error.isConfined {
                        poisoned += 1
                        return .unwritable
                    }
                }
                for operation in batch {
                    switch operation {
                    case .record(let callback, let completion):
                        let outcome = try record(callback, isIsolated: isolatingCallbacks)
                        answers.append { completion(outcome) }
                    case .recordAll(let callbacks, let completion):
                        let outcomes = try callbacks.map { try record($0, isIsolated: isolatingCallbacks) }
                        answers.append { completion(outcomes) }
                    case .change(let change):
                        operations += 1
                        transaction.knownOrders.removeAll()
                        do {
                            let answer = try transaction.isolated { try change.perform(transaction) }
                            answers.append(answer)
                        } catch let error where error.isConfined {
                            if !(error is LedgerError) { poisoned += 1 }
                            answers.append { change.fail(error.asLedgerError(doing: change.doing)) }
                        }
                    }
                }
                return .commit
            }
            return transaction
        }
        memory = Memory(orders: transaction.knownOrders, version: version)
        statistics.withLock { statistics in
            statistics.commits += 1
            statistics.isFailing = false
            statistics.operations += operations
            statistics.poisoned += poisoned
            statistics.unreadableRows += transaction.unreadableRows
        }
        for answer in answers { answer() }
        for (kind, delay) in transaction.wakes { bell.schedule(kind, after: delay) }
    }
}

extension Error {
    /// Whether only the operation failed, and the transaction it is in can go on.
    var isConfined: Bool {
        guard let error = self as? DatabaseError else { return self is LedgerError || self is UnreadableRow }
        switch error.resultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_ERROR, .SQLITE_RANGE: return true
        default: return false
        }
    }

    fileprivate var isFull: Bool {
        switch (self as? DatabaseError)?.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR: true
        default: false
        }
    }

    /// The error as the ledger's callers know it.
    func asLedgerError(doing: String) -> LedgerError {
        if let error = self as? LedgerError { return error }
        if let error = self as? UnreadableRow { return .storage(doing: doing, reason: "\(error)") }
        // GRDB keeps arguments out of this; SQLite's messages name tables and columns, never values.
        guard let error = self as? DatabaseError else { return .storage(doing: doing, reason: "\(type(of: self))") }
        return .storage(doing: doing, reason: error.message ?? "\(error.resultCode)")
    }
}
