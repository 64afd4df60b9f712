import BaseKit

/// Finds the order in a callback's body, however it is wrapped, and what came back of our own data.
struct OrderLocator {
    /// An object on the way down, with the member that the way goes on through.
    private struct Step {
        var object: JSONObject
        var key: String
    }

    private let root: JSONValue

    init(root: JSONValue) { self.root = root }

    /// What the body claims; `nil` when it holds neither an order nor anything of ours.
    func claim() -> CallbackClaim? {
        // What surely is an order goes before what may be one, and both before looking where our own data is echoed, so
        // that neither an envelope with an id nor an echoed object with a state is taken for the order.
        for (likeness, isWithinOurs) in [(OrderLikeness.certain, false), (.possible, false), (.certain, true)] {
            var way: [Step] = []
            if let order = find(likeness, in: root, level: 0, isWithinOurs: isWithinOurs, way: &way) {
                return claim(order, way: way)
            }
        }
        guard let object = root.object ?? root.embedded?.object else { return nil }
        let echo = CallbackEcho(order: object)
        guard case .token = echo else { return nil }
        return CallbackClaim(echo: echo)
    }

    private func claim(_ order: JSONObject, way: [Step]) -> CallbackClaim {
        let fields = OrderFields(order)
        var echo = CallbackEcho(order: order)
        for step in way.reversed() {
            echo.add(registrationOf: step.object)
            if step.key != "data" { echo.add(step.object["data"]) }
        }
        return CallbackClaim(
            orderID: fields.id,
            state: fields.state,
            lastUpdate: fields.lastUpdate,
            lastSearchState: fields.lastSearchState,
            echo: echo
        )
    }

    private func find(
        _ likeness: OrderLikeness,
        in value: JSONValue,
        level: Int,
        isWithinOurs: Bool,
        way: inout [Step]
    ) -> JSONObject? {
        guard level < Self.deepest else { return nil }
        switch value {
        case .string:
            guard let inner = value.embedded else { return nil }
            return find(likeness, in: inner, level: level + 1, isWithinOurs: isWithinOurs, way: &way)
        case .array(let elements):
            guard let first = elements.first else { return nil }
            return find(likeness, in: first, level: level + 1, isWithinOurs: isWithinOurs, way: &way)
        case .object(let object):
            if OrderFields(object).likeness == likeness { return object }
            for isData in [true, false] {
                for member in object.members where (member.key == "data") == isData {
                    guard isWithinOurs || !Self.ours.contains(member.key) else { continue }
                    way.append(Step(object: object, key: member.key))
                    let order = find(
                        likeness,
                        in: member.value,
                        level: level + 1,
                        isWithinOurs: isWithinOurs,
                        way: &way
                    )
                    if let order { return order }
                    way.removeLast()
                }
            }
            return nil
        default: return nil
        }
    }

    /// Levels looked through: envelope, field, text, list and order are five.
    private static let deepest = 6

    /// Members that hold what we sent along, not the order.
    private static let ours: Set<String> = ["callback_data", "callback", "custom"]
}
