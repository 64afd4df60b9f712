import BaseKit
import Crypto
import Foundation
import RicevutaCore
import Testing

@Suite struct DocumentLinksTests {
    static let key = [UInt8](repeating: 7, count: 32)
    static let links = DocumentLinks(key: key, lifetime: .seconds(600))
    static let now = Timestamp(seconds: 1_800_000_000)
    static let document = StoredDocument(
        sha256: String(repeating: "ab", count: 32),
        size: 1,
        kind: .zip,
        name: nil
    )

    @Test func signsWhatItLinksTo() throws {
        let parts = try parts(Self.links.link(to: Self.document, at: "http://127.0.0.1:9000", now: Self.now))

        #expect(parts.path == "/documents/\(Self.document.sha256)")
        #expect(parts.expires == "1800000600")
        let message = Data("document|\(Self.document.sha256)|1800000600".utf8)
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Self.key))
        let base64url = Data(code).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
        #expect(parts.signature == base64url)
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var sha256: String?
        var expires: String?
        var signature: String?
        var more = ""
        var seconds: Int64 = 1_800_000_000
        var key = DocumentLinksTests.key
        var isGood = false
    }

    static let changes = [
        Change(testDescription: "nothing", isGood: true),
        Change(testDescription: "its last second", seconds: 1_800_000_599, isGood: true),
        Change(testDescription: "expired", seconds: 1_800_000_600),
        Change(testDescription: "another document", sha256: String(repeating: "cd", count: 32)),
        Change(testDescription: "a longer life", expires: "1900000000"),
        Change(testDescription: "a life in other digits", expires: "01800000600"),
        Change(testDescription: "no number", expires: "soon"),
        Change(testDescription: "no signature", signature: ""),
        Change(testDescription: "no base64", signature: "!"),
        Change(testDescription: "another parameter", more: "&a=b", isGood: true),
        Change(testDescription: "a parameter twice", more: "&expires=1800000600"),
        Change(testDescription: "a parameter without a value", more: "&a"),
        Change(testDescription: "another key", key: [UInt8](repeating: 8, count: 32)),
    ]

    @Test(arguments: changes)
    func verifies(_ change: Change) throws {
        let parts = try parts(Self.links.link(to: Self.document, at: "http://127.0.0.1:9000", now: Self.now))
        let links = DocumentLinks(key: change.key, lifetime: .seconds(1))

        let expires = "expires=\(change.expires ?? parts.expires)"
        let isGood = links.allow(
            sha256: change.sha256 ?? Self.document.sha256,
            query: expires + "&signature=\(change.signature ?? parts.signature)" + change.more,
            now: Timestamp(seconds: change.seconds)
        )

        #expect(isGood == change.isGood)
    }

    @Test func derivesAKeyThatIsNotTheSecret() {
        let key = DocumentLinks.key(derivedFrom: Self.key)

        #expect(key.count == 32)
        #expect(key != Self.key)
        #expect(key != DocumentLinks.key(derivedFrom: [1]))
    }

    private func parts(_ link: String) throws -> (path: String, expires: String, signature: String) {
        let parts = try #require(URLComponents(string: link))
        let values = Dictionary(uniqueKeysWithValues: (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") })
        return (parts.path, try #require(values["expires"]), try #require(values["signature"]))
    }
}
