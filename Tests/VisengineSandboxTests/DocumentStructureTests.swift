import Testing
import VisengineSandbox

/// What is in documents, read as a strict reader would: every length, offset and checksum is looked at.
@Suite(.timeLimit(.minutes(1)))
struct DocumentStructureTests {
    @Test(arguments: [0, 2000, 50_001, 150_002])
    func aZipHoldsOnePDF(size: Int) async throws {
        try await withSandbox(SandboxConfiguration(documentBytes: size)) { wire in
            let id = try await wire.place()
            let bytes = try #require(try await wire.download(id).bytes)

            let entry = try StoredEntry(readingZip: bytes)

            #expect(entry.name == "\(id).pdf")
            try checkPDF(entry.content, title: "Documento di prova \(id)")
        }
    }

    @Test(arguments: [0, 2000, 50_001, 150_002])
    func aBarePDFIsWhole(size: Int) async throws {
        try await withSandbox(SandboxConfiguration(isZipped: false, documentBytes: size)) { wire in
            let id = try await wire.place()
            let bytes = try #require(try await wire.download(id).bytes)

            try checkPDF(bytes, title: "Documento di prova \(id)")
        }
    }

    /// Follows the trailer to the table, the table to each object, and each stream to its end (ISO 32000-1, 7.3.8 and
    /// 7.5).
    private func checkPDF(_ bytes: [UInt8], title: String) throws {
        // ISO 8859-1, so that characters count as bytes do; everything but the filler is ASCII.
        let text = Array(String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) })).unicodeScalars)
        func read(at offset: Int, _ count: Int) -> String {
            guard offset >= 0, offset < text.count else { return "" }
            return String(String.UnicodeScalarView(text[offset..<min(offset + count, text.count)]))
        }
        #expect(read(at: 0, 9) == "%PDF-1.4\n")
        #expect(read(at: text.count - 7, 7) == "\n%%EOF\n")
        let end = read(at: text.count - 100, 100)
        let start = try #require(
            end.wholeMatch(of: /(?s).*trailer\n<< \/Size (\d+) \/Root 1 0 R >>\nstartxref\n(\d+)\n%%EOF\n/)
        )
        let table = try #require(Int(start.2))
        let count = try #require(Int(start.1))
        #expect(count == 7)
        #expect(read(at: table, 27 + 2) == "xref\n0 \(count)\n0000000000 65535 f \n")
        for number in 1..<count {
            let row = try #require(
                read(at: table + 9 + 20 * number, 20).wholeMatch(of: /(\d{10}) 00000 n \n/),
                "rows have 20 bytes"
            )
            let offset = try #require(Int(row.1))
            let object = read(at: offset, 200)
            #expect(object.hasPrefix("\(number) 0 obj\n"))
            guard let stream = object.firstMatch(of: /<< \/Length (\d+) >>\nstream\n/) else { continue }
            let length = try #require(Int(stream.1))
            let begin = object[..<stream.range.upperBound].unicodeScalars.count
            #expect(read(at: offset + begin + length, 18) == "\nendstream\nendobj\n", "object \(number)")
            if number == 4 { #expect(read(at: offset + begin, length).contains("(\(title)) Tj")) }
        }
    }
}
