/// A caller's own name for an order, such as its case number.
///
/// It goes into events, lists and logs, so it must not be a person's. Several orders may have the same.
public struct OrderReference: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The most Unicode scalars that a reference has.
    public static let maxLength = 128

    /// The text: 1 to ``maxLength`` printable characters, the first and the last of them no spaces.
    public let rawValue: String

    /// Creates a reference, or nothing when the text is not one.
    public init?(rawValue: String) {
        let scalars = rawValue.unicodeScalars
        guard (1...Self.maxLength).contains(scalars.count), scalars.allSatisfy(Self.isPrintable),
            scalars.first?.properties.isWhitespace == false, scalars.last?.properties.isWhitespace == false
        else { return nil }
        self.rawValue = rawValue
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
        default: true
        }
    }

    /// The text.
    public var description: String { rawValue }
}
