import BaseKit
import Foundation
import Logging
import SystemPackage

/// Writes each log event as one line on standard error: a JSON object, or text for people.
///
/// A line is one `write`, so that lines of several threads never mix.
struct LineLogHandler: LogHandler {
    /// The shared level, unless a logger has one of its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? shared.value }
        set { ownLevel = newValue }
    }
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    private var ownLevel: Logger.Level?
    private let shared: LogLevel
    private let isJSON: Bool

    init(level: LogLevel, isJSON: Bool) {
        shared = level
        self.isJSON = isJSON
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let given = event.metadata { fields.merge(given) { _, new in new } }
        if let error = event.error { fields["error"] = "\(error)" }
        let sorted = fields.sorted { $0.key < $1.key }
        let line =
            isJSON
            ? Self.json(event, sorted, at: .now())
            : Self.text(event, sorted, at: .now())
        // There is nowhere to complain when standard error is gone.
        _ = try? FileDescriptor.standardError.writeAll(line)
    }

    static func json(
        _ event: LogEvent,
        _ fields: [(key: String, value: Logger.MetadataValue)],
        at time: Timestamp
    )
        -> [UInt8]
    {
        var object: JSONObject = [
            "time": .string(time.description), "level": .string(event.level.rawValue),
            "message": .string(event.message.description),
        ]
        for (key, value) in fields {
            let (name, json) = LogField.json(key, value)
            object[reserved.contains(name) ? "_" + name : name] = json
        }
        return TerminalText.escaped(json: JSONValue.object(object).encoded()) + [UInt8(ascii: "\n")]
    }

    static func text(
        _ event: LogEvent,
        _ fields: [(key: String, value: Logger.MetadataValue)],
        at time: Timestamp
    )
        -> [UInt8]
    {
        let level = event.level.rawValue.uppercased()
        var line = "\(time) \(level)\(String(repeating: " ", count: max(0, 8 - level.count))) \(event.message)"
        for (key, value) in fields { line += " \(key)=\(quoted(LogField.text(value)))" }
        // Whatever a peer made of a value, it stays on its line and away from the terminal's controls.
        return Array(TerminalText.escaped(line).utf8) + [UInt8(ascii: "\n")]
    }

    private static let reserved: Set<String> = ["time", "level", "message"]

    private static func quoted(_ value: String) -> String {
        value.contains(" ") || value.contains("\"") || value.isEmpty
            ? String(decoding: JSONValue.string(value).encoded(), as: UTF8.self) : value
    }
}
