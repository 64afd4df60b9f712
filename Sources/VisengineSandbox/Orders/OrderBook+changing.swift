import BaseKit
import Visengine

extension OrderBook {
    /// `PUT /richiesta/{_id}`: whole or single fields of a draft, and closing it.
    mutating func change(_ text: String, _ body: JSONValue, now: Int64) throws(Refusal) -> SandboxOrder {
        guard !text.isEmpty else { throw Refusal(428, .orderIDRequired, "id required") }
        let unknown = Refusal(404, .unknownOrderToChange, "no requests matches this id: \(text)")
        var order = try order(text, invalid: unknown, unknown: unknown)
        guard !order.isFinal else {
            throw Refusal(400, .orderAlreadyFinal, "the request has already been closed")
        }
        if let values = body["json_visura"], !values.isNull {
            guard let values = values.object else {
                throw Refusal(412, .invalidChange, "error in the input data: json_visura")
            }
            order.values = values
        }
        let prefix = "json_visura."
        for member in body.object?.members ?? [] where member.key.hasPrefix(prefix) {
            let field = String(member.key.dropFirst(prefix.count))
            guard order.item.detail.fields.contains(where: { $0.key == field }) else {
                throw Refusal(412, .invalidChange, "error in the input data: \(field)")
            }
            order.values[field] = member.value
        }
        if let email = body["email_target"]?.string {
            try Self.checkEmail(email)
            order.email = email
        }
        order.updatedAt = now
        if body["state"]?.int64 == 1 { try submit(&order, now: now) }
        keep(order)
        return order
    }

    /// `POST /richiesta/{_id}`: a further search.
    mutating func addSearch(_ text: String, _ body: JSONValue, now: Int64) throws(Refusal) -> SandboxOrder {
        var order = try order(
            text,
            invalid: Refusal(400, .invalidOrderIDForSearch, "Invalid id"),
            // What is said of an unknown order here is not known.
            unknown: Refusal(404, .unknownOrder, "no request matches this id: \(text)")
        )
        guard order.isFinal else {
            throw Refusal(404, .orderNotFinal, "the request is in state 0, not yet finalized")
        }
        guard order.item.detail.hasSearch, order.stage == .searching else {
            throw Refusal(409, .searchNotAllowed, "this request does not allow the addition of a search")
        }
        guard let values = body["json_visura"]?.object else {
            throw Refusal(428, .fieldsRequired, "json_visura required")
        }
        if let problem = order.item.detail.problems(in: SandboxOrder.texts(values)).first {
            throw Refusal(412, .insufficientFields, "Insufficient data to validate the request: \(problem)")
        }
        try charge(order.searchPrice, to: &order, code: .insufficientCreditForSearch)
        order.searches.append(SandboxSearch(id: "\(order.id)_\(order.searches.count)", values: values, result: nil))
        order.enter(.searching, at: now)
        keep(order)
        return order
    }

    /// `PUT /richiesta/{_id}/ricerche`: one of a search's results.
    mutating func choose(_ text: String, _ body: JSONValue, now: Int64) throws(Refusal) -> SandboxOrder {
        let unknown = Refusal(404, .unknownOrderToChange, "no requests matches this id: \(text)")
        var order = try order(text, invalid: unknown, unknown: unknown)
        guard order.item.detail.hasSearch, order.stage == .searching else {
            throw Refusal(
                409,
                .noResultsToChoose,
                "the request does not produce results to choose from, it is processed directly with the POST"
            )
        }
        guard let index = body["indice"]?.int64 else {
            throw Refusal(428, .resultIndexRequired, "indice not valid or required")
        }
        guard index >= 0 else { throw Refusal(400, .negativeResultIndex, "indice must be >= 0") }
        guard let search = order.searches.first(where: { $0.id == body["id_ricerca"]?.string }),
            case .found = search.result, index <= 1
        else { throw Refusal(428, .resultIndexRequired, "indice not valid or required") }
        try charge(order.price, to: &order, code: .insufficientCreditForChoice)
        order.choice = (search.id, Int(index))
        order.enter(.processing, at: now)
        keep(order)
        return order
    }

    /// Moves an order one step on.
    ///
    /// - Returns: The order, or `nil` when there is no step: a draft, a finished order, a search that waits for a
    ///   choice.
    mutating func advance(_ id: OrderID, now: Int64) -> SandboxOrder? {
        guard var order = orders[id], order.isFinal, let stage = order.stage, let next = stage.next else { return nil }
        if stage == .searching, order.item.detail.hasSearch {
            guard let running = order.searches.lastIndex(where: { $0.result == nil }) else { return nil }
            // A way to see a failed search: search for this.
            let fails = order.searches[running].values.members.contains { $0.value.text == "ERRORE" }
            order.searches[running].result = fails ? .failed : .found
            order.outcome =
                fails
                ? Outcome(code: "101", info: "Errore parametro input: nessun soggetto") : Outcome(code: "0", info: "OK")
            order.updatedAt = now
        } else {
            order.enter(next, at: now)
        }
        keep(order)
        return order
    }

    /// Cancels an order that is not finished, and gives the money back.
    mutating func cancel(_ id: OrderID, reason: String, now: Int64) -> SandboxOrder? {
        guard var order = orders[id], order.stage?.next != nil else { return nil }
        order.cancellationReason = reason
        order.enter(.cancelled, at: now)
        credit = credit + order.paid
        keep(order)
        return order
    }
}
