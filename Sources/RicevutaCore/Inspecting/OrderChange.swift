public import BaseKit
public import Visengine

/// What one step has changed of an order, as the ledger keeps it: written with the change itself.
public struct OrderChange: Sendable, Equatable {
    /// What caused it.
    public enum Cause: String, Sendable, CaseIterable {
        /// The provider's answer to `order place`.
        case placing
        /// A read-back that a callback asked for.
        case callback
        /// A read-back without a callback.
        case poll
        /// A read-back that an operator asked for.
        case refresh
        /// An attempt at fetching the document.
        case fetch
        /// An operator's command.
        case command

        /// What made us read.
        package init(_ trigger: OrderProgress.Trigger) {
            self =
                switch trigger {
                case .callback: .callback
                case .poll: .poll
                case .refresh: .refresh
                }
        }
    }

    /// The note of a read-back that an operator asked for.
    package static let refresh = "to be read back"
    /// The note of a change that no callback told of.
    package static let missed = "its callback never came"
    /// The note of a read-back after which no other is planned.
    package static let parked = "polling stopped"

    /// When it was recorded.
    public var at: Timestamp
    /// What caused it.
    public var cause: Cause
    /// The state before; `nil` when there was none, or when it is the same.
    public var from: OrderState?
    /// The new state; `nil` when it is the same.
    public var to: OrderState?
    /// Where the placing stands now; `nil` when that is the same.
    public var placement: OrderRecord.Placement?
    /// Where the document stands now; `nil` when that is the same.
    public var document: DocumentProgress?
    /// Whether the order waits for a choice now; `nil` when that is the same.
    public var needsChoice: Bool?
    /// Whether the promised time was found to be over.
    public var isLate: Bool
    /// Why, without secrets or personal data; `nil` where it says itself.
    public var note: String?

    /// Creates a change.
    public init(
        at: Timestamp,
        cause: Cause,
        from: OrderState? = nil,
        to: OrderState? = nil,
        placement: OrderRecord.Placement? = nil,
        document: DocumentProgress? = nil,
        needsChoice: Bool? = nil,
        isLate: Bool = false,
        note: String? = nil
    ) {
        self.at = at
        self.cause = cause
        self.from = from
        self.to = to
        self.placement = placement
        self.document = document
        self.needsChoice = needsChoice
        self.isLate = isLate
        self.note = note
    }

    /// Compares an order before and after a step; `nil` when nothing has changed that is worth telling.
    ///
    /// - Parameters:
    ///   - before: The order before.
    ///   - after: The order after.
    ///   - cause: What caused it.
    ///   - at: When.
    ///   - alarms: What an operator should know of the step.
    public init?(
        from before: OrderRecord,
        to after: OrderRecord,
        cause: Cause,
        at: Timestamp,
        alarms: [AlarmKind] = []
    ) {
        self.init(at: at, cause: cause)
        if alarms.contains(.missedCallback) { note = Self.missed }
        if before.state != after.state { (from, to) = (before.state, after.state) }
        if before.placement != after.placement { placement = after.placement }
        if before.document != after.document { document = after.document }
        if (before.choiceSince == nil) != (after.choiceSince == nil) { needsChoice = after.choiceSince != nil }
        isLate = before.lateSince == nil && after.lateSince != nil
        guard self != OrderChange(at: at, cause: cause) else { return nil }
    }
}
