public import BaseKit

/// An amount in euro, in thousandths: prices on the wire have up to two digits after the point, sums of them too.
public struct Price: Sendable, Hashable, Comparable {
    /// Thousandths of a euro.
    public var thousandths: Int64

    /// Creates a price from thousandths of a euro.
    public init(thousandths: Int64) { self.thousandths = thousandths }

    /// Reads a price from a number or a number's text, rounded to a thousandth; `nil` when it is none.
    public init?(json: JSONValue) {
        guard let value = json.double, abs(value) < 1e12 else { return nil }
        thousandths = Int64((value * 1000).rounded())
    }

    /// Reads what people write: digits, up to two more after a point, and the currency, such as `50.00 EUR`; `nil` for
    /// anything else.
    public init?(text: String) {
        guard text.hasSuffix(" EUR") else { return nil }
        let parts = text.dropLast(4).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...9).contains(parts[0].utf8.count),
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), let euro = Int64(parts[0])
        else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard (1...2).contains(parts[1].utf8.count), let digits = Int64(parts[1]) else { return nil }
            fraction = digits * (parts[1].utf8.count == 1 ? 100 : 10)
        }
        thousandths = euro * 1000 + fraction
    }

    /// Less money is less.
    public static func < (left: Price, right: Price) -> Bool { left.thousandths < right.thousandths }

    /// The sum.
    public static func + (left: Price, right: Price) -> Price {
        Price(thousandths: left.thousandths.addingReportingOverflow(right.thousandths).partialValue)
    }

    /// The price as a number on the wire.
    public var json: JSONValue { .number(digits(atLeast: 0)) }

    private func digits(atLeast least: Int) -> String {
        let magnitude = thousandths.magnitude
        var fraction = String(String(magnitude % 1000 + 1000).dropFirst())
        while fraction.utf8.count > least, fraction.hasSuffix("0") { fraction.removeLast() }
        let sign = thousandths < 0 ? "-" : ""
        return sign + String(magnitude / 1000) + (fraction.isEmpty ? "" : "." + fraction)
    }
}

extension Price: CustomStringConvertible {
    /// Digits with at least two after the point, for example `12.70`.
    public var description: String { digits(atLeast: 2) }
}
