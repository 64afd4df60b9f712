import BaseKit
import Foundation
import RicevutaCore

/// Finds what a journal's files hold, whatever state a crash has left them in.
///
/// Of a segment whose callbacks the ledger has, only the header is read: what it holds is looked at when it is needed.
struct JournalReader {
    /// What was found.
    struct Found {
        /// Segments that have been written to, in the order of use.
        var segments: [KeptSegment] = []
        /// Segments that have not.
        var spares: [SegmentName] = []
        /// The number of the next segment.
        var nextSegment = 1
        /// The last segment that was written to, as the next one's header has to describe it.
        var last: SegmentHeader.Predecessor?
        /// Callbacks that the ledger may not have.
        var backlog = JournalBacklog()
        /// How many they are.
        var unsettled = 0
        /// The ledger has every callback up to this number.
        var settled: Int64 = 0
        var newest: Int64 = 0
        /// The number from which on the ledger lacks callbacks that it had once; `nil` when it has none lost.
        var refilledFrom: Int64?
        var damage: [JournalDamage] = []
    }

    /// A segment, as far as its first page tells.
    struct Head {
        let name: SegmentName
        let path: String
        let size: Int
        let isZero: Bool
        /// What its records begin with.
        let tag: UInt64
        let header: SegmentHeader?
        let number: Int64
    }

    let directory: String
    /// The greatest number that the ledger says it has been handed; `nil` when it does not say.
    let handedOver: Int64?
    var found = Found()
    /// What a later segment's header says of a segment, by its number, and when that one was begun.
    private var predecessors: [Int: (is: SegmentHeader.Predecessor, startedAt: Int64)] = [:]
    /// Gaps whose callbacks the ledger may lack, once it is known what it has.
    private var gaps: [(name: SegmentName, bytes: ArraySlice<UInt8>, missing: Range<Int64>)] = []

    /// Reads a directory, making it if it is missing.
    static func read(_ directory: String, handedOver: Int64?) throws(JournalError) -> Found {
        var reader = JournalReader(directory: directory, handedOver: handedOver)
        try reader.readFiles()
        return reader.found
    }

    private init(directory: String, handedOver: Int64?) {
        self.directory = directory
        self.handedOver = handedOver
    }

    private mutating func readFiles() throws(JournalError) {
        let listing = try SegmentListing(directory)
        found.newest = listing.newestQuarantined
        // Never one that is given up: the next start would remove it.
        found.nextSegment = max((listing.names.map(\.number).max() ?? 0) + 1, listing.first ?? 1)
        let row = try heads(listing.names.sorted { $0.number < $1.number })

        for case (let header?) in row.map(\.header) {
            if let predecessor = header.predecessor { predecessors[predecessor.name] = (predecessor, header.startedAt) }
        }
        let newest = try newest(of: row)
        let noted = newest?.scan.records.map(\.settled).max() ?? 0
        found.settled = min(noted, handedOver ?? noted)
        if found.settled < noted { found.refilledFrom = found.settled + 1 }
        found.newest = max(found.newest, noted, newest?.scan.lastNumber ?? 0)

        try readRow(row, newest)
        findMissing(row, first: listing.first)
        evaluate()
        if let handedOver, found.newest < handedOver {
            found.damage.append(.behindLedger(newest: found.newest, ledger: handedOver))
        }
    }

    // MARK: The row of segments

    private func heads(_ names: [SegmentName]) throws(JournalError) -> [Head] {
        var heads: [Head] = []
        for name in names {
            let path = "\(directory)/\(name.text)"
            let (start, size) = try Self.start(of: path)
            let tag = JournalRecord.tag(at: start)
            // The tag at a file's start is ours, whatever the file is called: nobody else writes there.
            var head = (header: nil as SegmentHeader?, number: 0 as Int64, tag: name.tag)
            let first = JournalRecord(reading: start, at: 0, tag: tag)
            switch first?.kind {
            case .header(let header)? where header.segment == name.number: head = (header, first?.number ?? 0, tag)
            case .foreign(let version)?: throw .tooNew(file: path, version: version)
            case .header?, .callback?, .note?, nil: break
            }
            let isZero = start.allSatisfy { $0 == 0 }
            if isZero, let last = heads.last, last.name.number == name.number {
                // Of two with one number, the one that was never written to was never in use.
                try? FileManager.default.removeItem(atPath: path)
                continue
            }
            if let last = heads.last, last.name.number == name.number, last.isZero {
                // As above; one that cannot be removed is found again at the next start.
                try? FileManager.default.removeItem(atPath: last.path)
                heads.removeLast()
            }
            heads.append(
                Head(
                    name: name,
                    path: path,
                    size: size,
                    isZero: isZero,
                    tag: head.tag,
                    header: head.header,
                    number: head.number
                )
            )
        }
        return heads
    }

    /// The last segment that holds a record, read as a whole.
    private func newest(of row: [Head]) throws(JournalError) -> (index: Int, bytes: [UInt8], scan: SegmentScan)? {
        for (index, head) in row.enumerated().reversed() {
            let data = try Self.data(of: head.path)
            if head.isZero, data == Data(count: data.count) { continue }
            let bytes = Array(data)
            let before = head.header == nil ? 0 : head.number
            let scan = try Self.scan(bytes, of: head.path, tag: head.tag, before: before)
            if !scan.records.isEmpty { return (index, bytes, scan) }
        }
        return nil
    }

    private mutating func readRow(
        _ row: [Head],
        _ newest: (index: Int, bytes: [UInt8], scan: SegmentScan)?
    ) throws(JournalError) {
        var before: Int64 = 0
        for (index, head) in row.enumerated() {
            report(head)
            guard let newest, index <= newest.index else {
                if head.isZero { found.spares.append(head.name) } else { found.segments.append(kept(head, before)) }
                continue
            }
            if index == newest.index {
                for gap in newest.scan.gaps where !newest.scan.mayBeTorn(gap) {
                    gaps.append((head.name, newest.bytes[gap.bytes], gap.missing))
                }
                take(newest.scan.records, in: newest.bytes, head.name)
                before = max(before, newest.scan.lastNumber)
                found.segments.append(kept(head, before))
                found.backlog.add(head, upTo: .max, lastNumber: before, after: found.settled)
                found.last = SegmentHeader.Predecessor(
                    name: head.name.number,
                    tag: head.tag,
                    syncedBytes: newest.scan.provenEnd,
                    lastNumber: before
                )
            } else {
                before = try readEarlier(head, before: before)
            }
        }
    }

    /// Reads a segment that another follows, as far as needed.
    ///
    /// - Returns: The greatest number in it, or before it.
    private mutating func readEarlier(_ head: Head, before: Int64) throws(JournalError) -> Int64 {
        let successor = predecessors[head.name.number]?.is
        if let successor, successor.tag != head.tag, head.tag == head.name.tag {
            // And there is nothing in it, or its records begin with the other tag.
            found.damage.append(.renamed(file: head.path))
        }
        if let successor, successor.lastNumber <= found.settled {
            if successor.syncedBytes > 0, head.header == nil || successor.syncedBytes > head.size {
                found.damage.append(.garbled(file: head.path, missing: 0..<0))
            }
            found.segments.append(kept(head, successor.lastNumber))
            return max(before, successor.lastNumber)
        }
        let bytes = try Self.bytes(of: head.path)
        let scan = try Self.scan(bytes, of: head.path, tag: head.tag, before: max(before, head.number))
        let records = scan.records.filter { $0.number <= successor?.lastNumber ?? .max }
        let last = max(before, successor?.lastNumber ?? scan.lastNumber)
        // What follows the synced part was acknowledged to nobody.
        for gap in scan.gaps where gap.bytes.lowerBound < successor?.syncedBytes ?? bytes.count {
            gaps.append((head.name, bytes[gap.bytes], gap.missing.clamped(to: 0..<last + 1)))
        }
        if let successor, (records.last?.end ?? 0) < successor.syncedBytes {
            let start = min(records.last?.end ?? 0, bytes.count)
            let first = (records.last?.number ?? max(before, head.number)) + 1
            let end = max(start, min(successor.syncedBytes, bytes.count))
            gaps.append((head.name, bytes[start..<end], first..<max(first, last + 1)))
        }
        take(records, in: bytes, head.name)
        found.segments.append(kept(head, last))
        found.backlog.add(head, upTo: successor?.lastNumber ?? .max, lastNumber: last, after: found.settled)
        return last
    }

    /// Counts what the ledger may not have.
    private mutating func take(_ records: [JournalRecord], in bytes: [UInt8], _ name: SegmentName) {
        for record in records where !record.isNote && record.number > found.settled {
            if record.isReadable(in: bytes) {
                found.unsettled += 1
            } else {
                gaps.append((name, bytes[record.payload], record.number..<record.number + 1))
            }
        }
    }

    private func kept(_ head: Head, _ last: Int64) -> KeptSegment {
        KeptSegment(
            name: head.name,
            directory: directory,
            capacity: head.size,
            lastNumber: last,
            writtenAt: predecessors[head.name.number]?.startedAt
        )
    }

    // MARK: Damage

    private mutating func report(_ head: Head) {
        if head.tag != head.name.tag { found.damage.append(.renamed(file: head.path)) }
        if let header = head.header, head.size < header.capacity {
            found.damage.append(.cut(file: head.path, bytes: head.size, of: header.capacity))
        } else if head.size < SegmentPool.leastBytes {
            // Its whole size was synced before it was given its name.
            found.damage.append(.cut(file: head.path, bytes: head.size, of: SegmentPool.leastBytes))
        }
    }

    private mutating func findMissing(_ row: [Head], first: Int?) {
        guard let last = row.last?.name.number, let first = first ?? row.first?.name.number, first < last
        else { return }
        let there = Set(row.map(\.name.number))
        for number in first..<last where !there.contains(number) {
            found.damage.append(.missing(segment: number))
        }
    }

    /// Reports the gaps whose callbacks the ledger lacks, now that it is known what it has.
    private mutating func evaluate() {
        for (name, bytes, missing) in gaps {
            let lacking = missing.clamped(to: found.settled + 1..<Int64.max)
            guard !lacking.isEmpty else { continue }
            let path = "\(directory)/\(name.text)"
            found.damage.append(.garbled(file: path, missing: lacking))
            keep(bytes, of: name)
        }
    }

    /// Copies a damaged place to a file of its own, once, for whoever wants to look.
    private func keep(_ bytes: ArraySlice<UInt8>, of name: SegmentName) {
        let content = String(CRC32C.checksum(Array(bytes), 0..<bytes.count), radix: 16)
        let copy = "\(directory)/\(JournalFindings.copyPrefix)\(name.number)-\(bytes.startIndex)-\(content)"
        guard !FileManager.default.fileExists(atPath: copy) else { return }
        try? Data(bytes).write(to: URL(fileURLWithPath: copy))  // What can be read matters more.
    }

    // MARK: Files

    /// Scans a segment; see ``SegmentScan``.
    ///
    /// - Throws: ``JournalError/tooNew(file:version:)``: what cannot be read is neither lost nor passed over.
    static func scan(
        _ bytes: [UInt8],
        of path: String,
        tag: UInt64,
        before: Int64 = 0
    ) throws(JournalError) -> SegmentScan {
        let scan = SegmentScan(bytes, tag: tag, before: before)
        if let version = scan.foreignVersion { throw .tooNew(file: path, version: version) }
        return scan
    }

    static func data(of path: String) throws(JournalError) -> Data {
        guard let data = FileManager.default.contents(atPath: path) else { throw .file("cannot read \(path)") }
        return data
    }

    static func bytes(of path: String) throws(JournalError) -> [UInt8] { Array(try data(of: path)) }

    /// A file's first page and its size.
    private static func start(of path: String) throws(JournalError) -> (bytes: [UInt8], size: Int) {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .file("cannot read \(path)") }
        defer { try? handle.close() }  // Opened for reading: closing loses nothing.
        do {
            let start = try handle.read(upToCount: SegmentPool.leastBytes) ?? Data()
            return (Array(start), Int(try handle.seekToEnd()))
        } catch {
            throw .file("cannot read \(path): \(error)")
        }
    }
}
