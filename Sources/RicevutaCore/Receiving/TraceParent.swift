/// Where in a distributed trace a request belongs, as the header `traceparent` says it.
///
/// Source: <https://www.w3.org/TR/trace-context/#traceparent-header>.
public struct TraceParent: Sendable, Equatable {
    /// The header's name, in lower case.
    public static let header = "traceparent"

    /// The trace: 32 hexadecimal digits in lower case, not all of them 0.
    public let traceID: String
    /// Who asks: 16 hexadecimal digits in lower case, not all of them 0.
    public let spanID: String
    /// Two hexadecimal digits; the last bit says that the caller records the trace.
    public let flags: String

    /// Reads the header's only value; nothing without one, with several, or with one that is not valid.
    ///
    /// What a later version adds at the end is passed over, as the specification wants it.
    public init?(headers values: [String]) {
        guard values.count == 1, let value = values.first else { return nil }
        self.init(value)
    }

    /// Reads a value; nothing when it is not valid.
    public init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(Self.length + 1))
        guard bytes.count >= Self.length, text.utf8.count <= Self.maxLength else { return nil }
        func hex(_ range: Range<Int>) -> String? {
            let part = bytes[range]
            let isHex = part.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
            return isHex ? String(decoding: part, as: UTF8.self) : nil
        }
        let dash = UInt8(ascii: "-")
        guard bytes[2] == dash, bytes[35] == dash, bytes[52] == dash, let version = hex(0..<2), version != "ff",
            let trace = hex(3..<35), let span = hex(36..<52), let flags = hex(53..<55),
            trace.contains(where: { $0 != "0" }), span.contains(where: { $0 != "0" })
        else { return nil }
        // Version 00 ends here; a later one may go on behind a dash.
        guard bytes.count == Self.length || (version != "00" && bytes[Self.length] == dash) else { return nil }
        (traceID, spanID, self.flags) = (trace, span, flags)
    }

    private init(traceID: String, spanID: String, flags: String) {
        (self.traceID, self.spanID, self.flags) = (traceID, spanID, flags)
    }

    /// The same trace with a span of our own, for a request that this one has caused.
    public func child() -> TraceParent { child(using: SystemRandomNumberGenerator()) }

    /// The same with a random source of the caller's.
    public func child(using generator: some RandomNumberGenerator) -> TraceParent {
        var generator = generator
        let digits = String(UInt64.random(in: 1...UInt64.max, using: &generator), radix: 16)
        let span = String(repeating: "0", count: 16 - digits.count) + digits
        return TraceParent(traceID: traceID, spanID: span, flags: flags)
    }

    /// The value of the header, in version 00.
    public var text: String { "00-\(traceID)-\(spanID)-\(flags)" }

    /// `00-`, 32 digits, `-`, 16 digits, `-`, two digits.
    private static let length = 55
    private static let maxLength = 512
}
