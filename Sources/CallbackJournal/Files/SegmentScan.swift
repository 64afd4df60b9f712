/// What one segment's bytes hold: its records, and the places that hold none.
struct SegmentScan: Sendable {
    /// A place that holds no record though a later one follows.
    struct Gap: Sendable {
        let bytes: Range<Int>
        /// Callbacks that are missing there, by number.
        let missing: Range<Int64>
        /// The record behind it.
        let next: JournalRecord
    }

    /// Whole records, each with a greater number than the one before: what follows the last may be older, left over
    /// from a former use of the file, or from an attempt at writing that failed.
    private(set) var records: [JournalRecord] = []
    private(set) var gaps: [Gap] = []
    /// The version of the first record that this program cannot read, since another one wrote it; what follows it was
    /// not looked at.
    private(set) var foreignVersion: UInt8?

    /// Reads a segment.
    ///
    /// - Parameters:
    ///   - bytes: All of it.
    ///   - tag: What its records begin with.
    ///   - before: The greatest number that was given before it, where that is known.
    init(_ bytes: [UInt8], tag: UInt64, before: Int64 = 0) {
        var last: Int64 = 0
        var position = 0
        var gap: Int?
        while position < bytes.count {
            let found = JournalRecord(reading: bytes, at: position, tag: tag)
            if case .foreign(let version)? = found?.kind {
                foreignVersion = version
                break
            }
            guard let record = found, record.number > last || record.isNote && record.number == last else {
                gap = gap ?? position
                position += 8
                continue
            }
            if let start = gap {
                // A note carries the number of the last callback before it.
                let next = record.isNote ? record.number + 1 : record.number
                let first = max(last, records.isEmpty ? before : 0) + 1
                gaps.append(Gap(bytes: start..<position, missing: first..<max(next, first), next: record))
                gap = nil
            }
            last = record.number
            records.append(record)
            position = record.end
        }
    }

    /// The greatest number in it; 0 when there is none.
    var lastNumber: Int64 { records.last?.number ?? 0 }

    /// Where the last record ends.
    var end: Int { records.last?.end ?? 0 }

    /// The first callback of the last sync, unless something else was written behind it: then that sync is known to
    /// have succeeded.
    private var unprovenBatch: Int64? { records.last?.firstOfBatch }

    /// Where those records end that are known to have been synced: all before the last batch.
    var provenEnd: Int {
        guard let batch = unprovenBatch else {
            // A note is not synced; what stands before it is.
            return records.last { !$0.isNote }?.end ?? 0
        }
        return records.last { $0.isNote || $0.number < batch }?.end ?? 0
    }

    /// Whether a crash may have left this gap, in the newest segment.
    ///
    /// Then it is among callbacks that were being written, and were acknowledged to nobody. A disk may have written the
    /// later ones of them, and not the earlier.
    func mayBeTorn(_ gap: Gap) -> Bool {
        guard let batch = unprovenBatch, gap.next.firstOfBatch == batch else { return false }
        // The header is written with the first callbacks.
        return gap.bytes.lowerBound == 0 || gap.missing.lowerBound >= batch
    }
}
