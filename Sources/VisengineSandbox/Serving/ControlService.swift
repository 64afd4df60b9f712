import BaseKit
import HTTPListener
import Visengine

/// Answers the control API, which ``Sandbox`` documents.
struct ControlService: Sendable {
    let state: SandboxState

    func respond(_ request: Request, _ segments: [String]) async -> Response {
        do throws(ControlError) {
            let body = try Self.object(request.body)
            if segments.isEmpty, request.head.method == "GET" { return Self.answer(ControlGuide.json) }
            switch (request.head.method, segments.joined(separator: "/"), segments.count) {
            case ("POST", "advance", 1): return try await advance(body)
            case ("POST", "cancel", 1): return try await cancel(body)
            case ("POST", "age", 1): return try age(body)
            case ("POST", "callbacks", 1): return try await resend(body)
            case ("POST", "credit", 1): return try setCredit(body)
            case ("GET", "faults", 1): return Self.answer(try state.faults { $0.json })
            case ("POST", "faults", 1):
                return Self.answer(
                    try state.faults { (faults) throws(ControlError) in
                        try faults.apply(body)
                        return faults.json
                    }
                )
            case ("DELETE", "faults", 1):
                return Self.answer(
                    try state.faults { faults in
                        faults = SandboxFaults()
                        return faults.json
                    }
                )
            case ("GET", "status", 1): return status()
            case ("GET", "orders", 1): return list()
            case ("POST", "orders", 1): return try create(body)
            case ("GET", _, 2) where segments[0] == "orders": return try report(segments[1])
            default: return .problem(404, detail: "No such call in the control API; GET /sandbox lists them.")
            }
        } catch {
            return .problem(error.status, detail: error.description)
        }
    }

    // MARK: Orders

    private func advance(_ body: JSONObject) async throws(ControlError) -> Response {
        let id = try existing(body["order"])
        var stage: OrderStage?
        if let name = body["to"]?.string {
            stage = OrderStage(rawValue: name)
            guard let stage, stage != .cancelled else {
                throw ControlError("to must be a stato_richiesta such as \"Visura evasa\"")
            }
        }
        let steps = body["steps"]?.int64 ?? 1
        guard (1...10).contains(steps) else { throw ControlError("steps must be from 1 to 10") }
        let made = state.advance(id, steps: Int(steps), to: stage)
        await waitIfAsked(body)
        return Self.answer(["steps": JSONValue(made)])
    }

    private func cancel(_ body: JSONObject) async throws(ControlError) -> Response {
        guard let id = try existing(body["order"]) else { throw ControlError("order must be an order's id") }
        guard state.cancel(id, reason: body["reason"]?.string ?? "") else {
            throw ControlError("the order is a draft or finished")
        }
        await waitIfAsked(body)
        return Self.answer([:])
    }

    private func age(_ body: JSONObject) throws(ControlError) -> Response {
        guard let id = try existing(body["order"]) else { throw ControlError("order must be an order's id") }
        guard let hours = body["hours"]?.int64, (1...100_000).contains(hours) else {
            throw ControlError("hours must be from 1 to 100000")
        }
        state.age(id, bySeconds: hours * 3600)
        return Self.answer([:])
    }

    private func create(_ body: JSONObject) throws(ControlError) -> Response {
        let registrations: [JSONValue?]
        if let list = body["callbacks"]?.array {
            registrations = list
        } else {
            guard let count = body["count"]?.int64, (1...1_000_000).contains(count) else {
                throw ControlError("count must be a number from 1, or callbacks a list of callback_data")
            }
            registrations = (0..<count).map { Self.filled(body["callback"], number: $0) }
        }
        let item = body["item"]?.string ?? SandboxCatalogue.pension
        var ids: [JSONValue] = []
        for registration in registrations {
            do throws(Refusal) {
                let order = try state.changing { (book, now) throws(Refusal) in
                    try book.addUnchecked(item: item, callbackData: registration, now: now)
                }
                if let order { ids.append(.string(order.id.rawValue)) }
            } catch {
                throw ControlError(error.message)
            }
        }
        return Self.answer(["ids": .array(ids)])
    }

    /// The template with `{n}` replaced in every text.
    private static func filled(_ template: JSONValue?, number: Int64) -> JSONValue? {
        switch template {
        case .string(let text):
            .string(text.split(separator: "{n}", omittingEmptySubsequences: false).joined(separator: String(number)))
        case .object(let object):
            .object(JSONObject(object.members.map { .init($0.key, filled($0.value, number: number) ?? nil) }))
        case .array(let elements): .array(elements.map { filled($0, number: number) ?? nil })
        default: template
        }
    }

    private func list() -> Response {
        let orders = try? state.reading { book in book.ids.compactMap { book[$0] } }  // Reading never refuses.
        return Self.answer(
            [
                "orders": .array(
                    (orders ?? []).map {
                        [
                            "id": .string($0.id.rawValue), "state": JSONValue($0.stage?.rawValue),
                            "callbacks": JSONValue($0.callbacks.count),
                        ]
                    }
                )
            ]
        )
    }

    private func report(_ text: String) throws(ControlError) -> Response {
        guard let id = try orderID(.string(text)), let report = SandboxOrderReport(id, in: state) else {
            return .problem(404, detail: "Order not found.")
        }
        return Self.answer(report.json)
    }

    // MARK: The rest

    private func resend(_ body: JSONObject) async throws(ControlError) -> Response {
        let times = body["times"]?.int64 ?? 1
        guard (1...100_000).contains(times) else { throw ControlError("times must be from 1 to 100000") }
        guard let id = try existing(body["order"]) else { throw ControlError("order must be an order's id") }
        guard state.resend(id, claiming: body["state"]?.string, times: Int(times)) else {
            throw ControlError("the order has no callback_data")
        }
        await waitIfAsked(body)
        return Self.answer([:])
    }

    private func setCredit(_ body: JSONObject) throws(ControlError) -> Response {
        guard let credit = body["credit"].flatMap({ Price(json: $0) }), credit >= Price(thousandths: 0) else {
            throw ControlError("credit must be an amount in euro")
        }
        state.setCredit(credit)
        return Self.answer(["credit": credit.json])
    }

    private func status() -> Response {
        let calls = state.calls
        let counts = SandboxCall.allCases.map { JSONObject.Member($0.rawValue, JSONValue(calls[$0] ?? 0)) }
        let orders = (try? state.reading { $0.ids.count }) ?? 0  // Reading never refuses.
        return Self.answer(
            [
                "orders": JSONValue(orders), "pendingCallbacks": JSONValue(state.pending),
                "calls": .object(JSONObject(counts)),
            ]
        )
    }

    private func waitIfAsked(_ body: JSONObject) async {
        if body["wait"]?.bool == true { await state.settled() }
    }

    private func orderID(_ json: JSONValue?) throws(ControlError) -> OrderID? {
        guard let json, !json.isNull else { return nil }
        guard let id = json.string.flatMap({ OrderID(rawValue: $0) }) else {
            throw ControlError("order must be an order's id")
        }
        return id
    }

    /// The order that is named, where one is.
    private func existing(_ json: JSONValue?) throws(ControlError) -> OrderID? {
        guard let id = try orderID(json) else { return nil }
        let isKnown = (try? state.reading { $0[id] != nil }) ?? false  // Reading never refuses.
        guard isKnown else { throw ControlError("no such order; GET /sandbox/orders lists them", status: 404) }
        return id
    }

    private static func object(_ body: [UInt8]) throws(ControlError) -> JSONObject {
        guard !body.isEmpty else { return JSONObject() }
        // Said in the words of this interface.
        guard let object = try? JSONValue(parsing: body).object else {
            throw ControlError("the body must be a JSON object")
        }
        return object
    }

    private static func answer(_ json: JSONValue) -> Response { .json(200, json.encoded()) }
}
