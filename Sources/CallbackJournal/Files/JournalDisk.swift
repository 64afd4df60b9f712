import Foundation

/// What the journal asks of the system and tests answer otherwise.
struct JournalDisk: Sendable {
    /// Writes a file's content to the disk.
    ///
    /// Gives 0, or -1 and sets `errno`. The corresponding C function is `fdatasync`.
    var sync: @Sendable (_ descriptor: Int32) -> Int32
    /// Bytes that are free where a directory lies; `nil` when the system does not say.
    var freeBytes: @Sendable (_ directory: String) -> Int64?

    /// The system's own.
    static let system = JournalDisk(
        sync: { fdatasync($0) },
        freeBytes: { directory in
            // Unknown counts as not full.
            let attributes = try? FileManager.default.attributesOfFileSystem(forPath: directory)
            return (attributes?[.systemFreeSize] as? NSNumber)?.int64Value
        }
    )
}
