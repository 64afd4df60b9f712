import RicevutaCore

/// Callbacks that lie in the files and that the ledger may not have, read a segment at a time when it is their turn.
struct JournalBacklog: Sendable {
    private enum Source: Sendable {
        case callbacks([ReceivedCallback])
        case segment(path: String, tag: UInt64, upTo: Int64)
    }

    private var sources: [Source] = []
    private var read: ArraySlice<ReceivedCallback> = []
    private var after: Int64 = 0

    /// Whether nothing is left.
    var isEmpty: Bool { sources.isEmpty && read.isEmpty }

    /// Adds what files of the first version hold, whose order of use is only told by the callbacks' numbers.
    mutating func addOld(_ scans: [(name: SegmentName, bytes: [UInt8], scan: SegmentScan)], after settled: Int64) {
        after = settled
        var callbacks: [Int64: ReceivedCallback] = [:]
        for (_, bytes, scan) in scans {
            for record in scan.records where record.number > settled {
                if let callback = record.callback(in: bytes) { callbacks[record.number] = callback }
            }
        }
        if !callbacks.isEmpty { sources.append(.callbacks(callbacks.sorted { $0.key < $1.key }.map(\.value))) }
    }

    /// Adds a segment, unless the ledger has all that is in it.
    mutating func add(_ head: JournalReader.Head, upTo limit: Int64, lastNumber: Int64, after settled: Int64) {
        guard lastNumber > settled else { return }
        sources.append(.segment(path: head.path, tag: head.tag, upTo: limit))
    }

    /// Takes some more, in order.
    ///
    /// - Returns: At most so many; none when nothing is left.
    /// - Throws: ``JournalError``; the next call tries again.
    mutating func next(atMost count: Int) throws(JournalError) -> [ReceivedCallback] {
        while read.isEmpty, let source = sources.first {
            switch source {
            case .callbacks(let callbacks): read = callbacks[...]
            case .segment(let path, let tag, let limit):
                let bytes = try JournalReader.bytes(of: path)
                read =
                    SegmentScan(bytes, tag: tag).records
                    .filter { $0.number > after && $0.number <= limit }
                    .compactMap { $0.callback(in: bytes) }[...]
            }
            sources.removeFirst()
        }
        let callbacks = Array(read.prefix(count))
        read = read.dropFirst(count)
        if read.isEmpty { read = [] }
        return callbacks
    }
}
