import BaseKit

/// What a zip archive's central directory says of one entry.
struct ZipEntry {
    let number: UInt64
    let flags: UInt64
    let method: UInt64
    /// CRC-32 of the content.
    let checksum: UInt32
    var compressedSize: UInt64
    var size: UInt64
    /// Where its own header lies.
    var offset: UInt64
    /// Where the central directory begins: its bytes end there or before.
    let limit: UInt64
}

/// Reads the entries of a zip archive, and compares their lengths and checksums with what the central directory says.
///
/// In constant memory. Not checked are entries that are encrypted, and those of other methods than stored and deflate
/// (PKWARE APPNOTE 6.3.10, sections 4.4.4 and 4.4.5), of which there is no telling here; and what would come after more
/// work than an honest archive of that size is: entries that lie over one another, or expand without end.
struct ZipEntries {
    private static let headerSize: UInt64 = 30
    private static let pieceSize = 64 << 10
    /// Encrypted (bit 0), patch data (bit 5), or with its directory masked (bit 13).
    private static let closed: UInt64 = 1 << 0 | 1 << 5 | 1 << 13

    private let file: DocumentBytes
    /// Compressed bytes that may still be read, and bytes that may still come out of them.
    private var toRead: Int64
    private var toInflate: Int64

    init(file: DocumentBytes) {
        self.file = file
        toRead = file.size
        let (product, overflow) = file.size.multipliedReportingOverflow(by: 100)
        toInflate = min(overflow ? .max : max(product, 256 << 20), 16 << 30)
    }

    /// What is wrong with an entry; `nil` when it is whole or cannot be checked.
    mutating func problem(of entry: ZipEntry) throws -> String? {
        guard entry.flags & Self.closed == 0, entry.method == 0 || entry.method == 8 else { return nil }
        guard entry.offset < entry.limit else { return "entry \(entry.number) lies beyond the central directory" }
        let header = try file.read(at: Int64(entry.offset), count: Int(Self.headerSize))
        guard header.count == Int(Self.headerSize), header.starts(with: [0x50, 0x4B, 0x03, 0x04]) else {
            return "entry \(entry.number) has no local header"
        }
        let names = ZipStructure.number(header, at: 26, bytes: 2) + ZipStructure.number(header, at: 28, bytes: 2)
        let start = entry.offset + Self.headerSize + names
        let (end, overflow) = start.addingReportingOverflow(entry.compressedSize)
        guard !overflow, end <= entry.limit else { return "entry \(entry.number) overlaps the central directory" }
        guard Int64(entry.compressedSize) <= toRead, entry.size <= UInt64(toInflate) else { return nil }
        toRead -= Int64(entry.compressedSize)

        let found: (size: UInt64, checksum: UInt32)
        do {
            found =
                try entry.method == 0 ? stored(Int64(start)..<Int64(end)) : inflated(Int64(start)..<Int64(end), entry)
        } catch let error as InflateError {
            if error == .noMemory { throw error }
            return "entry \(entry.number) cannot be decompressed: \(error)"
        }
        toInflate -= Int64(found.size)
        guard found.size == entry.size else {
            return "entry \(entry.number) has \(found.size) bytes; \(entry.size) expected"
        }
        return found.checksum == entry.checksum ? nil : "checksum mismatch in entry \(entry.number)"
    }

    private func stored(_ range: Range<Int64>) throws -> (size: UInt64, checksum: UInt32) {
        var checksum = CRC32()
        try pieces(of: range) {
            checksum.update($0)
            return true
        }
        return (UInt64(range.count), checksum.value)
    }

    private func inflated(_ range: Range<Int64>, _ entry: ZipEntry) throws -> (size: UInt64, checksum: UInt32) {
        var checksum = CRC32()
        // One byte more than announced is as wrong as many.
        let inflater = Inflater(.raw, maxOutputBytes: Int64(entry.size) + 1)
        try pieces(of: range) { piece in
            try inflater.inflate(piece) { checksum.update($0) }
            return !inflater.isFinished
        }
        try inflater.finish()
        return (UInt64(inflater.outputBytes), checksum.value)
    }

    /// Hands out the bytes of a range until `take` has enough.
    private func pieces(of range: Range<Int64>, _ take: (ArraySlice<UInt8>) throws -> Bool) throws {
        var position = range.lowerBound
        while position < range.upperBound {
            let piece = try file.read(at: position, count: Int(min(Int64(Self.pieceSize), range.upperBound - position)))
            guard !piece.isEmpty, try take(piece[...]) else { return }
            position += Int64(piece.count)
        }
    }
}
