import BaseKit
import Foundation
import SystemPackage

/// One file of a journal, written once from its start to its end.
///
/// Its blocks are on disk before its first record is, so that a sync writes the record and nothing else: half the time
/// that a growing file takes.
///
/// Used from one thread at a time, which is what lets it be `@unchecked Sendable`: the pool's until it is taken, the
/// journal's afterwards.
final class JournalSegment: @unchecked Sendable {
    let name: SegmentName
    let path: String
    private(set) var capacity: Int
    /// Where the next record goes.
    private(set) var offset = 0
    /// Where those records end that are known to be on disk.
    private(set) var syncedBytes = 0
    /// The greatest number in them.
    private(set) var lastNumber: Int64 = 0
    /// When the first record was written.
    private(set) var startedAt: Int64?

    private let descriptor: FileDescriptor
    private let disk: JournalDisk

    /// Opens a file that nothing was written to.
    init(opening name: SegmentName, in directory: String, disk: JournalDisk) throws(JournalError) {
        self.name = name
        self.disk = disk
        path = "\(directory)/\(name.text)"
        do {
            descriptor = try FileDescriptor.open(FilePath(path), .readWrite, options: [.closeOnExec])
        } catch {
            throw .file("cannot open \(path): \(error)")
        }
        // Without a length it has no room until it is grown.
        capacity = (try? descriptor.seek(offset: 0, from: .end)).map { Int($0) } ?? 0
    }

    /// Makes a file, its blocks and its name synced.
    convenience init(
        creating name: SegmentName,
        in directory: String,
        capacity: Int,
        disk: JournalDisk
    ) throws(JournalError) {
        let path = "\(directory)/\(name.text)"
        do throws(FileFailure) {
            let file = try AtomicFile(creating: "\(directory)/.new-\(name.text)")
            try file.reserve(capacity)
            // Zeros that are written, not merely promised: the first write to promised blocks changes the file's map.
            var rest = capacity
            while rest > 0 {
                try file.write(Self.zeros.prefix(rest))
                rest -= Self.zeros.prefix(rest).count
            }
            _ = try file.publish(as: path)
        } catch {
            // It may have its name without having it for good; the next one gets the same number.
            try? FileManager.default.removeItem(atPath: path)
            throw JournalError(error)
        }
        try self.init(opening: name, in: directory, disk: disk)
    }

    private static let zeros = [UInt8](repeating: 0, count: 256 << 10)

    deinit {
        // Only a start reads it again: the page cache that it takes is handed on to the next segment's.
        _ = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
        try? descriptor.close()  // All that matters was synced.
    }

    /// Bytes that still fit.
    var room: Int { capacity - offset }

    /// Makes a file that nothing was written to larger, synced.
    func grow(to size: Int) throws(JournalError) {
        let code = posix_fallocate(descriptor.rawValue, 0, off_t(size))
        guard [0, EOPNOTSUPP, ENOSYS, EINVAL].contains(code) else {
            throw JournalError(FileFailure(operation: "extend", path: path, code: code))
        }
        do {
            var position = capacity
            while position < size {
                let piece = Self.zeros.prefix(size - position)
                position += try descriptor.writeAll(toAbsoluteOffset: Int64(position), piece)
            }
        } catch {
            throw JournalError(FileFailure(operation: "extend", path: path, code: (error as? Errno)?.rawValue ?? 0))
        }
        guard fsync(descriptor.rawValue) == 0 else {
            throw JournalError(FileFailure(operation: "sync", path: path, code: errno))
        }
        capacity = size
    }

    /// Writes records behind the others.
    ///
    /// - Parameters:
    ///   - records: Whole records.
    ///   - lastNumber: The greatest number in them.
    ///   - isSynced: Whether they are to be on disk when this returns.
    /// - Throws: ``JournalError``. What was written since the last sync is in doubt then, whatever a later sync says:
    ///   the system may have forgotten that it is not on disk. See ``rewind()``.
    func write(_ records: [UInt8], lastNumber: Int64, isSynced: Bool) throws(JournalError) {
        do {
            try descriptor.writeAll(toAbsoluteOffset: Int64(offset), records)
        } catch {
            throw .file("cannot write \(path): \(error)")
        }
        if isSynced, disk.sync(descriptor.rawValue) != 0 {
            throw .file("cannot sync \(path): \(Errno(rawValue: errno))")
        }
        offset += records.count
        if startedAt == nil { startedAt = Date().milliseconds }
        guard isSynced else { return }
        syncedBytes = offset
        self.lastNumber = lastNumber
    }

    /// After a failure, prepares for writing it from its start once more: possible as long as nothing in it was ever
    /// synced, so that nobody relies on it.
    ///
    /// What the failed attempt wrote may stay behind what is written next; its numbers are lower, which is how a scan
    /// knows it.
    ///
    /// - Returns: Whether it is.
    func rewind() -> Bool {
        guard syncedBytes == 0 else { return false }
        offset = 0
        startedAt = nil
        return true
    }
}
