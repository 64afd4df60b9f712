/// A PDF of one page and any length: everything but the filler in it.
///
/// The filler is the content of an object that nothing refers to. Every number that depends on the length has ten
/// digits, so that the length can be reached exactly.
struct SandboxPDF {
    /// Up to the filler; its length is a multiple of three after `offset` bytes of something else.
    let head: [UInt8]
    let fillerSize: Int
    /// From the end of the filler.
    let tail: [UInt8]

    var size: Int { head.count + fillerSize + tail.count }

    /// Makes a PDF of so many bytes, or the shortest possible one.
    init(title: String, size: Int, offset: Int) {
        let empty = Self.parts(title: title, fillerSize: 0, offset: offset)
        fillerSize = max(0, size - empty.head.count - empty.tail.count)
        (head, tail) = Self.parts(title: title, fillerSize: fillerSize, offset: offset)
    }

    private static func parts(title: String, fillerSize: Int, offset: Int) -> (head: [UInt8], tail: [UInt8]) {
        let content = "BT /F1 18 Tf 72 720 Td (\(title)) Tj ET"
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
                + "/Resources << /Font << /F1 5 0 R >> >> >>",
            "<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        var text = "%PDF-1.4\n"
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(text.utf8.count)
            text += "\(index + 1) 0 obj\n\(object)\nendobj\n"
        }
        let last = "6 0 obj\n<< /Length \(digits(fillerSize)) >>\nstream\n"
        // A comment of one to three characters brings the filler to a multiple of three.
        let missing = 3 - (offset + text.utf8.count + 2 + last.utf8.count) % 3
        text += "%" + String(repeating: "-", count: missing) + "\n"
        offsets.append(text.utf8.count)
        text += last

        var tail = "\nendstream\nendobj\n"
        let table = text.utf8.count + fillerSize + tail.utf8.count
        tail += "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n"
        for offset in offsets { tail += "\(digits(offset)) 00000 n \n" }
        tail += "trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R >>\nstartxref\n\(digits(table))\n%%EOF\n"
        return (Array(text.utf8), Array(tail.utf8))
    }

    private static func digits(_ value: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, 10 - text.utf8.count)) + text
    }
}
