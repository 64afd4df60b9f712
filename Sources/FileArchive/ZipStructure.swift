/// Walks a zip archive's central directory (PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16), then its entries.
struct ZipStructure {
    let file: DocumentBytes

    private static let endSize = 22
    private static let endSignature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    private static let entryHeaderSize = 46
    private static let maxComment = 65_535
    private static let pieceSize = 64 << 10

    private struct Directory {
        var entries: UInt64
        var size: UInt64
        var offset: UInt64
        /// Where the end record begins: the directory ends there or before.
        var end: Int64
    }

    /// What is wrong, in a few words; `nil` when the archive is whole.
    func problem() throws -> String? {
        guard let directory = try directory() else { return "no end-of-central-directory record" }
        let (end, overflow) = directory.offset.addingReportingOverflow(directory.size)
        guard !overflow, end <= UInt64(directory.end) else { return "its central directory exceeds the file" }
        if let problem = try entriesProblem(directory, { _ in nil }) { return problem }
        // A second walk, since reading an entry's bytes is worth it only in a directory that is whole.
        var entries = ZipEntries(file: file)
        return try entriesProblem(directory) { try entries.problem(of: $0) }
    }

    private func directory() throws -> Directory? {
        let count = min(file.size, Int64(Self.endSize + Self.maxComment))
        let start = file.size - count
        let tail = try file.read(at: start, count: Int(count))
        var index = tail.count - Self.endSize
        while index >= 0 {
            if tail[index...].starts(with: Self.endSignature),
                Int(Self.number(tail, at: index + 20, bytes: 2)) == tail.count - index - Self.endSize
            {
                let found = Directory(
                    entries: Self.number(tail, at: index + 10, bytes: 2),
                    size: Self.number(tail, at: index + 12, bytes: 4),
                    offset: Self.number(tail, at: index + 16, bytes: 4),
                    end: start + Int64(index)
                )
                return try zip64(found) ?? found
            }
            index -= 1
        }
        return nil
    }

    /// The same out of the ZIP64 records, when the 32-bit fields say that they overflowed.
    private func zip64(_ short: Directory) throws -> Directory? {
        guard short.entries == 0xFFFF || short.size == 0xFFFF_FFFF || short.offset == 0xFFFF_FFFF, short.end >= 20
        else { return nil }
        let locator = try file.read(at: short.end - 20, count: 20)
        guard locator.starts(with: [0x50, 0x4B, 0x06, 0x07]) else { return nil }
        let position = Self.number(locator, at: 8, bytes: 8)
        guard position < UInt64(short.end) else { return nil }
        let record = try file.read(at: Int64(position), count: 56)
        guard record.count == 56, record.starts(with: [0x50, 0x4B, 0x06, 0x06]) else { return nil }
        return Directory(
            entries: Self.number(record, at: 32, bytes: 8),
            size: Self.number(record, at: 40, bytes: 8),
            offset: Self.number(record, at: 48, bytes: 8),
            end: Int64(position)
        )
    }

    private func entriesProblem(
        _ directory: Directory,
        _ look: (ZipEntry) throws -> String?
    ) throws -> String? {
        var position = Int64(directory.offset)
        let end = position + Int64(directory.size)
        var piece: [UInt8] = []
        var pieceStart = position
        for number in 0..<directory.entries {
            if position + Int64(Self.entryHeaderSize) > end {
                return "the central directory is truncated at entry \(number)"
            }
            if position + Int64(Self.entryHeaderSize) > pieceStart + Int64(piece.count) {
                piece = try file.read(at: position, count: Self.pieceSize)
                pieceStart = position
            }
            let at = Int(position - pieceStart)
            guard piece.count >= at + Self.entryHeaderSize, piece[at...].starts(with: [0x50, 0x4B, 0x01, 0x02]) else {
                return "entry \(number) of its central directory is malformed"
            }
            let header = Self.number(piece, at: at + 42, bytes: 4)
            if header != 0xFFFF_FFFF, header >= directory.offset {
                return "entry \(number) lies beyond the central directory"
            }
            let variable = (0..<3).reduce(UInt64(0)) { $0 + Self.number(piece, at: at + 28 + $1 * 2, bytes: 2) }
            let entry = try entry(
                number,
                header: Array(piece[at..<(at + Self.entryHeaderSize)]),
                at: position,
                directory
            )
            if let problem = try look(entry) { return problem }
            position += Int64(Self.entryHeaderSize) + Int64(variable)
        }
        return position == end ? nil : "its central directory has the wrong length"
    }

    /// The entry of a header, with its ZIP64 sizes where the 32-bit fields say that they overflowed (section 4.5.3).
    private func entry(
        _ number: UInt64,
        header: [UInt8],
        at position: Int64,
        _ directory: Directory
    ) throws -> ZipEntry {
        var entry = ZipEntry(
            number: number,
            flags: Self.number(header, at: 8, bytes: 2),
            method: Self.number(header, at: 10, bytes: 2),
            checksum: UInt32(Self.number(header, at: 16, bytes: 4)),
            compressedSize: Self.number(header, at: 20, bytes: 4),
            size: Self.number(header, at: 24, bytes: 4),
            offset: Self.number(header, at: 42, bytes: 4),
            limit: directory.offset
        )
        let isOverflowed = [entry.compressedSize, entry.size, entry.offset].contains(0xFFFF_FFFF)
        guard isOverflowed else { return entry }
        let name = Int64(Self.number(header, at: 28, bytes: 2))
        let length = Int(Self.number(header, at: 30, bytes: 2))
        let extra = try file.read(at: position + Int64(Self.entryHeaderSize) + name, count: length)
        var at = 0
        while at + 4 <= extra.count {
            let fieldEnd = at + 4 + Int(Self.number(extra, at: at + 2, bytes: 2))
            if Self.number(extra, at: at, bytes: 2) == 1, fieldEnd <= extra.count {
                var next = at + 4
                for field in [\ZipEntry.size, \.compressedSize, \.offset] where entry[keyPath: field] == 0xFFFF_FFFF {
                    guard next + 8 <= fieldEnd else { break }
                    entry[keyPath: field] = Self.number(extra, at: next, bytes: 8)
                    next += 8
                }
                break
            }
            at = fieldEnd
        }
        return entry
    }

    static func number(_ bytes: [UInt8], at offset: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }
}
