import BaseKit
import Foundation
import RicevutaCore
import Testing

@testable import ricevuta

/// The manifest makes a folder a backup: half of one makes none.
@Suite struct BackupManifestTests {
    private let manifest = BackupManifest(
        receiver: ReceiverID(rawValue: "0123456789abcdef"),
        ledgerAt: Timestamp(milliseconds: 1_800_000_000_123),
        acknowledgedUntil: Timestamp(milliseconds: 1_800_000_000_456),
        ledger: LedgerInventory(orders: ["a": "b"], callbacks: 3),
        missingDocuments: [String(repeating: "0", count: 64)],
        entries: [
            .init(path: "ledger.sqlite", bytes: 4096, sha256: String(repeating: "a", count: 64)),
            .init(path: "archive/documents/ab/x.zip", bytes: 5, sha256: String(repeating: "b", count: 64)),
        ]
    )

    @Test func isReadAsItWasWritten() throws {
        #expect(try BackupManifest(parsing: Data(manifest.encoded()), of: "b") == manifest)
        #expect(manifest.bytes == 4101)
    }

    @Test func noPartOfItPassesForAWhole() {
        let bytes = manifest.encoded()
        // Without the last line feed it says all the same.
        for count in 0..<bytes.count - 1 {
            #expect(throws: CommandFailure.self) { try BackupManifest(parsing: Data(bytes[..<count]), of: "b") }
        }
    }

    @Test func aLineThatIsGoneIsMissed() throws {
        let lines = manifest.encoded().split(separator: UInt8(ascii: "\n"))
        for index in lines.indices {
            var rest = lines
            rest.remove(at: index)
            let bytes = Data(rest.joined(separator: [UInt8(ascii: "\n")]))
            #expect(throws: CommandFailure.self) { try BackupManifest(parsing: bytes, of: "b") }
        }
    }

    @Test(arguments: ["../x", "/etc/x", "a/../../x", "a//b", "", "."])
    func aPathThatLeadsElsewhereIsRefused(_ path: String) {
        var manifest = manifest
        manifest.entries[0].path = path
        #expect(throws: CommandFailure.self) {
            try BackupManifest(parsing: Data(manifest.encoded()), of: "b")
        }
    }

    @Test func oneOfANewerProgramIsNotGuessedAt() throws {
        let text = String(decoding: manifest.encoded(), as: UTF8.self)
            .replacing("\"version\":1", with: "\"version\":2")
        let failure = #expect(throws: CommandFailure.self) {
            try BackupManifest(parsing: Data(text.utf8), of: "b")
        }
        #expect(failure?.description.contains("newer program") == true)
    }
}
