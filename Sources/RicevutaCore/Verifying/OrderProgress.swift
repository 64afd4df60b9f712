public import BaseKit
public import Visengine

/// Decides what one reading of the API means for an order, without a clock or a store: forward only.
public enum OrderProgress {
    /// What a reading leads to; applied in one transaction.
    public struct Advance: Sendable, Equatable {
        /// The order as it is from now on.
        public var record: OrderRecord
        /// The notifications to write, in this order.
        public var notifications: [NotificationType] = []
        /// Whether a fetch job is needed that does not exist yet.
        public var needsDocument = false
        /// When to look again; `nil` when nothing more is expected.
        public var nextPoll: Timestamp?
        /// What an operator should know.
        public var alarms: [AlarmKind] = []
        /// Callbacks that claim what the reading does not show; `nil` without one.
        public var unconfirmed: UnconfirmedCallbacks?
    }

    /// What made us read.
    public enum Trigger: String, Sendable, Codable {
        /// A callback asked for it.
        case callback
        /// The polling interval was over.
        case poll
        /// An operator wanted to know.
        case refresh
    }

    /// Moves an order by one reading.
    ///
    /// - Parameters:
    ///   - record: The order as recorded; the reading is known to be about it.
    ///   - reading: The API's answer.
    ///   - trigger: What made us read.
    ///   - now: The current time.
    ///   - schedule: When to poll again.
    ///   - promises: By when documents are promised.
    /// - Returns: What the reading leads to.
    public static func advance(
        _ record: OrderRecord,
        by reading: Order,
        trigger: Trigger,
        now: Timestamp,
        schedule: ReconciliationSchedule,
        promises: PromisedTimes = PromisedTimes()
    ) -> Advance {
        var next = record
        next.id = reading.id
        next.placement = .placed
        next.item = reading.item ?? record.item
        next.itemName = reading.itemName ?? record.itemName
        next.lastReadBack = now
        var advance = Advance(record: next)

        let isBackwards = (reading.state?.rank).map { $0 < record.rank } ?? false
        let leavesTerminal = record.state?.isTerminal == true && reading.state != record.state
        if isBackwards || leavesTerminal {
            advance.alarms.append(.wentBack)
        } else {
            advance.record.lastUpdate = reading.lastUpdate ?? record.lastUpdate
            advance.record.outcome = reading.outcome ?? record.outcome
            if let state = reading.state, state != record.state {
                advance.moveTo(state, reading: reading, trigger: trigger, now: now, schedule: schedule)
            } else {
                advance.record.quietPolls += 1
            }
            if advance.record.state == .cancelled {
                advance.record.cancellationReason = reading.cancellationReason ?? record.cancellationReason
            }
            if reading.state != nil { advance.noteChoice(isNeeded: reading.needsChoice, now: now) }
            advance.notePromise(reading, promises, now: now)
        }

        if advance.record.state?.hasDocument == true, advance.record.document == .none {
            advance.record.document = .due
            advance.needsDocument = true
        }
        if advance.record.state?.isTerminal == true {
            advance.record.finalSince = record.finalSince ?? now
        } else {
            advance.nextPoll = now + schedule.interval(afterQuietPolls: advance.record.quietPolls)
            // What is late is told then, and not an interval later.
            if let promised = advance.record.promisedBy, promised > now {
                advance.nextPoll = advance.nextPoll.map { min($0, promised + .seconds(1)) }
            }
        }
        return advance
    }
}

extension OrderProgress.Advance {
    fileprivate mutating func moveTo(
        _ state: OrderState,
        reading: Order,
        trigger: OrderProgress.Trigger,
        now: Timestamp,
        schedule: ReconciliationSchedule
    ) {
        record.state = state
        record.rank = max(record.rank, state.rank ?? record.rank)
        record.quietPolls = 0
        // What could not be fetched in the old state may be there in the new one.
        if record.document == .failed { record.document = .none }
        notifications.append(state == .cancelled ? .orderCancelled : .orderUpdated)
        if case .unknown = state { alarms.append(.unknownState) }

        // The provider may need its 30 seconds and some; a change that we see first is a miss only when it is old.
        let isOld = reading.lastUpdate.map { now - $0 > schedule.callbackGrace } ?? false
        if trigger != .callback, isOld, state.hasDocument || state.isTerminal {
            alarms.append(.missedCallback)
        }
    }

    /// Tells once that the order waits for a choice; again only when it has gone on meanwhile.
    fileprivate mutating func noteChoice(isNeeded: Bool, now: Timestamp) {
        guard isNeeded else {
            record.choiceSince = nil
            return
        }
        guard record.choiceSince == nil else { return }
        record.choiceSince = now
        notifications.append(.orderChoiceNeeded)
        alarms.append(.choiceNeeded)
    }

    /// Tells once that the document was promised by now and is not there.
    fileprivate mutating func notePromise(_ reading: Order, _ promises: PromisedTimes, now: Timestamp) {
        record.promisedBy =
            reading.isFinal == false
            ? nil  // A draft: nothing was handed in.
            : promises.due(
                item: record.item,
                name: record.itemName,
                submitted: reading.submittedAt ?? reading.createdAt ?? record.createdAt
            )
        guard let promised = record.promisedBy, now > promised, record.lateSince == nil,
            record.state?.hasDocument != true, record.state?.isTerminal != true
        else { return }
        record.lateSince = now
        notifications.append(.orderLate)
        alarms.append(.orderLate)
    }
}
