import BaseKit
import RicevutaCore
import Visengine

extension LedgerTables {
    /// Applies the API's answer.
    mutating func confirm(
        _ work: VerifyWork,
        reading: Order,
        binding: OrderBinding,
        context: ConfirmationContext
    ) throws -> OrderProgress.Advance {
        let job = try held(work.lease)
        guard let known = orders[job.id.subject]?.record else { throw LedgerError.leaseLost(job: work.lease.job) }
        guard known.id != nil || binding != .refuse else {
            throw LedgerError.conflict("\(reading.id) carries a different token than order \(known.key)")
        }
        let order = try bind(known, to: reading.id, isProven: binding == .bind)
        var advance = OrderProgress.advance(
            order,
            by: reading,
            trigger: job.source,
            now: context.now,
            schedule: context.schedule,
            promises: context.promises
        )
        orders[order.key]?.record = advance.record
        let change = OrderChange(
            from: order,
            to: advance.record,
            cause: .init(job.source),
            at: context.now,
            alarms: advance.alarms
        )
        keep(change, of: order.key)
        if advance.record.choiceSince == nil { orders[order.key]?.searches = [] }
        if reading.needsChoice, advance.record.choiceSince != nil { orders[order.key]?.searches = reading.searches }
        evaluateCallbacks(into: &advance)
        for type in advance.notifications {
            let previous = type.isChangeOfState ? order.state : nil
            try enqueueNotification(
                type,
                of: advance.record,
                previousState: previous,
                routing: context.routing,
                now: context.now
            )
        }
        if advance.needsDocument { arm(.fetch, subject: order.key, due: context.now, now: context.now) }
        let next = rules.readBacks.afterAnswer(
            isAskedAgain: job.revision != work.lease.revision,
            nextPoll: advance.nextPoll,
            orders[order.key]?.allowance ?? ReadBackPlan.Allowance(),
            now: context.now
        )
        if order.key == job.id.subject { settle(job, next, now: context.now) } else { goOn(order.key, next, context) }
        return advance
    }

    private mutating func settle(_ job: Job, _ next: ReadBackPlan.Next, now: Timestamp) {
        switch next {
        case .again(let due): begin(job, anewAt: due, source: job.source, now: now)
        case .poll(let due): begin(job, anewAt: due, source: .poll, now: now)
        case .nothing: jobs[job.id] = nil
        }
    }

    /// Plans what comes next for an order that another row's read-back was about: the job went with that row.
    private mutating func goOn(_ order: Int64, _ next: ReadBackPlan.Next, _ context: ConfirmationContext) {
        switch next {
        case .again(let due): arm(.verify, subject: order, due: due, now: context.now, source: .callback)
        case .poll(let due): arm(.verify, subject: order, due: due, now: context.now)
        case .nothing: break
        }
    }

    /// Says of each open callback whether the API shows what it claims, or more.
    private mutating func evaluateCallbacks(into advance: inout OrderProgress.Advance) {
        let order = advance.record
        let shown = Set(order.shownStates)
        var isMismatched = false
        for (id, row) in callbacks.sorted(by: { $0.key < $1.key }) where row.order == order.key {
            let claim = row.callback.claim
            let hasComeTrue = row.verdict == .unconfirmed && claim.state.map { shown.contains($0.name) } ?? false
            guard CallbackVerdict.open.contains(row.verdict) || hasComeTrue else { continue }
            let verdict = CallbackVerdict.of(claimedID: claim.orderID, claimedState: claim.state, order: order)
            callbacks[id]?.verdict = verdict
            if verdict == .mismatched { isMismatched = true }
            if verdict == .unconfirmed {
                advance.unconfirmed.add(UnconfirmedCallbacks(state: claim.state, peer: row.callback.peer))
            }
        }
        if isMismatched { advance.alarms.append(.otherOrder) }
    }

    /// Ends verification of an order that the API does not know, or asks once a day; see ``ReadBackPlan``.
    mutating func park(_ work: VerifyWork, reason: String, now: Timestamp) throws {
        let job = try held(work.lease)
        orders[job.id.subject]?.problem = reason
        let order = orders[job.id.subject]
        let next = rules.readBacks.afterNotFound(
            order?.record,
            isAskedAgain: job.revision != work.lease.revision,
            order?.allowance ?? ReadBackPlan.Allowance(),
            now: now
        )
        switch next {
        case .again(let due), .poll(let due): postpone(job, until: due, reason: reason)
        case .nothing:
            let note = "\(OrderChange.parked): \(reason)"
            keep(OrderChange(at: now, cause: .init(job.source), note: note), of: job.id.subject)
            jobs[job.id] = nil
        }
    }

    // MARK: Notifications

    /// Writes a notification about an order, and a delivery with its job for each sink that wants it, unless it was
    /// told already.
    mutating func enqueueNotification(
        _ type: NotificationType,
        of order: OrderRecord,
        previousState: OrderState? = nil,
        document: StoredDocument? = nil,
        routing: DeliveryRouting,
        now: Timestamp
    ) throws {
        let others = told.filter { $0.order == order.key && $0.notification.type == type }
        let notification = try Notification(
            type,
            of: order,
            previousState: previousState,
            document: document,
            occurrence: Int64(others.count { $0.notification.state == order.state }),
            now: now
        )
        let hasDocument = type == .documentAvailable && !others.isEmpty
        guard !hasDocument, !told.contains(where: { $0.notification.id == notification.id }) else { return }
        told.append(Told(notification: notification, order: order.key))
        for sink in routing.sinks(for: notification) {
            _ = addDelivery(of: told.endIndex - 1, to: sink, replayOf: nil, now: now)
        }
    }

    /// Writes a delivery, due now.
    ///
    /// - Returns: Its id.
    mutating func addDelivery(of notification: Int, to sink: SinkName, replayOf: String?, now: Timestamp) -> String {
        let id = "dlv_" + OrderNonce.random().rawValue
        deliveries.append(
            DeliveryRow(id: id, notification: notification, sink: sink, replayOf: replayOf, createdAt: now)
        )
        arm(.deliver, subject: JobID.deliver(deliveries.endIndex - 1).subject, sink: sink, due: now, now: now)
        return id
    }

    /// A notification as it is told: the number is that of the order's row, which may have been another.
    func notification(_ index: Int) -> Notification {
        var notification = told[index].notification
        notification.orderKey = told[index].order
        return notification
    }
}
