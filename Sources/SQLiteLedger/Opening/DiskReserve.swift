import Foundation
import SystemPackage

/// Disk space held back for the moment when the disk is full: given up then, so that outcomes can still be written.
///
/// Used from the writer's thread and the checkpointer's; the file system is what they share.
struct DiskReserve: Sendable {
    let path: String
    let bytes: Int

    /// Gives the space up.
    ///
    /// - Returns: Whether there was any.
    func release() -> Bool { (try? FileManager.default.removeItem(atPath: path)) != nil }

    /// Takes the space again, if it is missing and the disk has it.
    func restore() {
        guard bytes > 0 else { return }
        // When it is there already, or cannot be made, there is nothing to do.
        guard
            let descriptor = try? FileDescriptor.open(
                FilePath(path),
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: .ownerReadWrite
            )
        else { return }
        let isWhole = posix_fallocate(descriptor.rawValue, 0, off_t(bytes)) == 0
        try? descriptor.close()  // Nothing was written that could be lost.
        // Half a reserve would take the last space from those that need it now.
        if !isWhole { _ = release() }
    }
}
