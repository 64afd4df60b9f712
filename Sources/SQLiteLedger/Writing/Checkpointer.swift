import Foundation
import GRDB
import Synchronization

/// Copies the write-ahead log into the database while nobody can commit.
///
/// SQLite 3.7.0 to 3.51.2 can lose committed transactions when a checkpoint follows another and a commit that restarts
/// the log falls between the second one's reading of the log's header and its use of it
/// (https://sqlite.org/wal.html#the_wal_reset_bug). The log is restarted only by a connection that writes frames,
/// which takes the write lock. So the ledger's writer takes that lock, writes nothing, and has the log copied by a
/// second connection meanwhile; nobody else may checkpoint: `wal_autocheckpoint` is 0 in every connection, and a
/// command does not checkpoint when it closes.
///
/// The copy is always a passive one. SQLite turns the other kinds into passive ones silently when the write lock is
/// taken, and none of them is needed: under the write lock a passive copy reaches the log's end unless a reader is in
/// the way, and the next commit then restarts the log.
///
/// Readers that are under way at that commit keep it from doing so, and where commands follow each other there always
/// are some: the log, and its index in memory, would grow for ever. Those that begin after a copy reached the
/// end of the log read the database alone and keep nobody; so a log that has outgrown its limit is copied with
/// patience, the write lock held until the earlier ones have ended.
///
/// Used on the writer's thread.
final class Checkpointer: Sendable {
    private let connection: DatabaseQueue
    private let patience: Mutex<CheckpointPatience>
    private let completed = Mutex(0)

    /// Opens the second connection.
    ///
    /// - Parameters:
    ///   - files: The ledger's.
    ///   - pages: The length of the log at which it is usually copied.
    /// - Throws: `DatabaseError`.
    init(files: LedgerFiles, pages: Int = LedgerConfiguration().checkpointPages) throws {
        patience = Mutex(CheckpointPatience(limit: pages))
        var settings = Configuration()
        settings.label = "ledger-checkpoint"
        settings.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
        }
        connection = try DatabaseQueue(path: files.database, configuration: settings)
    }

    /// Checkpoints completed.
    var count: Int { completed.withLock { $0 } }

    /// Copies the log, with the write lock held by `writer` from before the beginning until after the end.
    ///
    /// - Parameter writer: The connection of the ledger's writer, outside a transaction.
    /// - Throws: `DatabaseError`, among others when another process holds the write lock for too long. The log keeps
    ///   what was committed.
    func checkpoint(lockedBy writer: Database) throws {
        try writer.beginTransaction(.immediate)
        defer { try? writer.rollback() }  // Nothing was written; closing the connection would end it, too.
        var copied = try copy()
        let deadline = ContinuousClock.now + patience.withLock { $0.wait(pages: copied.walFrameCount) }
        while copied.checkpointedFrameCount < copied.walFrameCount, .now < deadline {
            pause(until: min(deadline, .now + .milliseconds(5)))
            copied = try copy()
        }
        pause(until: deadline)
        completed.withLock { $0 += 1 }
    }

    private func copy() throws -> (walFrameCount: Int, checkpointedFrameCount: Int) {
        try connection.writeWithoutTransaction { db in try db.checkpoint(.passive) }
    }

    /// Waits on the writer's own thread, with the lock held.
    private func pause(until end: ContinuousClock.Instant) {
        let left = end - .now
        if left > .zero { Thread.sleep(forTimeInterval: left / .seconds(1)) }
    }

    /// Closes the connection.
    func close() {
        try? connection.close()  // It holds nothing that a close could lose.
    }
}
