/// Which receiver: one data directory with its journal, and the process that serves it.
///
/// Drawn at random at the first start and kept in the data directory, so that it goes with the journal, whose numbers
/// mean something only together with it.
public struct ReceiverID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// 16 hexadecimal digits in lower case; part of file names.
    public let rawValue: String

    /// Checks an id.
    ///
    /// - Parameter rawValue: 16 hexadecimal digits in lower case; anything else gives `nil`.
    public init?(rawValue: String) {
        guard rawValue.utf8.count == 16,
            rawValue.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.rawValue = rawValue
    }

    private init(number: UInt64) {
        let digits = String(number, radix: 16)
        rawValue = String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Draws a new one.
    public static func random() -> ReceiverID { ReceiverID(number: .random(in: 0 ... .max)) }

    /// The id itself.
    public var description: String { rawValue }
}

/// Which callback, among those of all receivers.
public struct CallbackID: Hashable, Sendable {
    /// Who acknowledged it.
    public var receiver: ReceiverID
    /// Its number in that receiver's journal.
    public var sequence: Int64

    /// Names a callback.
    public init(receiver: ReceiverID, sequence: Int64) {
        self.receiver = receiver
        self.sequence = sequence
    }
}
