public import BaseKit

/// What operators change in the ledger.
public protocol LedgerAdministration: Sendable {
    /// Makes a new delivery of the same notification to the same sink for each of some deliveries, due now: for all of
    /// them, or for none.
    ///
    /// They are made in the order in which the replayed ones were, so that a receiver sees what happened first, first.
    /// A dead letter that is replayed is settled: should the new delivery die too, that is the dead letter.
    ///
    /// - Parameters:
    ///   - ids: The deliveries; one that is named twice is replayed once.
    ///   - onlyDead: Whether each has to be a dead letter.
    ///   - now: The current time.
    /// - Returns: The new deliveries' ids, each with the one that it repeats, oldest first.
    /// - Throws: ``LedgerError/notFound(what:name:)``; ``LedgerError/conflict(_:)`` for one that is still pending, or
    ///   not dead where it has to be.
    func replay(_ ids: [String], onlyDead: Bool, now: Timestamp) async throws(LedgerError) -> [DeliveryReplay]

    /// Settles dead letters without delivering them: all of some, or none.
    ///
    /// - Parameter ids: The dead letters.
    /// - Throws: ``LedgerError/notFound(what:name:)``; ``LedgerError/conflict(_:)`` for one that is not dead.
    func dismiss(_ ids: [String]) async throws(LedgerError)

    /// Has an order's document fetched that was given up, or one that is still due, now.
    ///
    /// - Parameters:
    ///   - name: As in ``LedgerReader/order(named:)``.
    ///   - maxBytes: The most bytes that this document may have, instead of the configured limit; `nil` changes
    ///     nothing.
    ///   - now: The current time.
    /// - Returns: The order.
    /// - Throws: ``LedgerError/notFound(what:name:)``; ``LedgerError/conflict(_:)`` when its document is in the
    ///   archive, or when there is none at the provider yet.
    func fetchAgain(_ name: String, maxBytes: Int64?, now: Timestamp) async throws(LedgerError) -> OrderRecord

    /// Has orders read back now, whatever they wait for: all of some, or none.
    ///
    /// One that is finished or was given up is read once more.
    ///
    /// - Parameters:
    ///   - orders: Their numbers in the ledger.
    ///   - spacing: The time between two of them.
    ///   - now: The current time.
    /// - Throws: ``LedgerError/notFound(what:name:)``.
    func refresh(_ orders: [Int64], spacing: Duration, now: Timestamp) async throws(LedgerError)

    /// Has documents fetched again, now, that the ledger has and the archive has lost.
    ///
    /// What the provider answers takes the lost document's place, also in deliveries that are still to be made. Nobody
    /// is told of it again.
    ///
    /// - Parameters:
    ///   - orders: The orders' numbers; one whose document is not stored is left as it is.
    ///   - now: The current time.
    /// - Throws: ``LedgerError``.
    func fetchLost(_ orders: Set<Int64>, now: Timestamp) async throws(LedgerError)

    /// Forgets quarantined contents.
    ///
    /// - Parameter paths: Where they lay, as in ``QuarantinedDocument/path``.
    /// - Throws: ``LedgerError``.
    func forgetQuarantined(_ paths: Set<String>) async throws(LedgerError)

    /// Enables a sink again; what waits for it is due now.
    ///
    /// - Returns: Whether it was disabled.
    /// - Throws: ``LedgerError``.
    func enable(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Bool

    /// Pauses a sink: nothing is attempted until it is resumed, also after a restart. What is being attempted ends.
    ///
    /// - Parameters:
    ///   - sink: Its name.
    ///   - reason: Why, for other operators.
    ///   - now: The current time.
    /// - Returns: Whether it was not paused yet; the reason of one that was stays.
    /// - Throws: ``LedgerError``.
    func pause(_ sink: SinkName, reason: String?, now: Timestamp) async throws(LedgerError) -> Bool

    /// Resumes a paused sink; what waits for it is due now.
    ///
    /// - Returns: Whether it was paused.
    /// - Throws: ``LedgerError``.
    func resume(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Bool

    /// Has all that waits for a sink attempted now, instead of when its pauses are over.
    ///
    /// - Returns: How many deliveries wait.
    /// - Throws: ``LedgerError``.
    func hasten(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Int

    /// Gives another sink what waits for one, and its open dead letters: each is settled, and a new delivery of the
    /// same notification to the other sink is made, due now, oldest first.
    ///
    /// An attempt that is under way goes on, and what comes of it is not recorded.
    ///
    /// - Parameters:
    ///   - sink: Whose deliveries; it need not be configured any more.
    ///   - other: Who gets them.
    ///   - now: The current time.
    /// - Returns: The new deliveries' ids, each with the one that it repeats, oldest first.
    /// - Throws: ``LedgerError``.
    func move(from sink: SinkName, to other: SinkName, now: Timestamp) async throws(LedgerError) -> [DeliveryReplay]

    /// Ends all that waits for a sink, without another attempt.
    ///
    /// - Parameters:
    ///   - sink: Whose deliveries; it need not be configured any more.
    ///   - ending: What becomes of them.
    ///   - reason: Why, shown as their last error.
    ///   - now: The current time.
    /// - Returns: How many there were.
    /// - Throws: ``LedgerError``.
    func giveUp(
        _ sink: SinkName,
        _ ending: DeliveryEnding,
        reason: String,
        now: Timestamp
    ) async throws(LedgerError) -> Int
}

/// How deliveries end that an operator gives up.
public enum DeliveryEnding: Sendable, Equatable {
    /// As dead letters, which can be replayed.
    case deadLetters
    /// Settled: nobody has to care for them any more.
    case settled

    /// The state that they get.
    public var state: DeliveryState {
        switch self {
        case .deadLetters: .dead
        case .settled: .settled
        }
    }
}

/// A delivery that repeats another.
public struct DeliveryReplay: Sendable, Equatable {
    /// The delivery that is repeated.
    public var replayed: String
    /// The new delivery.
    public var delivery: String

    /// Creates a pair.
    public init(replayed: String, delivery: String) {
        self.replayed = replayed
        self.delivery = delivery
    }
}

extension DeliveryState {
    /// Makes sure that a delivery in this state can be replayed.
    ///
    /// - Throws: ``LedgerError/conflict(_:)``.
    package func requireReplayable(_ id: String, onlyDead: Bool) throws(LedgerError) {
        if self == .pending { throw .conflict("delivery '\(id)' is still pending: it will be attempted anyway") }
        if onlyDead, self != .dead {
            throw .conflict("delivery '\(id)' is not an open dead letter, but \(rawValue)")
        }
    }
}
