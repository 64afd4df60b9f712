import BaseKit
import Foundation
import Testing

@Suite("Inflater")
struct InflaterTests {
    private static let text = Array(#"{"data":{"_id":"0123456789abcdef01234567"}}"#.utf8)
    private static let raw = bytes("q1ZKSSxJVLKqVorPTFGyUjIwNDI2MTUzt7BMTEpOSU2D8ZVqawE=")
    private static let zlib = bytes("eNqrVkpJLElUsqpWis9MUbJSMjA0MjYxNTO3sExMSk5JTYPxlWprAQ0zC/U=")
    private static let gzip = bytes(
        "H4sIAAAAAAACA6tWSkksSVSyqlaKz0xRslIyMDQyNjE1M7ewTExKTklNg/GVamsBMqO/dSsAAAA="
    )
    /// 203,096 zero bytes in 214.
    private static let zeros = bytes(
        "7cExAQAAAMKg9U9tBn+g" + String(repeating: "AAAAAAAAAAAAAAAAAAAA", count: 13) + "AIDXAA=="
    )

    @Test("Reads each frame, whether the format is named or seen")
    func frames() throws {
        for (format, input) in [
            (Inflater.Format.raw, Self.raw), (.deflate, Self.zlib), (.deflate, Self.raw), (.gzip, Self.gzip),
            (.automatic, Self.raw), (.automatic, Self.zlib), (.automatic, Self.gzip),
        ] {
            #expect(try Self.inflate(input, format, piece: .max) == Self.text)
            #expect(try Self.inflate(input, format, piece: 1) == Self.text, "a byte at a time")
        }
    }

    @Test("A gzip stream of two members is read as one")
    func members() throws {
        #expect(try Self.inflate(Self.gzip + Self.gzip, .gzip, piece: .max) == Self.text + Self.text)
        #expect(try Self.inflate(Self.gzip + Self.gzip, .automatic, piece: 7) == Self.text + Self.text)
    }

    @Test("What follows the end of the stream is not read")
    func rest() throws {
        let inflater = Inflater(.raw)
        var output: [UInt8] = []
        let read = try inflater.inflate((Self.raw + [1, 2, 3])[...], into: &output)
        #expect(read == Self.raw.count)
        #expect(inflater.isFinished)
        #expect(output == Self.text)
    }

    @Test("A stream longer than the buffer comes whole, in pieces of at most 64 KiB")
    func large() throws {
        var count = 0
        var largest = 0
        let inflater = Inflater(.raw)
        try inflater.inflate(Self.zeros[...]) {
            count += $0.count
            largest = max(largest, $0.count)
        }
        try inflater.finish()
        #expect(count == 203_096)
        #expect(largest <= 64 << 10)
    }

    @Test("Neither more bytes come out than allowed, nor more for each byte read")
    func limits() {
        var output: [UInt8] = []
        #expect(throws: InflateError.tooLarge(limit: 1_000)) {
            try Inflater(.raw, maxOutputBytes: 1_000).inflate(Self.zeros[...], into: &output)
        }
        #expect(output.count == 1_000, "what came before the limit is there")
        output = []
        #expect(throws: InflateError.ratioTooHigh(limit: 100)) {
            try Inflater(.raw, maxRatio: 100).inflate(Self.zeros[...], into: &output)
        }
        #expect(output.count == 64 << 10)
    }

    @Test("A stream that is cut, changed or none is refused, with what came before")
    func damaged() throws {
        #expect(throws: InflateError.truncated) { try Self.inflate(Self.gzip.dropLast(9), .gzip, piece: .max) }
        #expect(throws: InflateError.truncated) { try Self.inflate([], .automatic, piece: .max) }
        #expect(throws: InflateError.truncated) { try Self.inflate(Self.zlib.prefix(1), .automatic, piece: .max) }
        var changed = Self.gzip
        changed[changed.count - 6] ^= 1  // In the checksum.
        var output: [UInt8] = []
        #expect(throws: InflateError.malformed) { try Inflater(.gzip).inflate(changed[...], into: &output) }
        #expect(output == Self.text)
        #expect(throws: InflateError.malformed) { try Self.inflate(Array("no gzip at all".utf8), .gzip, piece: .max) }
    }

    @Test("The checksum is that of zip, however the bytes are cut")
    func checksum() {
        var whole = CRC32()
        whole.update(Self.text)
        var pieces = CRC32()
        for byte in Self.text { pieces.update(CollectionOfOne(byte)) }
        pieces.update([])
        #expect(whole.value == 0x75BF_A332)
        #expect(pieces.value == whole.value)
    }

    private static func bytes(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }

    private static func inflate(
        _ input: some Collection<UInt8>,
        _ format: Inflater.Format,
        piece: Int
    ) throws -> [UInt8] {
        let inflater = Inflater(format)
        var output: [UInt8] = []
        var rest = Array(input)[...]
        while !rest.isEmpty {
            let read = try inflater.inflate(rest.prefix(piece), into: &output)
            guard read > 0 else { break }
            rest = rest.dropFirst(read)
        }
        try inflater.finish()
        return output
    }
}
