import RicevutaCore

/// Callbacks that lie in the files and that the ledger may not have, read a segment at a time when it is their turn.
struct JournalBacklog: Sendable {
    private struct Source: Sendable {
        let path: String
        let tag: UInt64
        let limit: Int64
    }

    private var sources: [Source] = []
    private var read: ArraySlice<ReceivedCallback> = []
    private var after: Int64 = 0

    /// Whether nothing is left.
    var isEmpty: Bool { sources.isEmpty && read.isEmpty }

    /// Adds a segment, unless the ledger has all that is in it.
    mutating func add(_ head: JournalReader.Head, upTo limit: Int64, lastNumber: Int64, after settled: Int64) {
        after = settled
        guard lastNumber > settled else { return }
        sources.append(Source(path: head.path, tag: head.tag, limit: limit))
    }

    /// Takes some more, in order.
    ///
    /// - Returns: At most so many; none when nothing is left.
    /// - Throws: ``JournalError``; the next call tries again.
    mutating func next(atMost count: Int) throws(JournalError) -> [ReceivedCallback] {
        while read.isEmpty, let source = sources.first {
            let bytes = try JournalReader.bytes(of: source.path)
            read =
                try JournalReader.scan(bytes, of: source.path, tag: source.tag).records
                .filter { $0.number > after && $0.number <= source.limit }
                .compactMap { $0.callback(in: bytes) }[...]
            sources.removeFirst()
        }
        let callbacks = Array(read.prefix(count))
        read = read.dropFirst(count)
        if read.isEmpty { read = [] }
        return callbacks
    }
}
