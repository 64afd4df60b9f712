import BaseKit
import Foundation
import RicevutaCore

/// The journal's files: one is written to; those before it are kept, for a while also when the ledger has all that is
/// in them.
///
/// Used from the journal's thread, which is what lets it be `@unchecked Sendable`.
final class JournalFiles: @unchecked Sendable {
    private let configuration: JournalConfiguration
    private let directory: String
    private let disk: JournalDisk
    private let pool: SegmentPool
    private var current: JournalSegment?
    /// Those that are not written to any more, oldest first, and how large they are together.
    private var full: [KeptSegment]
    private var fullBytes: Int
    /// The one before the current one.
    private var previous: SegmentHeader.Predecessor?
    private var nextNumber: Int64
    private var notedSettled: Int64
    private var buffer: [UInt8] = []

    /// No file is closed for its age before this, however short ``JournalConfiguration/keep`` is.
    private static let leastAge = Duration.seconds(3600)
    /// With less free space than this, nothing is kept that the ledger has.
    private static let minFreeBytes: Int64 = 128 << 20

    init(
        _ directory: String,
        _ configuration: JournalConfiguration,
        disk: JournalDisk,
        found: JournalReader.Found,
        nextNumber: Int64
    ) throws(JournalError) {
        self.directory = directory
        self.configuration = configuration
        self.disk = disk
        self.nextNumber = nextNumber
        notedSettled = found.settled
        full = found.segments
        fullBytes = full.reduce(0) { $0 + $1.capacity }
        previous = found.last
        pool = try SegmentPool(directory, segmentBytes: configuration.segmentBytes, disk: disk, found: found)
        upkeep(settled: found.settled)
    }

    /// Bytes of the files that hold callbacks.
    var bytes: Int { fullBytes + (current?.capacity ?? 0) }

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
            let target = if let segment { segment } else { try begin(for: size, settled: settled) }
            segment = target
            callback.number = nextNumber
            JournalRecord.append(
                callback,
                place: written.count,
                tag: target.name.tag,
                number: nextNumber,
                settled: settled,
                to: &buffer
            )
            nextNumber += 1
            written.append(callback)
        }
        if let segment { try write(to: segment, settled: settled, isSynced: true) }
        return written
    }

    /// Writes down how far the ledger is.
    func note(settled: Int64, isSynced: Bool) throws(JournalError) {
        buffer.removeAll(keepingCapacity: true)
        let segment = try begin(for: 64, settled: settled)
        JournalRecord.append(nil, tag: segment.name.tag, number: nextNumber - 1, settled: settled, to: &buffer)
        try write(to: segment, settled: settled, isSynced: isSynced)
    }

    /// Closes the files.
    func close() {
        pool.stop()
        current = nil
    }

    // MARK: Writing

    /// A file with room for a record; the header of one that is new is in the buffer.
    private func begin(for size: Int, settled: Int64) throws(JournalError) -> JournalSegment {
        let segment = try segment(for: size + JournalRecord.headerSize, settled: settled)
        guard segment.offset == 0 else { return segment }
        let header = SegmentHeader(
            segment: segment.name.number,
            capacity: segment.capacity,
            startedAt: Date().milliseconds,
            predecessor: previous
        )
        JournalRecord.append(header, tag: segment.name.tag, number: nextNumber - 1, settled: settled, to: &buffer)
        return segment
    }

    private func write(to segment: JournalSegment, settled: Int64, isSynced: Bool) throws(JournalError) {
        do throws(JournalError) {
            try segment.write(buffer, lastNumber: nextNumber - 1, isSynced: isSynced)
            notedSettled = max(notedSettled, settled)
        } catch {
            // After a failed sync nobody knows what is on disk. A file in which something was acknowledged is left as
            // it is; one in which nothing was is written from its start until that succeeds, however often it takes.
            if !segment.rewind() { retire(segment) }
            throw error
        }
    }

    private func segment(for size: Int, settled: Int64) throws(JournalError) -> JournalSegment {
        if let current {
            if current.room >= size, !isOld(current) { return current }
            retire(current)
        }
        while true {
            do throws(JournalError) {
                let next = try pool.take(atLeast: size)
                current = next
                upkeep(settled: settled)
                return next
            } catch {
                // What the ledger has is given up before anything is refused.
                guard case .full = error, giveUpOldest(settled: settled) else { throw error }
            }
        }
    }

    /// Whether it has been written to for so long that what came first is not to be kept any longer.
    private func isOld(_ segment: JournalSegment) -> Bool {
        guard let startedAt = segment.startedAt, segment.syncedBytes > 0 else { return false }
        return Date().milliseconds - startedAt > max(configuration.keep, Self.leastAge).wholeMilliseconds
    }

    private func retire(_ segment: JournalSegment) {
        let last = max(segment.lastNumber, previous?.lastNumber ?? 0)
        full.append(
            KeptSegment(
                name: segment.name,
                directory: directory,
                capacity: segment.capacity,
                lastNumber: last,
                writtenAt: Date().milliseconds
            )
        )
        fullBytes += segment.capacity
        previous = SegmentHeader.Predecessor(
            name: segment.name.number,
            tag: segment.name.tag,
            syncedBytes: segment.syncedBytes,
            lastNumber: last
        )
        current = nil
    }

    // MARK: Keeping

    /// Gives up what the ledger has and is older, or more, than is to be kept.
    func upkeep(settled: Int64) {
        let oldest = Date().milliseconds - configuration.keep.wholeMilliseconds
        var bytes = fullBytes
        giveUp { segment in
            guard segment.lastNumber <= settled else { return false }
            defer { bytes -= segment.capacity }
            return bytes > configuration.keepBytes || segment.writtenAt < oldest
        }
    }

    /// Gives up what the ledger has while the disk is nearly full: callbacks and documents need the space more.
    func leaveRoom(settled: Int64) {
        guard let first = full.first, first.lastNumber <= settled, let free = disk.freeBytes(directory) else { return }
        var lacking = Self.minFreeBytes - free
        giveUp { segment in
            guard lacking > 0, segment.lastNumber <= settled else { return false }
            lacking -= Int64(segment.capacity)
            return true
        }
    }

    private func giveUp(while isToGo: (KeptSegment) -> Bool) {
        // The last one stays: the numbers in it show how far the journal went.
        let gone = full.dropLast().prefix(while: isToGo)
        guard !gone.isEmpty else { return }
        full.removeFirst(gone.count)
        fullBytes -= gone.reduce(0) { $0 + $1.capacity }
        pool.remove(Array(gone))
    }

    /// Gives up the oldest segment at once.
    ///
    /// - Returns: `false` when the ledger may not have all that is in it, or there is none.
    private func giveUpOldest(settled: Int64) -> Bool {
        guard full.count > 1, let first = full.first, first.lastNumber <= settled else { return false }
        full.removeFirst()
        fullBytes -= first.capacity
        pool.removeNow([first])
        return true
    }
}
