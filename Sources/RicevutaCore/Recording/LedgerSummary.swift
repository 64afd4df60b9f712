public import BaseKit

/// Counts of everything.
public struct LedgerSummary: Sendable, Equatable {
    /// Callbacks recorded, duplicates not counted.
    public var callbacks: Int
    /// Callbacks by verdict.
    public var callbacksByVerdict: [String: Int]
    /// Orders by the name of their state; `unread` before the first read-back.
    public var ordersByState: [String: Int]
    /// Orders that stand still until somebody chooses a search's result.
    public var choicesNeeded: Int
    /// Orders whose document was promised by now and is not there.
    public var lateOrders: Int
    /// Documents that failed to be fetched and have been available for ``documentPatience`` or longer.
    public var overdueDocuments: Int
    /// When the oldest of the orders was recorded that the API has confirmed and whose document is still expected.
    public var oldestOpenOrder: Timestamp?
    /// Documents in the archive, counted for each order.
    public var documents: Int
    /// Contents in quarantine of orders whose document is not in the archive.
    public var quarantined: Int
    /// Deliveries by state.
    public var deliveriesByState: [String: Int]
    /// Open jobs by kind.
    public var jobsByKind: [String: Int]
    /// How long the oldest job that could be taken now has been due, in milliseconds, by kind.
    public var oldestDueMilliseconds: [String: Int64]
    /// What was spent today, by Rome's day.
    public var spentToday: OrderSpending
    /// What ``LedgerReader/sinks()`` says.
    public var sinks: [SinkName: SinkSummary]

    /// After how long an operator should look at a document that is available and cannot be fetched.
    public static let documentPatience = Duration.seconds(3600)

    /// Creates a summary.
    public init(
        callbacks: Int = 0,
        callbacksByVerdict: [String: Int] = [:],
        ordersByState: [String: Int] = [:],
        choicesNeeded: Int = 0,
        lateOrders: Int = 0,
        overdueDocuments: Int = 0,
        oldestOpenOrder: Timestamp? = nil,
        documents: Int = 0,
        quarantined: Int = 0,
        deliveriesByState: [String: Int] = [:],
        jobsByKind: [String: Int] = [:],
        oldestDueMilliseconds: [String: Int64] = [:],
        spentToday: OrderSpending = OrderSpending(),
        sinks: [SinkName: SinkSummary] = [:]
    ) {
        self.callbacks = callbacks
        self.callbacksByVerdict = callbacksByVerdict
        self.ordersByState = ordersByState
        self.choicesNeeded = choicesNeeded
        self.lateOrders = lateOrders
        self.overdueDocuments = overdueDocuments
        self.oldestOpenOrder = oldestOpenOrder
        self.documents = documents
        self.quarantined = quarantined
        self.deliveriesByState = deliveriesByState
        self.jobsByKind = jobsByKind
        self.oldestDueMilliseconds = oldestDueMilliseconds
        self.spentToday = spentToday
        self.sinks = sinks
    }
}
