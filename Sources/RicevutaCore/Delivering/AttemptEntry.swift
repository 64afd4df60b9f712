public import BaseKit

/// One attempt to deliver, as the ledger keeps it.
public struct AttemptEntry: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        /// The sink took it.
        case accepted
        /// It may pass.
        case failed
        /// The document could not be read from the archive.
        case unreadable
        /// The sink will never take this notification.
        case refused
        /// The sink wants nothing any more (HTTP 410).
        case gone
    }

    /// How many of one delivery's attempts are kept: the newest.
    public static let kept = 50

    /// Which attempt it was, from 1.
    public var number: Int
    /// When it began.
    public var startedAt: Timestamp
    /// How long it took.
    public var duration: Duration
    /// How it ended.
    public var outcome: Outcome
    /// The HTTP status, if there was one.
    public var status: Int?
    /// The beginning of the answer's body, at most ``SinkAnswer/maxBodyBytes``; `nil` when it was empty.
    public var body: String?
    /// Why it failed, in a sentence; `nil` when it did not.
    public var error: String?

    /// Creates an entry.
    public init(
        number: Int,
        startedAt: Timestamp,
        duration: Duration,
        outcome: Outcome,
        status: Int? = nil,
        body: String? = nil,
        error: String? = nil
    ) {
        self.number = number
        self.startedAt = startedAt
        self.duration = duration
        self.outcome = outcome
        self.status = status
        self.body = body
        self.error = error
    }

    /// Creates the entry of an attempt that has just ended.
    public init(_ result: DeliveryResult, number: Int, startedAt: Timestamp, duration: Duration) {
        let (outcome, error): (Outcome, String?) =
            switch result.outcome {
            case .accepted: (.accepted, nil)
            case .transient(let reason, _): (.failed, reason)
            case .unreadable(let reason): (.unreadable, reason)
            case .permanent(let reason): (.refused, reason)
            case .gone(let reason): (.gone, reason)
            }
        let body = result.answer?.body ?? ""
        self.init(
            number: number,
            startedAt: startedAt,
            duration: duration,
            outcome: outcome,
            status: result.answer?.status,
            body: body.isEmpty ? nil : body,
            error: error
        )
    }
}
