import BaseKit
import Dispatch
import Foundation
import GRDB
import RicevutaCore
import Synchronization

/// The one thread that writes: it takes all that waits, commits it as one transaction with one sync, and answers then.
///
/// While a commit waits for the disk, the next batch forms; there are no timers.
final class LedgerWriter: Sendable {
    let queue = WriteQueue()
    let notifier: JobNotifier
    let statistics = Mutex(LedgerStatistics())

    private let pool: DatabasePool
    let boot: Boot?
    let configuration: LedgerConfiguration
    private let reserve: DiskReserve
    let checkpointer: Checkpointer?
    private let lock: ServingLock?
    /// After how long without work the reserve is looked after.
    private static let idleTime = Duration.seconds(30)
    private let ending = Mutex<(isOver: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    init(
        pool: DatabasePool,
        boot: Boot?,
        configuration: LedgerConfiguration,
        reserve: DiskReserve,
        checkpointer: Checkpointer?,
        lock: ServingLock?
    ) {
        self.pool = pool
        self.boot = boot
        self.configuration = configuration
        notifier = JobNotifier(longestWait: configuration.longestWait)
        self.reserve = reserve
        self.checkpointer = checkpointer
        self.lock = lock
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
        var orders = OrderCache()
        /// SQLite's count of what other connections committed.
        var version: Int64?
        /// The latest time at which a job was scheduled.
        var latestSchedule: Timestamp?
        /// Whether this boot is in the ledger, or has to be written by the next transaction.
        var isBootRecorded: Bool
        /// When the next heartbeat is due.
        var nextBeat: ContinuousClock.Instant
    }

    /// When the log is copied next.
    private struct Log {
        /// An estimate of what was written to it since it was copied, in pages.
        var pages = 0
        /// After a copy failed, the time before which it is not tried again: whoever is in the way may need a while.
        var notBefore: ContinuousClock.Instant?
    }

    private func run() {
        lowerThreadPriority()
        var batch: [WriteOperation] = []
        var log = Log()
        var memory = Memory(isBootRecorded: boot?.isRecorded ?? true, nextBeat: .now + beatInterval)
        reserve.restore()
        checkpoint(&log)  // What an earlier process left.
        while let taken = queue.takeAll(reusing: batch, waitingAtMost: min(Self.idleTime, beatInterval)) {
            batch = taken
            if batch.isEmpty {
                reserve.restore()
                beat(&memory)
                continue
            }
            let isWritten = write(batch, &memory)
            log.pages += batch.reduce(2) { $0 + $1.estimatedPages }
            batch.removeAll(keepingCapacity: true)
            // On a full disk a copied log is room for the next commit.
            if log.pages >= configuration.checkpointPages || !isWritten { checkpoint(&log) }
        }
        end()
    }

    /// How often to write a heartbeat: two may fail.
    private var beatInterval: Duration { configuration.heartbeatTimeout / 3 }

    /// Writes a heartbeat if one is due and nothing else is written.
    private func beat(_ memory: inout Memory) {
        guard boot != nil, .now >= memory.nextBeat else { return }
        // The next write reports a failure. Meanwhile another receiver may take jobs over; whoever does them here
        // finds out when it is done.
        try? commit([], isolating: false, &memory)
    }

    private func checkpoint(_ log: inout Log) {
        guard let checkpointer else { return }
        if let notBefore = log.notBefore, .now < notBefore { return }
        do {
            try pool.writeWithoutTransaction { db in try checkpointer.checkpoint(lockedBy: db) }
            log = Log()
            reserve.restore()
        } catch {
            // The log keeps all that was committed.
            log.notBefore = .now + .seconds(1)
        }
    }

    private func end() {
        if let boot {
            try? pool.write { db in try boot.end(db) }  // If this fails, the next boot frees the leases.
        }
        checkpointer?.close()
        notifier.close()
        try? pool.close()  // A reader may still be busy; its connection closes with it.
        lock?.release()
        let waiting = ending.withLock { ending in
            ending.isOver = true
            return ending.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    // MARK: One batch

    /// So many callbacks of one batch, and no other, cannot all be unwritable by themselves.
    private static let maxUnwritable = 8

    /// Writes a batch.
    ///
    /// - Returns: Whether it could be committed.
    private func write(_ batch: [WriteOperation], _ memory: inout Memory) -> Bool {
        do {
            try commit(batch, isolating: false, &memory)
        } catch let error where error.isConfined {
            // One of them cannot be written: find out which, at the price of a savepoint for each.
            do {
                try commit(batch, isolating: true, &memory)
            } catch {
                giveUp(batch, error, &memory)
                return false
            }
        } catch {
            giveUp(batch, error, &memory)
            return false
        }
        return true
    }

    /// The disk is full, or worse: callbacks are refused, and what work has achieved is written if there is any way.
    private func giveUp(_ batch: [WriteOperation], _ error: any Error, _ memory: inout Memory) {
        let hasCallbacks = batch.contains { $0.isCallbacks }
        let reason = "\(error.asLedgerError(doing: "writing"))"
        statistics.withLock {
            $0.failedCommits += 1
            $0.isFailing = true
            if hasCallbacks { $0.refusal = reason }
        }
        var changes: [WriteOperation] = []
        for operation in batch {
            switch operation {
            case .apply(let group): group.fail()
            case .change: changes.append(operation)
            }
        }
        guard !changes.isEmpty else { return }
        if error.isFull { _ = reserve.release() }
        for change in changes {
            do {
                try commit([change], isolating: true, &memory)
            } catch {
                statistics.withLock { $0.failedCommits += 1 }
                if case .change(let change) = change { change.fail(error.asLedgerError(doing: change.doing)) }
            }
        }
    }

    /// Writes a batch as one transaction, and answers.
    private func commit(_ batch: [WriteOperation], isolating: Bool, _ memory: inout Memory) throws {
        let before = memory
        // Until this transaction is synced, nothing that it finds is known.
        memory = Memory(isBootRecorded: before.isBootRecorded, nextBeat: before.nextBeat)
        let begun = ContinuousClock.now
        let isBeatDue = begun >= before.nextBeat
        var answers: [() -> Void] = []
        answers.reserveCapacity(batch.count)
        var operations = 0
        var poisoned = 0
        var unwritable = 0
        var version: Int64?
        let transaction = try pool.writeWithoutTransaction { db in
            let transaction = LedgerTransaction(db, boot: boot, rules: configuration.rules, notifier: notifier)
            try db.inTransaction(.immediate) {
                version = try transaction.row("PRAGMA data_version", [])?.integer("data_version")
                if version == before.version {
                    transaction.orderCache = before.orders
                    transaction.latestSchedule = before.latestSchedule
                }
                if let boot, !before.isBootRecorded {
                    try boot.record(db, timeout: configuration.heartbeatTimeout)
                } else if let boot, isBeatDue {
                    try boot.beat(db, timeout: configuration.heartbeatTimeout)
                }
                func record(_ callback: ReceivedCallback, isIsolated: Bool) throws -> ApplyOutcome {
                    operations += 1
                    if operations % 16 == 0 { sched_yield() }
                    guard isIsolated else { return try transaction.record(callback) }
                    do {
                        return try transaction.isolated { try transaction.record(callback) }
                    } catch let error where error.isConfined {
                        poisoned += 1
                        unwritable += 1
                        return .unwritable
                    }
                }
                for operation in batch {
                    switch operation {
                    case .apply(let group):
                        let outcomes = try group.callbacks.map { try record($0, isIsolated: isolating) }
                        if let position = group.position { try transaction.note(position: position) }
                        answers.append { group.completion(outcomes) }
                    case .change(let change):
                        operations += 1
                        transaction.orderCache.removeAll()
                        guard isolating else {
                            answers.append(try change.perform(transaction))
                            continue
                        }
                        do {
                            let answer = try transaction.isolated { try change.perform(transaction) }
                            answers.append(answer)
                        } catch let error where error.isConfined {
                            if !(error is LedgerError) { poisoned += 1 }
                            answers.append { change.fail(error.asLedgerError(doing: change.doing)) }
                        }
                    }
                }
                // What nobody's callback passes is not the callbacks' fault: they are kept, and tried again.
                if unwritable == operations, unwritable >= Self.maxUnwritable {
                    let reason = "each of \(unwritable) callbacks was rejected; was the schema changed by hand?"
                    throw LedgerError.storage(doing: "recording callbacks", reason: reason)
                }
                return .commit
            }
            return transaction
        }
        memory = Memory(
            orders: transaction.orderCache,
            version: version,
            latestSchedule: transaction.latestSchedule,
            isBootRecorded: true,
            nextBeat: isBeatDue ? begun + beatInterval : before.nextBeat
        )
        statistics.withLock { statistics in
            statistics.commits += 1
            statistics.isFailing = false
            if batch.contains(where: \.isCallbacks) { statistics.refusal = nil }
            statistics.operations += operations
            statistics.poisoned += poisoned
            statistics.unreadableRows += transaction.unreadableRows
        }
        for answer in answers { answer() }
        for (kind, delay) in transaction.wakes { notifier.schedule(kind, after: delay) }
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
        let reason = error.message ?? "\(error.resultCode)"
        if error.resultCode == .SQLITE_BUSY { return .unavailable(reason: "\(reason) while \(doing)") }
        return .storage(doing: doing, reason: reason + error.advice)
    }
}

extension DatabaseError {
    /// What to do next, where the code shows it.
    fileprivate var advice: String {
        switch resultCode {
        case .SQLITE_FULL: "; free some space on the disk"
        case .SQLITE_IOERR: "; check the disk and its free space"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            "; the file is damaged: stop the service, and restore it from a backup or move it away"
        case .SQLITE_READONLY: "; check the owner and the permissions of the file and its directory"
        default: ""
        }
    }
}
