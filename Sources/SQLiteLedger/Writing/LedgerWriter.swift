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
        let thread = Thread { [self] in run() }
        thread.name = "ledger-writer"
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

    private func run() {
        var batch: [WriteOperation] = []
        var pages = 0
        while let taken = queue.takeAll(reusing: batch) {
            batch = taken
            write(batch)
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

    private func write(_ batch: [WriteOperation]) {
        do {
            try commit(batch, isolatingCallbacks: false)
        } catch let error where error.isConfined {
            // One callback cannot be written: find out which, at the price of a savepoint for each.
            do { try commit(batch, isolatingCallbacks: true) } catch { giveUp(batch, error) }
        } catch {
            giveUp(batch, error)
        }
    }

    /// The disk is full, or worse: callbacks are refused, and what work has achieved is written if there is any way.
    private func giveUp(_ batch: [WriteOperation], _ error: any Error) {
        statistics.withLock {
            $0.failedCommits += 1
            $0.isFailing = true
        }
        checkpointer?.ask()
        var changes: [WriteOperation] = []
        for operation in batch {
            switch operation {
            case .record(_, let completion): completion(.failed)
            case .change: changes.append(operation)
            }
        }
        guard !changes.isEmpty else { return }
        if error.isFull { _ = reserve.release() }
        for change in changes {
            do {
                try commit([change], isolatingCallbacks: false)
            } catch {
                statistics.withLock { $0.failedCommits += 1 }
                if case .change(let change) = change { change.fail(error.asLedgerError(doing: change.doing)) }
            }
        }
    }

    /// Writes a batch as one transaction, and answers.
    private func commit(_ batch: [WriteOperation], isolatingCallbacks: Bool) throws {
        var answers: [() -> Void] = []
        answers.reserveCapacity(batch.count)
        var poisoned = 0
        let transaction = try pool.writeWithoutTransaction { db in
            let transaction = LedgerTransaction(db, boot: boot, configuration: configuration, bell: bell)
            try db.inTransaction(.immediate) {
                for operation in batch {
                    switch operation {
                    case .record(let callback, let completion):
                        do {
                            let outcome =
                                isolatingCallbacks
                                ? try transaction.isolated { try transaction.record(callback) }
                                : try transaction.record(callback)
                            answers.append { completion(outcome) }
                        } catch let error where isolatingCallbacks && error.isConfined {
                            poisoned += 1
                            answers.append { completion(.failed) }
                        }
                    case .change(let change):
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
        statistics.withLock { statistics in
            statistics.commits += 1
            statistics.isFailing = false
            statistics.operations += batch.count
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
