import Callbacks
import Foundation

/// The journal's files: one is written to, and those before it are used again once the ledger has all that is in them.
///
/// Used from the journal's thread, which is what lets it be `@unchecked Sendable`.
final class JournalFiles: @unchecked Sendable {
    /// Files that are made before they are needed, so that a full disk still leaves room for some callbacks.
    private static let leastSpare = 2
    /// Files that are kept though nothing is in them: making one takes a while.
    private static let mostSpare = 8

    private let directory: String
    private let segmentBytes: Int
    private var current: JournalSegment?
    /// Those with callbacks that the ledger may not have, and those that may be written over.
    private var full: [JournalSegment] = []
    private var free: [JournalSegment] = []
    private var nextNumber: Int64
    private var nextName = 1
    private var notedSettled: Int64
    private var buffer: [UInt8] = []

    init(
        _ directory: String,
        segmentBytes: Int,
        found: [(name: SegmentName, lastNumber: Int64)],
        nextNumber: Int64,
        settled: Int64
    ) throws(JournalError) {
        self.directory = directory
        self.segmentBytes = segmentBytes
        self.nextNumber = nextNumber
        notedSettled = settled
        for (name, lastNumber) in found {
            full.append(try JournalSegment(opening: name, in: directory, lastNumber: lastNumber))
            nextName = max(nextName, name.number + 1)
        }
        recycle(settled: settled)
        do throws(JournalError) {
            while free.count < Self.leastSpare { free.append(try makeSegment(atLeast: 0)) }
        } catch {
            // What is stored already can be delivered without; callbacks are answered 503 until there is room.
            guard case .full = error else { throw error }
        }
    }

    /// Whether the ledger has come further than the files say.
    func isBehind(_ settled: Int64) -> Bool { settled > notedSettled }

    /// Appends callbacks with one sync: the first of those given that fit into one file, at least one.
    ///
    /// - Returns: What was written, with its numbers.
    /// - Throws: ``JournalError``; nothing may be relied on then.
    func append(
        _ callbacks: some Sequence<ReceivedCallback>,
        settled: Int64
    ) throws(JournalError) -> [ReceivedCallback] {
        buffer.removeAll(keepingCapacity: true)
        var written: [ReceivedCallback] = []
        var segment: JournalSegment?
        for var callback in callbacks {
            let size = JournalRecord.size(of: callback)
            if let segment, buffer.count + size > segment.room { break }
            let target = if let segment { segment } else { try self.segment(for: size, settled: settled) }
            segment = target
            callback.number = nextNumber
            JournalRecord.append(callback, tag: target.name.tag, number: nextNumber, settled: settled, to: &buffer)
            nextNumber += 1
            written.append(callback)
        }
        if let segment { try write(to: segment, settled: settled, isSynced: true) }
        return written
    }

    /// Writes down how far the ledger is.
    func note(settled: Int64, isSynced: Bool) throws(JournalError) {
        buffer.removeAll(keepingCapacity: true)
        let segment = try segment(for: 64, settled: settled)
        JournalRecord.append(nil, tag: segment.name.tag, number: nextNumber - 1, settled: settled, to: &buffer)
        try write(to: segment, settled: settled, isSynced: isSynced)
    }

    /// Closes the files.
    func close() {
        current = nil
        full = []
        free = []
    }

    private func write(to segment: JournalSegment, settled: Int64, isSynced: Bool) throws(JournalError) {
        do throws(JournalError) {
            try segment.write(buffer, lastNumber: nextNumber - 1, isSynced: isSynced)
            notedSettled = max(notedSettled, settled)
        } catch {
            // After a failed sync nobody knows what is on disk: this file is read at the next start, and never written.
            current = nil
            segment.isDoubtful = true
            full.append(segment)
            throw error
        }
    }

    /// A file with room for a record.
    private func segment(for size: Int, settled: Int64) throws(JournalError) -> JournalSegment {
        if let current, current.room >= size { return current }
        if let current { full.append(current) }
        current = nil
        recycle(settled: settled)
        let next: JournalSegment
        if let index = free.firstIndex(where: { $0.capacity >= size }) {
            next = free.remove(at: index)
        } else {
            next = try makeSegment(atLeast: size)
        }
        current = next
        return next
    }

    private func makeSegment(atLeast size: Int) throws(JournalError) -> JournalSegment {
        let name = SegmentName(new: nextName)
        nextName += 1
        let capacity = max(segmentBytes, (size + 4095) / 4096 * 4096)
        return try JournalSegment(creating: name, in: directory, capacity: capacity)
    }

    /// Makes those files free whose callbacks the ledger has, and removes what is more than needed.
    private func recycle(settled: Int64) {
        for segment in full where segment.lastNumber <= settled {
            if free.count < Self.mostSpare, !segment.isDoubtful,
                let again = try? JournalSegment(opening: segment.name, in: directory, lastNumber: 0)
            {
                free.append(again)
            } else {
                // If it stays, the next start takes it for one of its own.
                try? FileManager.default.removeItem(atPath: segment.path)
            }
        }
        full.removeAll { $0.lastNumber <= settled }
    }
}
