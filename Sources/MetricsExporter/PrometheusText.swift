/// Writes metrics in Prometheus' text format 0.0.4.
///
/// Source: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.
package struct PrometheusText {
    /// What a family's samples are.
    package enum Kind: String, Sendable {
        case counter, gauge, histogram, summary
    }

    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var text = ""

    package init() {}

    /// Starts a family; all of its samples have to follow before the next one.
    package mutating func family(_ name: String, _ kind: Kind, help: String?) {
        if let help { text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n" }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Writes one sample; the name and the labels' names are valid already.
    package mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        text += name
        if !labels.isEmpty { text += "{\(Self.text(of: labels))}" }
        text += " \(Self.number(value))\n"
    }

    /// Labels as they stand between the braces; different lists give different texts.
    package static func text(of labels: [(String, String)]) -> String {
        labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
    }

    /// A name that fits `[a-zA-Z_][a-zA-Z0-9_]*`: everything else becomes an underscore.
    ///
    /// The colon that metric names may have is left to recording rules, as Prometheus asks.
    package static func name(_ label: String) -> String {
        var bytes = label.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        if bytes.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) ?? true {
            bytes.insert(UInt8(ascii: "_"), at: 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whole numbers without a fraction, the others as the shortest text that reads back the same.
    package static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        // Beyond 2^53 a double is no exact count any more.
        if value == value.rounded(), abs(value) <= 9_007_199_254_740_992 { return String(Int64(value)) }
        return value.description
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
