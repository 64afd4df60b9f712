import BaseKit
import Testing

@Suite struct Base64Tests {
    /// RFC 4648, section 10, and bytes that stand for the characters in which the alphabets differ.
    static let samples: [([UInt8], String, String)] = [
        ([], "", ""), (Array("f".utf8), "Zg==", "Zg"), (Array("fo".utf8), "Zm8=", "Zm8"),
        (Array("foo".utf8), "Zm9v", "Zm9v"), (Array("foobar".utf8), "Zm9vYmFy", "Zm9vYmFy"),
        ([0xFB, 0xEF, 0xFF, 0xFE], "++///g==", "--___g"),
    ]

    @Test(arguments: samples)
    func encodesAndDecodesInBothAlphabets(bytes: [UInt8], standard: String, url: String) {
        #expect(Base64.text(bytes) == standard)
        #expect(Base64.text(bytes, alphabet: .url) == url)
        #expect(Base64.encode(bytes) == Array(standard.utf8))
        #expect(Base64.encode(bytes, alphabet: .url) == Array(url.utf8))
        #expect(Base64.decode(exactly: standard.utf8) == bytes)
        #expect(Base64.decode(exactly: url.utf8, alphabet: .url) == bytes)
        #expect(Base64.decode(url.utf8) == bytes)
    }

    @Test(arguments: ["Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Z", "Zg==Zg==", "--___g==", "Z*=="])
    func refusesAnyOtherTextForTheSameBytes(text: String) {
        #expect(Base64.decode(exactly: text.utf8) == nil)
    }

    @Test(arguments: ["Zg==", "++///g", "Zh"])
    func refusesAnyOtherTextInTheAlphabetOfURLs(text: String) {
        #expect(Base64.decode(exactly: text.utf8, alphabet: .url) == nil)
    }
}
