public import BaseKit

/// One delivery to attempt.
public struct DeliverWork: Sendable, Equatable {
    /// The right to do it.
    public var lease: JobLease
    /// The delivery's own id.
    public var deliveryID: String
    /// Where it goes.
    public var sink: SinkName
    /// What is delivered.
    public var notification: Notification
    /// The trace that the order's last callback with one belonged to.
    public var trace: TraceParent?

    /// Creates work.
    public init(
        lease: JobLease,
        deliveryID: String,
        sink: SinkName,
        notification: Notification,
        trace: TraceParent? = nil
    ) {
        self.lease = lease
        self.deliveryID = deliveryID
        self.sink = sink
        self.notification = notification
        self.trace = trace
    }
}

/// What the dispatcher reads from and writes to the ledger.
public protocol DeliveryLedger: JobLedger {
    /// Takes due deliveries, oldest due first, at most `room[sink]` for each sink; sinks that are absent from `room`,
    /// disabled or paused are left alone. A slow sink holds up no other.
    ///
    /// - Throws: ``LedgerError``.
    func leaseDeliveries(
        room: [SinkName: Int],
        now: Timestamp,
        leaseFor: Duration
    ) async throws(LedgerError)
        -> [DeliverWork]

    /// Records how an attempt ended and what comes next, together.
    ///
    /// The newest ``AttemptEntry/kept`` attempts of a delivery are kept.
    ///
    /// - Parameters:
    ///   - work: What was attempted.
    ///   - action: What comes next.
    ///   - attempt: How the attempt went.
    ///   - now: The current time.
    /// - Throws: ``LedgerError/leaseLost(job:)``.
    func finish(
        _ work: DeliverWork,
        action: DeliveryRetryPolicy.Action,
        attempt: AttemptEntry,
        now: Timestamp
    ) async throws(LedgerError)
}
