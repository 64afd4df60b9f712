import Synchronization
import SystemPackage

/// Directories that this process has seen to be entered durably above.
///
/// A name that is there may still be one that a power cut takes back: made by a process that died before its sync, or
/// whose sync failed. So a directory that is found is synced above once, and only then relied on. One that was removed
/// and made anew is another.
enum DurableNames {
    struct Name: Hashable {
        let path: String
        let device: UInt64
        let inode: UInt64

        init(_ path: String, _ stat: Stat) {
            self.path = path
            device = UInt64(truncatingIfNeeded: stat.deviceID.rawValue)
            inode = UInt64(truncatingIfNeeded: stat.inode.rawValue)
        }
    }

    /// Forgetting costs a sync, no more; so all are forgotten when there are many.
    private static let limit = 10_000
    private static let known = Mutex<Set<Name>>([])

    static func contains(_ name: Name) -> Bool { known.withLock { $0.contains(name) } }

    static func insert(_ name: Name) {
        known.withLock { known in
            if known.count >= limit { known = [] }
            known.insert(name)
        }
    }
}
