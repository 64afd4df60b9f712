import BaseKit
import Crypto

/// The document of one order: always the same for the same order, and another for every other.
///
/// It is never in memory as a whole: a head, one block that is repeated, and a tail.
struct SandboxDocument: Sendable {
    /// What the document is wrapped in.
    enum Kind: String, Sendable, CaseIterable {
        /// An archive, stored and not compressed, that holds one PDF.
        case zip
        /// The PDF itself.
        case pdf
    }

    let name: String
    /// A multiple of three bytes.
    let head: [UInt8]
    /// How often ``Filler/block`` follows.
    let repeats: Int
    let tail: [UInt8]

    var size: Int { head.count + repeats * Filler.blockSize + tail.count }

    /// Makes a document of so many bytes, or the shortest possible one when that is longer.
    init(order: String, kind: Kind, size: Int) {
        name = "\(order).\(kind.rawValue)"
        let title = "Documento di prova \(order)"
        let overhead = kind == .zip ? ZipEntry.headSize(order) + ZipEntry.tailSize(order) : 0
        let pdf = SandboxPDF(
            title: title,
            size: max(0, size - overhead),
            offset: kind == .zip ? ZipEntry.headSize(order) : 0
        )
        repeats = pdf.fillerSize / Filler.blockSize
        let rest = Array(Filler.block[..<(pdf.fillerSize % Filler.blockSize)]) + pdf.tail
        switch kind {
        case .pdf: (head, tail) = (pdf.head, rest)
        case .zip:
            var checksum = CRC32()
            checksum.update(pdf.head)
            checksum.update(Filler.checksum, times: repeats)
            checksum.update(rest)
            let entry = ZipEntry(order: order, size: pdf.size, checksum: checksum.value)
            head = entry.head + pdf.head
            tail = rest + entry.tail
        }
    }

    /// SHA-256 in 64 lower-case hexadecimal digits.
    var sha256: String {
        var hash = SHA256()
        hash.update(data: head)
        for _ in 0..<repeats { hash.update(data: Filler.block) }
        hash.update(data: tail)
        return ASCII.hex(hash.finalize())
    }
}

/// What a zip archive has around the one file that it stores (PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16).
private struct ZipEntry {
    let head: [UInt8]
    let tail: [UInt8]

    static func headSize(_ order: String) -> Int { 30 + name(order).count }
    static func tailSize(_ order: String) -> Int { 46 + name(order).count + 22 }

    init(order: String, size: Int, checksum: UInt32) {
        let name = Self.name(order)
        // Version 1.0, no flags, stored, 1980-01-01 00:00.
        let common =
            Self.number(10, 2) + Self.number(0, 2) + Self.number(0, 2) + Self.number(0, 2) + Self.number(0x21, 2)
            + Self.number(Int(checksum), 4) + Self.number(size, 4) + Self.number(size, 4)
            + Self.number(name.count, 2) + Self.number(0, 2)
        head = [0x50, 0x4B, 3, 4] + common + name
        let directory = [0x50, 0x4B, 1, 2] + Self.number(10, 2) + common + Self.number(0, 14) + name
        let end =
            [0x50, 0x4B, 5, 6] + Self.number(0, 4) + Self.number(1, 2) + Self.number(1, 2)
            + Self.number(directory.count, 4) + Self.number(head.count + size, 4) + Self.number(0, 2)
        tail = directory + end
    }

    private static func name(_ order: String) -> [UInt8] { Array("\(order).pdf".utf8) }

    private static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
    }
}
