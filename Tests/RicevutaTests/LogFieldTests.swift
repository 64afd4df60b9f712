import BaseKit
import Logging
import Testing

@testable import ricevuta

/// What is a number in the program is a number in its log.
@Suite struct LogFieldTests {
    private static let fields: [(key: String, value: Logger.MetadataValue)] = [
        ("bytes", .stringConvertible(20_000)), ("is.last", .stringConvertible(true)),
        ("share", .stringConvertible(0.5)), ("duration", .stringConvertible(Duration.milliseconds(90_250))),
        ("sinks", ["crm", "folder"]), ("counts", ["dead": .stringConvertible(3)]), ("text", "7"),
    ]
    private static let event = LogEvent(
        level: .info,
        message: "Document stored",
        metadata: nil,
        source: "test",
        file: #fileID,
        function: #function,
        line: #line
    )

    @Test func jsonHasNumbersWhereTheyAreMeant() throws {
        let line = LineLogHandler.json(Self.event, Self.fields, at: Timestamp(seconds: 1_800_000_000))

        let json = try JSONValue(parsing: line)

        #expect(json["bytes"] == .number("20000") && json["is.last"] == .bool(true) && json["share"] == .number("0.5"))
        #expect(json["durationSeconds"] == .number("90.25") && json["duration"] == nil)
        #expect(json["sinks"] == ["crm", "folder"] && json["counts"]?["dead"] == .number("3"))
        #expect(json["text"] == .string("7"), "text stays text")
    }

    @Test func textHasDurationsWithTheirUnit() {
        let line = LineLogHandler.text(Self.event, Self.fields, at: Timestamp(seconds: 1_800_000_000))

        let text = String(decoding: line, as: UTF8.self)

        #expect(text.contains("INFO") && text.contains(" Document stored bytes=20000 is.last=true"))
        #expect(text.contains(#" duration="1 min 30 s""#))
        #expect(LogField.text(.stringConvertible(Duration.microseconds(340))) == "0.3 ms")
        #expect(LogField.json("took", .stringConvertible(Duration.microseconds(340))).value == .number("0.00034"))
    }
}
