import BaseKit
import Logging

/// One field of a log line, written as what it is.
///
/// Numbers, truth values and durations are given to the logger as `.stringConvertible`; what is interpolated is text.
enum LogField {
    /// As a member of a JSON object: numbers as numbers, durations in seconds under a name that says so.
    static func json(_ key: String, _ value: Logger.MetadataValue) -> (key: String, value: JSONValue) {
        if case .stringConvertible(let value as Duration) = value { return (key + "Seconds", seconds(value)) }
        return (key, json(value))
    }

    /// As it stands in a line of text: durations with their unit.
    static func text(_ value: Logger.MetadataValue) -> String {
        guard case .stringConvertible(let value as Duration) = value else { return value.description }
        // Most answers take less than a millisecond.
        let microseconds = microseconds(value)
        return microseconds < 10_000 ? "\(Double(microseconds / 100) / 10) ms" : Quantity.spoken(value)
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .array(let values): .array(values.map(json))
        case .dictionary(let values): .object(object(values))
        case .stringConvertible(let value as Bool): .bool(value)
        case .stringConvertible(let value as any BinaryInteger): JSONValue.number(String(describing: value))
        case .stringConvertible(let value as Double): JSONValue(value)
        case .stringConvertible(let value): .string(value.description)
        }
    }

    private static func object(_ values: Logger.Metadata) -> JSONObject {
        JSONObject(
            values.sorted { $0.key < $1.key }.map { entry in
                let (key, value) = json(entry.key, entry.value)
                return .init(key, value)
            }
        )
    }

    private static func seconds(_ duration: Duration) -> JSONValue {
        JSONValue(Double(microseconds(duration)) / 1_000_000)
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds.multipliedReportingOverflow(by: 1_000_000).partialValue + attoseconds / 1_000_000_000_000
    }
}
