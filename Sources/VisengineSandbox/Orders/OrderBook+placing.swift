import BaseKit
import Visengine

extension OrderBook {
    /// What `POST /richiesta` yields.
    enum Placed {
        case order(SandboxOrder)
        /// `test`: priced, and forgotten.
        case test(JSONValue)
    }

    /// `POST /richiesta`.
    mutating func place(_ body: JSONValue, now: Int64) throws(Refusal) -> Placed {
        guard let hash = body["hash_visura"]?.string, !hash.isEmpty else {
            throw Refusal(428, .itemHashRequired, "hash_visura required")
        }
        let item = try item(hash)
        guard let id = nextID(now: now) else { throw Refusal(500, nil, "no id") }
        var order = SandboxOrder(
            id: id,
            item: item,
            values: body["json_visura"]?.object ?? JSONObject(),
            isFinal: body["state"]?.int64 != 0,
            options: Self.chosenOptions(body["opzioni"], of: item),
            email: body["email_target"]?.string,
            callbackData: Self.registration(body["callback_data"]),
            createdAt: now,
            updatedAt: now
        )
        try Self.checkEmail(order.email)
        if body["test"]?.bool == true {
            try check(order)
            return .test(["prezzo_visura": order.price.json, "prezzo_ricerca": order.searchPrice.json])
        }
        // A draft is neither validated nor charged before it is closed (doc).
        if order.isFinal { try submit(&order, now: now) }
        keep(order)
        return .order(order)
    }

    /// Puts an order into the books without any check or charge, for load.
    mutating func addUnchecked(item hash: String, callbackData: JSONValue?, now: Int64) throws(Refusal) -> SandboxOrder
    {
        guard let id = nextID(now: now) else { throw Refusal(500, nil, "no id") }
        var order = SandboxOrder(
            id: id,
            item: try item(hash),
            values: JSONObject(),
            isFinal: true,
            options: [],
            callbackData: Self.registration(callbackData),
            createdAt: now,
            updatedAt: now
        )
        begin(&order, now: now)
        keep(order)
        return order
    }

    /// Validates, charges and starts an order that is final.
    mutating func submit(_ order: inout SandboxOrder, now: Int64) throws(Refusal) {
        try check(order)
        let price = order.item.detail.hasSearch ? order.searchPrice : order.price
        try charge(price, to: &order, code: .insufficientCredit)
        order.isFinal = true
        begin(&order, now: now)
    }

    private func begin(_ order: inout SandboxOrder, now: Int64) {
        let hasSearch = order.item.detail.hasSearch
        order.searches = [SandboxSearch(id: "\(order.id)_0", values: order.values, result: hasSearch ? nil : .found)]
        order.enter(.searching, at: now)
        if !hasSearch, !startsInSearch { order.enter(.processing, at: now) }
    }

    private func check(_ order: SandboxOrder) throws(Refusal) {
        let problems = order.item.detail.problems(in: order.texts)
        for problem in problems {
            switch problem.requirement {
            case .filled, .combination:
                throw Refusal(412, .insufficientFields, "Insufficient data to validate the request: \(problem)")
            case .email: throw Refusal(400, .invalidField, "email is considered invalid!")
            default: throw Refusal(400, .invalidField, "\(problem)")
            }
        }
    }

    /// `callback_data` as it was sent; `nil` when it names no address.
    private static func registration(_ json: JSONValue?) -> JSONValue? {
        guard let json, CallbackRegistration(json: json) != nil else { return nil }
        return json
    }

    static func checkEmail(_ email: String?) throws(Refusal) {
        guard let email else { return }
        let field = ItemField(key: "email_target", name: "email_target", type: .email)
        guard field.problem(with: email) == nil else {
            throw Refusal(400, .invalidField, "email is considered invalid!")
        }
    }

    /// `{"opzione_0": true}`; names that the item does not have count for nothing.
    private static func chosenOptions(_ json: JSONValue?, of item: SandboxItem) -> [ItemOption] {
        item.detail.options.filter { json?[$0.name]?.bool == true }
    }
}
