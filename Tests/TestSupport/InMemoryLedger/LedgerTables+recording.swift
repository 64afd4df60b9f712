import BaseKit
import RicevutaCore
import Visengine

extension LedgerTables {
    /// Records one callback with the work it causes, or finds that both are there already.
    mutating func record(_ callback: ReceivedCallback) -> ApplyOutcome {
        let order = findOrCreate(callback)
        let knownID = order.flatMap { orders[$0]?.record.id }
        let fact = CallbackFact.key(of: callback, knownID: knownID) { body in
            body.map { String($0, radix: 16) }.joined(separator: " ")
        }
        var number = callback.number ?? newestCallback + 1
        let origin = CallbackID(receiver: holder.receiver, sequence: number)
        if facts[fact] != nil || callbacks[number] != nil {
            // Its fact may be another by now, when its order was not known to us before.
            if callback.number != nil, let entry = entries[origin] { return .recorded(id: entry) }
            if let first = facts[fact] { return repeated(callback, first, order) }
            // It is the id that is taken, by a callback of another receiver.
            number = newestCallback + 1
        }
        facts[fact] = number
        if callback.number != nil { entries[origin] = number }
        newestCallback = max(newestCallback, number)
        callbacks[number] = CallbackRow(
            callback: callback,
            origin: origin,
            fact: fact,
            order: order,
            problem: callback.decodingProblem
        )
        if let order {
            if let trace = callback.trace { orders[order]?.trace = trace }
            end(number, ofOrder: order)
            if let claimed = callback.claim.orderID, orders[order]?.record.id == nil {
                _ = orders[order]?.candidates.name(claimed, callback: number)
            }
            requestReadBack(of: order, now: callback.receivedAt)
        }
        return .recorded(id: number)
    }

    /// The same fact again: its work is there, or is asked for anew while nothing has confirmed it for good.
    private mutating func repeated(_ callback: ReceivedCallback, _ first: Int64, _ order: Int64?) -> ApplyOutcome {
        callbacks[first]?.repeats += 1
        let asksAgain = callbacks[first]?.verdict.asksAgain(claimedState: callback.claim.state) ?? false
        if let order, asksAgain { requestReadBack(of: order, now: callback.receivedAt) }
        return .duplicate(id: first)
    }

    /// Keeps of a callback that it came, when its token is over.
    private mutating func end(_ number: Int64, ofOrder key: Int64) {
        guard let row = callbacks[number] else { return }
        let finalSince = orders[key]?.record.finalSince
        guard rules.tokens.isOver(finalSince: finalSince, at: row.callback.receivedAt) else { return }
        callbacks[number]?.verdict = .ended
        callbacks[number]?.problem = row.problem ?? TokenLifetime.problem
        callbacks[number]?.hasBody = false
    }

    private mutating func findOrCreate(_ callback: ReceivedCallback) -> Int64? {
        if let nonce = callback.nonce {
            return order(nonce: nonce)?.record.key
                ?? addOrder(at: callback.provider, nonce: nonce, now: callback.receivedAt)
        }
        guard let id = callback.claim.orderID else { return nil }
        return order(id: id, at: callback.provider)?.record.key
            ?? addOrder(at: callback.provider, nonce: nil, claimedID: id, now: callback.receivedAt)
    }

    /// Plans the read-back that a callback asks for.
    private mutating func requestReadBack(of key: Int64, now: Timestamp) {
        guard let order = orders[key] else { return }
        let job = jobs[.verify(key)]
        let known = ReadBackPlan.Known(
            lastAsked: [order.lastAsked, order.record.lastReadBack].compactMap { $0 }.max(),
            spentUntil: rules.readBacks.spentUntil(order.allowance),
            due: job?.due,
            needsNote: job.map { $0.lease != nil || $0.source != .callback } ?? false
        )
        switch rules.readBacks.request(known, at: now) {
        case .covered: break
        case .note:
            jobs[.verify(key)]?.revision += 1
            jobs[.verify(key)]?.source = .callback
        case .plan(let due): arm(.verify, subject: key, due: due, now: now, source: .callback)
        }
    }
}

extension LedgerTables {
    /// Takes another document for one that was lost, also in what is to be delivered.
    mutating func replace(_ document: StoredDocument, at place: Int, now: Timestamp) {
        let order = documents[place].order
        if documents[place].document?.sha256 != document.sha256 {
            documents[place] = DocumentRow(order: order, document: document, recordedAt: now)
        }
        for index in told.indices where told[index].order == order && told[index].notification.document != nil {
            told[index].notification.document = document
        }
    }
}
