import DurableFiles
import Foundation
import SystemPackage

/// One file of a journal, of a fixed size and written once from its start to its end.
///
/// Its blocks are on disk before its first record is, so that a sync writes the record and nothing else: half the time
/// that a growing file takes.
///
/// Used from the journal's thread, which is what lets it be `@unchecked Sendable`.
final class JournalSegment: @unchecked Sendable {
    let name: SegmentName
    let path: String
    let capacity: Int
    private(set) var offset = 0
    /// The greatest number written to it.
    private(set) var lastNumber: Int64
    /// Whether a write to it failed.
    var isDoubtful = false

    private let descriptor: FileDescriptor

    /// Opens a file to be written from its start.
    init(opening name: SegmentName, in directory: String, lastNumber: Int64) throws(JournalError) {
        self.name = name
        path = "\(directory)/\(name.text)"
        self.lastNumber = lastNumber
        do {
            descriptor = try FileDescriptor.open(FilePath(path), .readWrite, options: [.closeOnExec])
        } catch {
            throw .file("cannot open \(path): \(error)")
        }
        capacity = (try? descriptor.seek(offset: 0, from: .end)).map { Int($0) } ?? 0
    }

    /// Makes a file, its blocks and its name synced.
    convenience init(creating name: SegmentName, in directory: String, capacity: Int) throws(JournalError) {
        do throws(FileFailure) {
            let file = try NewFile(creating: "\(directory)/.new-\(name.text)")
            try file.reserve(capacity)
            // Zeros that are written, not merely promised: the first write to promised blocks changes the file's map.
            let zeros = [UInt8](repeating: 0, count: 256 << 10)
            var rest = capacity
            while rest > 0 {
                try file.write(zeros.prefix(rest))
                rest -= zeros.prefix(rest).count
            }
            _ = try file.publish(as: "\(directory)/\(name.text)")
        } catch {
            throw JournalError(error)
        }
        try self.init(opening: name, in: directory, lastNumber: 0)
    }

    deinit {
        try? descriptor.close()  // All that matters was synced.
    }

    /// Bytes that still fit.
    var room: Int { capacity - offset }

    /// Writes records behind the others.
    ///
    /// - Parameters:
    ///   - records: Whole records.
    ///   - lastNumber: The greatest number in them.
    ///   - isSynced: Whether they are to be on disk when this returns.
    /// - Throws: ``JournalError``; the file must not be written to any more then, whatever a second try would say.
    func write(_ records: [UInt8], lastNumber: Int64, isSynced: Bool) throws(JournalError) {
        do {
            try descriptor.writeAll(toAbsoluteOffset: Int64(offset), records)
        } catch {
            throw .file("cannot write \(path): \(error)")
        }
        if isSynced, fdatasync(descriptor.rawValue) != 0 {
            throw .file("cannot sync \(path): \(Errno(rawValue: errno))")
        }
        offset += records.count
        self.lastNumber = lastNumber
    }
}
