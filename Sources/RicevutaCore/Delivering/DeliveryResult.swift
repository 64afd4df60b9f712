/// How one attempt ended, and what the destination said to it.
public struct DeliveryResult: Sendable, Equatable {
    /// How it ended.
    public var outcome: DeliveryOutcome
    /// What the destination answered; `nil` when nothing came back, and for destinations that do not speak HTTP.
    public var answer: SinkAnswer?

    /// Creates a result.
    public init(_ outcome: DeliveryOutcome, answer: SinkAnswer? = nil) {
        self.outcome = outcome
        self.answer = answer
    }
}

/// What a destination answered to one attempt, kept for whoever has to find out why it was refused.
public struct SinkAnswer: Sendable, Equatable {
    /// The most bytes of a body that are kept.
    public static let maxBodyBytes = 2048

    /// The HTTP status.
    public var status: Int
    /// The beginning of the body, as the destination wrote it: control characters are escaped where it is printed.
    public var body: String

    /// Keeps the beginning of an answer.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - body: The body, or its beginning; read as UTF-8, what is none becomes U+FFFD.
    public init(status: Int, body: [UInt8] = []) {
        self.status = status
        var text = String(decoding: body.prefix(Self.maxBodyBytes), as: UTF8.self)
        // A character that the cut went through.
        if body.count > Self.maxBodyBytes {
            while text.unicodeScalars.last == "\u{FFFD}" { text.unicodeScalars.removeLast() }
        }
        // No column of text holds a zero.
        self.body = text.replacing("\0", with: "\u{FFFD}")
    }
}
