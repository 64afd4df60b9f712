import Dispatch
import Foundation
import GRDB
import Synchronization

/// Copies the write-ahead log into the database on a thread and a connection of its own, so that no callback waits for it.
final class Checkpointer: Sendable {
    private struct State {
        var isAsked = false
        var isStopping = false
        var count = 0
    }

    private let connection: DatabaseQueue
    private let files: LedgerFiles
    private let reserve: DiskReserve
    private let longestLogBytes: Int
    private let longestLogFrames: Int
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Opens the connection and starts the thread.
    init(
        files: LedgerFiles,
        reserve: DiskReserve,
        configuration: LedgerConfiguration
    ) throws {
        var settings = Configuration()
        settings.busyMode = .timeout(0.2)  // The writer waits as long while a reader is in the way.
        settings.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
        }
        connection = try DatabaseQueue(path: files.database, configuration: settings)
        self.files = files
        self.reserve = reserve
        longestLogBytes = configuration.checkpointPages * 4096 * 16
        longestLogFrames = configuration.checkpointPages * 2
        let thread = Thread { [self] in
            Thread.current.name = "ledger-copy"  // Seen by the system only when set from inside.
            run()
        }
        thread.start()
        ask()  // For what an earlier process left.
    }

    /// Checkpoints made.
    var count: Int { state.withLock { $0.count } }

    /// Asks for a checkpoint soon.
    func ask() {
        let isFirst = state.withLock { state in
            defer { state.isAsked = true }
            return !state.isAsked
        }
        if isFirst { work.signal() }
    }

    /// Ends the thread and closes the connection; waits for a checkpoint that is under way.
    func stop() {
        state.withLock { $0.isStopping = true }
        work.signal()
        ended.wait()
    }

    private func run() {
        yieldToTheDoor()
        while true {
            _ = work.wait(timeout: .now() + 30)
            let (isAsked, isStopping) = state.withLock { state in
                defer { state.isAsked = false }
                return (state.isAsked, state.isStopping)
            }
            if isStopping { break }
            reserve.restore()
            if isAsked { checkpoint() }
        }
        try? connection.close()  // It holds nothing that a close could lose.
        ended.signal()
    }

    private func checkpoint() {
        do {
            try connection.writeWithoutTransaction { db in
                let log = try db.checkpoint(.passive)
                // Under steady writing a passive one never reaches the end, and the log would grow for ever. What is left
                // is little, so that the writer waits a moment only. A log that is written over from its start costs less
                // to sync than one that grows.
                if files.logBytes > longestLogBytes {
                    _ = try db.checkpoint(.truncate)
                } else if log.walFrameCount > longestLogFrames {
                    _ = try db.checkpoint(.restart)
                }
            }
            state.withLock { $0.count += 1 }
        } catch {
            // The log keeps all that was committed; the next round tries again.
        }
    }
}
