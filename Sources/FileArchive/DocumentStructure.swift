import Foundation
import RicevutaCore

/// Looks at a document's bytes: what it is, and whether it is whole.
///
/// Reads the head and the tail, and a zip to its end; see ``ZipStructure`` and ``ZipEntries`` for what is checked
/// there.
enum DocumentStructure {
    enum Verdict: Equatable {
        case sound(DocumentKind)
        case damaged(String)
        case unreadable(Int32)
    }

    static func check(path: String, size: Int64) -> Verdict {
        guard size > 0 else { return .damaged("the document is empty") }
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }  // Opened for reading: closing loses nothing.
            return try check(DocumentBytes(.file(handle), size: size))
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
            return .unreadable(cause.domain == NSPOSIXErrorDomain ? Int32(clamping: cause.code) : 0)
        }
    }

    /// Looks at a document that is in memory as a whole.
    static func check(_ content: [UInt8]) -> Verdict {
        guard !content.isEmpty else { return .damaged("the document is empty") }
        // Only a lack of memory to decompress it in can fail.
        return (try? check(DocumentBytes(.memory(content), size: Int64(content.count)))) ?? .unreadable(0)
    }

    private static func check(_ file: DocumentBytes) throws -> Verdict {
        let head = try file.read(at: 0, count: 1024)
        if head.starts(with: [0x50, 0x4B]) {
            let problem = try ZipStructure(file: file).problem()
            return problem.map { .damaged("the zip is damaged: \($0)") } ?? .sound(.zip)
        }
        // Before the PDF: a signed one, `.pdf.p7m`, has the PDF's head within its own first bytes.
        if let envelope = SignedEnvelope(head: head) {
            return envelope.isWhole(size: file.size) ? .sound(.p7m) : .damaged("the signed envelope is truncated")
        }
        if head.firstRange(of: Array("%PDF-".utf8)) != nil {
            let tail = try file.read(at: max(0, file.size - 2048), count: 2048)
            let isWhole =
                tail.firstRange(of: Array("%%EOF".utf8)) != nil && tail.firstRange(of: Array("startxref".utf8)) != nil
            return isWhole ? .sound(.pdf) : .damaged("the PDF is truncated: no trailer at its end")
        }
        let text = head.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF || $0 <= 0x20 }
        if text.starts(with: Array("<?xml".utf8)) || text.starts(with: Array("<xbrl".utf8)) {
            // Whatever XML ends with, its last character is this one.
            let last = try file.read(at: max(0, file.size - 256), count: 256).last { $0 > 0x20 }
            return last == UInt8(ascii: ">") ? .sound(.xml) : .damaged("the XML is truncated")
        }
        return .sound(.other)
    }
}
