import BaseKit
import Logging
import RicevutaCore
import Testing

@testable import ricevuta

/// What others have written cannot steer a terminal, nor pretend to be something else.
@Suite struct TerminalTextTests {
    /// Clears the screen in two ways, ends the line in three, turns the direction, joins invisibly, and is private.
    private static let hostile =
        "a\u{1B}[2J\u{9B}2J\r\n\u{85}\u{2028}b\u{202E}c\u{2066}d\u{200B}\u{FEFF}\u{E000}\u{7}\u{7F}z"
    private static let harmless =
        #"a\u{1B}[2J\u{9B}2J\u{D}\u{A}\u{85}\u{2028}b\u{202E}c\u{2066}d\u{200B}\u{FEFF}\u{E000}\u{7}\u{7F}z"#

    private func isSafe(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            switch $0.properties.generalCategory {
            case .control: $0 == "\n"
            case .format, .lineSeparator, .paragraphSeparator, .privateUse: false
            default: true
            }
        }
    }

    @Test func escapesWhatMovesTheCursorOrTurnsTheText() {
        #expect(TerminalText.escaped(Self.hostile) == Self.harmless)
        let plain = "Visura catastale: «città» 日本 🇮🇹 e\u{301}"
        #expect(TerminalText.escaped(plain) == plain)
        #expect(TerminalText.escaped("a\nb\tc", keeping: ["\n"]) == "a\nb\\u{9}c")
    }

    @Test func tablesStayOnTheirLines() {
        let table = Listing.table([["ITEM", "STATE"], [Self.hostile, "processing"]])
        #expect(table.split(separator: "\n").count == 2)
        #expect(isSafe(table))
        #expect(table.contains(Self.harmless + "  processing"))
    }

    @Test func jsonHasTheSameValueInEscapes() throws {
        let value: JSONValue = ["item": .string(Self.hostile + " 🇮🇹"), "order": "x"]
        let bytes = TerminalText.escaped(json: value.encoded(pretty: true))
        #expect(isSafe(String(decoding: bytes, as: UTF8.self)))
        #expect(try JSONValue(parsing: bytes) == value)
    }

    @Test(arguments: [true, false])
    func logsAreAsClean(isJSON: Bool) {
        let event = LogEvent(
            level: .info,
            message: "\(Self.hostile)",
            metadata: nil,
            source: "test",
            file: #fileID,
            function: #function,
            line: #line
        )
        let fields: [(key: String, value: Logger.MetadataValue)] = [("item", "\(Self.hostile)")]
        let now = Timestamp(seconds: 1_800_000_000)
        let line = isJSON ? LineLogHandler.json(event, fields, at: now) : LineLogHandler.text(event, fields, at: now)
        let text = String(decoding: line, as: UTF8.self)
        #expect(isSafe(text))
        #expect(text.split(separator: "\n", omittingEmptySubsequences: true).count == 1)
    }
}
