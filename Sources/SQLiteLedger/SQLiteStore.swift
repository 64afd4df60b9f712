public import BaseKit
import GRDB
public import RicevutaCore
import Synchronization

/// What is known and what is due, in one SQLite database: every fact, every job, and every transaction on them.
///
/// One thread writes. It takes all that waits, commits it as one transaction with one sync (`synchronous=FULL`, WAL),
/// and answers then. Reads have connections of their own and hold up nobody. Safe to use from any thread.
public final class SQLiteStore: Sendable {
    /// The absolute path of the database file.
    public let location: String
    /// SQLite, in the version of the library in use.
    public let engine: LedgerEngine

    private let pool: DatabasePool
    let writer: LedgerWriter
    /// Leases of work that is over, though its outcome could not be written.
    let lostLeases = Mutex<[JobLease]>([])
    /// The callbacks by verdict, as they were counted last.
    let callbackCounts = Mutex(CountCache())

    init(
        location: String,
        engine: LedgerEngine,
        pool: DatabasePool,
        writer: LedgerWriter
    ) {
        self.location = location
        self.engine = engine
        self.pool = pool
        self.writer = writer
    }

    deinit { writer.queue.close() }

    /// What the writer has done since the ledger was opened.
    public var statistics: LedgerStatistics {
        var statistics = writer.statistics.withLock { $0 }
        statistics.checkpoints = writer.checkpointer?.count ?? 0
        return statistics
    }

    // MARK: For the extensions

    /// Makes a change in the writer's next transaction, and answers when it is synced.
    func change<Value: Sendable>(
        _ doing: String,
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Value
    ) async throws(LedgerError) -> Value {
        let result: Result<Value, LedgerError> = await withCheckedContinuation { continuation in
            let change = LedgerChange(
                doing: doing,
                perform: { transaction in
                    let value = try body(transaction)
                    return { continuation.resume(returning: .success(value)) }
                },
                fail: { continuation.resume(returning: .failure($0)) }
            )
            if !writer.queue.add(.change(change)) { continuation.resume(returning: .failure(.closed)) }
        }
        return try result.get()
    }

    /// Records how the work under a lease ended, as ``change(_:_:)`` does.
    ///
    /// Whoever did the work is through with it, so that a lease whose outcome could not be written is given back with
    /// the next jobs that are taken: else the job would wait until the lease is over, which takes hours.
    func change<Value: Sendable>(
        _ doing: String,
        endingWorkUnder lease: JobLease,
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Value
    ) async throws(LedgerError) -> Value {
        do throws(LedgerError) {
            return try await change(doing, body)
        } catch {
            switch error {
            case .storage, .unavailable: lostLeases.withLock { $0.append(lease) }
            default: break  // It was not written for a reason that another attempt meets again.
            }
            throw error
        }
    }

    /// Counts a row that a list leaves out.
    func countUnlisted() { writer.statistics.withLock { $0.unlistedRows += 1 } }

    /// Reads from a snapshot of what is committed.
    func read<Value: Sendable>(
        _ doing: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(LedgerError) -> Value {
        do {
            return try await pool.read(body)
        } catch is CancellationError {
            throw .closed
        } catch {
            // A closed pool says SQLITE_MISUSE.
            if (error as? DatabaseError)?.resultCode == .SQLITE_MISUSE { throw .closed }
            throw error.asLedgerError(doing: doing)
        }
    }
}

extension SQLiteStore: CallbackApplying {
    /// Queues callbacks for the writer's next transaction; see ``CallbackApplying/apply(_:upTo:completion:)``.
    ///
    /// `completion` is called on the writer's thread. How much may wait here is the journal's affair: it hands over one
    /// batch at a time.
    public func apply(
        _ callbacks: [ReceivedCallback],
        upTo position: Int64?,
        completion: @escaping @Sendable ([ApplyOutcome]) -> Void
    ) {
        let batch = CallbackBatch(callbacks: callbacks, position: position, completion: completion)
        if !writer.queue.add(.apply(batch)) { batch.fail() }
    }
}

extension SQLiteStore: JobLedger {
    /// Waits until a job of the kind may be due, at most ``LedgerConfiguration/longestWait``; returns at once when
    /// cancelled or closed.
    public func waitForWork(_ kind: JobKind) async { await writer.notifier.wait(for: kind) }

    /// Gives the lease back and sets the job's next due time.
    public func postpone(
        _ lease: JobLease,
        until due: Timestamp,
        reason: String,
        refusedAt: Timestamp?
    ) async throws(LedgerError) {
        try await change("postponing a job", endingWorkUnder: lease) { transaction in
            let job = try transaction.held(lease)
            let due = try transaction.due(of: job, lease.kind, atLatest: due)
            try transaction.postpone(lease, until: due, reason: reason, refusedAt: refusedAt)
        }
    }

    /// Leases jobs in the writer's transaction.
    func lease<Work: Sendable>(
        _ kind: JobKind,
        now: Timestamp,
        _ body: @escaping @Sendable (LedgerTransaction) throws -> [Work]
    ) async throws(LedgerError) -> [Work] {
        let lost = lostLeases.withLock { $0 }
        let work = try await change("taking \(kind.rawValue) jobs") { transaction in
            transaction.notifier.clear(kind)
            do {
                for lease in lost { try transaction.giveBack(lease, now: now) }
                return try body(transaction)
            } catch {
                transaction.latestSchedule = nil  // What it was found from is undone.
                throw error
            }
        }
        if !lost.isEmpty { lostLeases.withLock { $0.removeAll(where: lost.contains) } }
        return work
    }
}
