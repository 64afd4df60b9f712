/// Which provider an order is at, and a callback comes from: a short name such as `visengine`.
///
/// Orders' ids are the provider's to choose, so that two providers may give the same one: an id means something only
/// together with this name. It goes with every callback and is a plain value of 16 bytes: copying it counts no
/// reference, comparing it looks at no text.
public struct ProviderID: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The name's bytes, the first one highest, filled up with zeros.
    private let bytes: (UInt64, UInt64)

    /// The Visengine API.
    public static let visengine = ProviderID(known: "visengine")

    /// Creates an id, or nothing unless the name has 1 to 16 of `a–z`, `0–9` and `-` and begins with a letter.
    public init?(rawValue: String) {
        let isLetter: (UInt8) -> Bool = { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        let isAllowed: (UInt8) -> Bool = {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard let first = rawValue.utf8.first, isLetter(first), rawValue.utf8.count <= 16,
            rawValue.utf8.allSatisfy(isAllowed)
        else { return nil }
        self.init(packing: rawValue)
    }

    private init(known name: StaticString) { self.init(packing: name.description) }

    private init(packing name: String) {
        var bytes: (UInt64, UInt64) = (0, 0)
        for (place, byte) in name.utf8.enumerated() {
            let shifted = UInt64(byte) << UInt64(56 - 8 * (place % 8))
            if place < 8 { bytes.0 |= shifted } else { bytes.1 |= shifted }
        }
        self.bytes = bytes
    }

    /// The name.
    public var rawValue: String { String(decoding: utf8, as: UTF8.self) }

    /// How many bytes the name has, from 1 to 16.
    public var byteCount: Int {
        // What is not filled are the zeros at the end.
        16 - (bytes.1 == 0 ? 8 + bytes.0.trailingZeroBitCount / 8 : bytes.1.trailingZeroBitCount / 8)
    }

    /// The name's bytes.
    public var utf8: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(16)
        append(to: &text)
        return text
    }

    /// Appends the name's bytes.
    public func append(to text: inout [UInt8]) {
        var place = 0
        while place < 16 {
            let half = place < 8 ? bytes.0 : bytes.1
            let byte = UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (place % 8)))
            if byte == 0 { return }
            text.append(byte)
            place += 1
        }
    }

    /// The name.
    public var description: String { rawValue }

    /// Whether both are the same provider.
    public static func == (left: ProviderID, right: ProviderID) -> Bool { left.bytes == right.bytes }

    /// Feeds the name.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes.0)
        hasher.combine(bytes.1)
    }
}
