public import BaseKit
import Visengine

/// All that the ledger knows of one order: what happened, what is to be done, and what that waits for.
///
/// One value for commands and pages; how it is laid out is theirs.
public struct OrderStory: Sendable, Equatable {
    /// The order.
    public var order: OrderRecord
    /// Its jobs, its last problem, and what its searches have found.
    public var work: OrderWork
    /// What has changed, oldest first.
    public var history: [OrderChange]
    /// The newest of its callbacks, oldest first.
    public var callbacks: [CallbackEntry]
    /// Whether there are older callbacks.
    public var hasMoreCallbacks: Bool
    /// Its document, and contents in quarantine; newest first.
    public var documents: [DocumentEntry]
    /// Its deliveries, newest first.
    public var deliveries: [DeliveryEntry]
    /// The sinks that its deliveries wait for and that take nothing until somebody acts.
    public var stoppedSinks: [SinkName: SinkStop]

    /// Creates a story.
    public init(
        order: OrderRecord,
        work: OrderWork = OrderWork(problem: nil, jobs: []),
        history: [OrderChange] = [],
        callbacks: [CallbackEntry] = [],
        hasMoreCallbacks: Bool = false,
        documents: [DocumentEntry] = [],
        deliveries: [DeliveryEntry] = [],
        stoppedSinks: [SinkName: SinkStop] = [:]
    ) {
        self.order = order
        self.work = work
        self.history = history
        self.callbacks = callbacks
        self.hasMoreCallbacks = hasMoreCallbacks
        self.documents = documents
        self.deliveries = deliveries
        self.stoppedSinks = stoppedSinks
    }
}

extension LedgerReader {
    /// Reads all about one order.
    ///
    /// What happens meanwhile may show in a part of it only.
    ///
    /// - Parameters:
    ///   - name: As in ``LedgerReader/order(named:)``.
    ///   - limit: The most callbacks: whoever has an order's token can post any number.
    ///   - configured: The sinks that there are; `nil` when that is not known.
    /// - Returns: The story.
    /// - Throws: ``LedgerError/notFound(what:name:)``, or what reading throws.
    public func story(
        of name: String,
        callbacks limit: Int = 100,
        configured: Set<SinkName>? = nil
    ) async throws(LedgerError) -> OrderStory {
        guard let order = try await order(named: name) else { throw .notFound(what: "order", name: name) }
        let callbacks = try await callbacks(ofOrder: order.key, limit: limit + 1)
        let deliveries = try await deliveries(DeliveryQuery(orderKey: order.key, limit: 1000))
        return OrderStory(
            order: order,
            work: try await work(ofOrder: order.key),
            history: try await history(ofOrder: order.key, limit: 1000),
            callbacks: Array(callbacks.suffix(limit)),
            hasMoreCallbacks: callbacks.count > limit,
            documents: try await documents(ofOrder: order.key, limit: 100),
            deliveries: deliveries,
            stoppedSinks: try await stops(of: deliveries, configured)
        )
    }

    /// Why sinks take none of these deliveries, where they do not.
    private func stops(
        of deliveries: [DeliveryEntry],
        _ configured: Set<SinkName>?
    ) async throws(LedgerError) -> [SinkName: SinkStop] {
        let waiting = Set(deliveries.filter { $0.state == .pending }.map(\.sink))
        // All that is open is counted for this, which most orders need not.
        guard !waiting.isEmpty else { return [:] }
        let known = try await sinks()
        var stops: [SinkName: SinkStop] = [:]
        for sink in waiting {
            if configured?.contains(sink) == false {
                stops[sink] = .missing
            } else if let disabled = known[sink]?.disabled {
                stops[sink] = .gone(reason: disabled.reason)
            } else if let paused = known[sink]?.paused {
                stops[sink] = .paused(reason: paused.reason)
            }
        }
        return stops
    }
}

extension OrderStory {
    /// Something that happened, in a line.
    public struct Moment: Sendable, Equatable {
        /// What kind of thing.
        public enum Kind: String, Sendable {
            /// The order was first recorded.
            case recorded
            /// A callback arrived.
            case callback
            /// The order changed.
            case change
            /// A document was stored or quarantined.
            case document
            /// A notification was published.
            case event
        }

        /// When.
        public var at: Timestamp
        /// What kind of thing.
        public var kind: Kind
        /// A line for people, without its time; it may hold what the provider or a callback's sender wrote.
        public var text: String
    }

    /// All that happened, oldest first.
    public var moments: [Moment] {
        let recorded = order.origin == .placed ? "recorded, to be placed from here" : "first heard of by a callback"
        var moments = [Moment(at: order.createdAt, kind: .recorded, text: recorded)]
        moments += callbacks.map { Moment(at: $0.receivedAt, kind: .callback, text: Self.text($0)) }
        moments += history.compactMap { change in
            Self.text(change).map { Moment(at: change.at, kind: .change, text: $0) }
        }
        moments += documents.map { Moment(at: $0.recordedAt, kind: .document, text: Self.text($0)) }
        moments += events
        // What has the same time stays in this order, which is that of the flow.
        return moments.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    /// One for each notification, with all of its deliveries.
    private var events: [Moment] {
        var ids: [String] = []
        var groups: [String: [DeliveryEntry]] = [:]
        for delivery in deliveries.reversed() {
            let id = delivery.notification.id
            if groups[id] == nil { ids.append(id) }
            groups[id, default: []].append(delivery)
        }
        return ids.compactMap { id in
            guard let group = groups[id], let first = group.first else { return nil }
            let sinks = group.map(Self.text).joined(separator: "; ")
            let state = first.notification.type.isChangeOfState ? first.notification.state : nil
            let what = first.notification.type.rawValue + (state.map { " (\($0.name))" } ?? "")
            let text = "published \(what): \(sinks)"
            return Moment(at: first.createdAt, kind: .event, text: text)
        }
    }

    private static func text(_ delivery: DeliveryEntry) -> String {
        let attempts = delivery.attempts == 1 ? "1 attempt" : "\(delivery.attempts) attempts"
        let replay = delivery.replayOf == nil ? "" : " (replay)"
        let error = delivery.state == .delivered ? nil : delivery.lastError
        let text = "\(delivery.sink)\(replay) \(delivery.state.rawValue) after \(attempts)"
        return error.map { "\(text), \($0)" } ?? text
    }

    private static func text(_ callback: CallbackEntry) -> String {
        let claim = callback.claim.state.map { "claims \($0.name)" } ?? "claims no state"
        let again = callback.repeats == 0 ? nil : "came \(callback.repeats + 1) times"
        let remarks = [callback.problem, again].compactMap(\.self)
        let text = "callback \(callback.id) from \(callback.peer) \(claim): \(callback.verdict.rawValue)"
        return remarks.isEmpty ? text : text + " (\(remarks.joined(separator: ", ")))"
    }

    private static func text(_ document: DocumentEntry) -> String {
        if let stored = document.document { return "document stored: \(stored.kind.rawValue), \(stored.size) bytes" }
        let size = document.quarantined.map { "\($0.size) bytes" } ?? ""
        return "document quarantined: \(size), \(document.quarantined?.reason ?? "")"
    }

    /// `nil` for what another moment tells.
    private static func text(_ change: OrderChange) -> String? {
        var facts: [String] = []
        switch change.placement {
        case .placed?: facts.append("the provider has it")
        case .refused?: facts.append("the provider rejected it")
        case .pending?, nil: break
        }
        if let to = change.to { facts.append("state \(change.from?.name ?? "none") → \(to.name)") }
        switch change.document {
        case .due?: facts.append("document to be fetched")
        case .failed?: facts.append("gave up on the document")
        // The document's own entry tells more of it.
        case .stored?, DocumentProgress.none?, nil: break
        }
        if let needsChoice = change.needsChoice {
            facts.append(needsChoice ? "waits for a choice among search results" : "waits for no choice any more")
        }
        if change.isLate { facts.append("past its promised time") }
        if let note = change.note { facts.append(note) }
        if facts.isEmpty, change.cause == .fetch { return nil }
        let what = facts.joined(separator: ", ")
        return facts.isEmpty ? change.cause.words : "\(change.cause.words): \(what)"
    }
}

extension OrderChange.Cause {
    /// What it is for people.
    fileprivate var words: String {
        switch self {
        case .placing: "placed"
        case .callback: "read back after a callback"
        case .poll: "read back by a poll"
        case .refresh: "read back for an operator"
        case .fetch: "fetched"
        case .command: "an operator's command"
        }
    }
}
