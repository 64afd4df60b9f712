import CLinux
import CallbackJournal
import ServiceLifecycle

/// Gives memory back: at once what only the start needed, and what a burst did when no callback has come for a while.
///
/// More than half of what a started process holds is pages of its program and libraries that are not used again; the
/// system would take them only when it is short of memory.
struct MemoryTrimmer: Service {
    let journal: Journal

    /// How long no callback has come: short, since what is needed again costs some microseconds.
    private static let quiet = Duration.seconds(2)

    func run() async throws {
        pm_release_unused()
        await cancelWhenGracefulShutdown {
            var last = 0
            var settled: Int?
            while (try? await Task.sleep(for: Self.quiet)) != nil {  // Cancelled means that it is over.
                let callbacks = journal.statistics.callbacks
                defer { last = callbacks }
                guard callbacks == last, callbacks != settled else { continue }
                pm_release_unused()
                settled = callbacks
            }
        }
    }
}
