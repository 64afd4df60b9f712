import BaseKit

extension CallbackEcho {
    /// The name under which orders carry their token: `callback_data.data` is `{"ricevuta": TOKEN}`.
    public static let tokenKey = "ricevuta"

    /// Reads what came back inside an order: in `callback_data.data`, `callback.data`, `custom`, or `data` beside it.
    init(order: some OrderMembers) {
        self = .absent
        add(registrationOf: order)
        add(order[.data])
    }

    /// Adds what `callback_data.data`, `callback.data` and `custom` hold.
    mutating func add(registrationOf object: some OrderMembers) {
        // In Visengine `callback` is text of the provider's own and `callback_data` is ours; in Docuengine `callback`
        // is.
        add(object[.callbackData]?["data"])
        add(object[.callback]?["data"])
        add(object[.custom])
    }

    /// Adds one place where `data` may come back: a token counts more than anything else, anything more than nothing.
    mutating func add(_ data: JSONValue?) {
        guard let data else { return }
        if case .token = self { return }
        switch data {
        case .null, .bool(false): return
        case .array(let elements) where elements.isEmpty: return
        case .object(let object) where object.isEmpty: return
        case .string(let text):
            if let inner = data.embedded {
                add(inner)
            } else if !text.isEmpty {
                self = .foreign
            }
        default:
            if let token = data[Self.tokenKey]?.string, (1...Self.longestToken).contains(token.utf8.count) {
                self = .token(token)
            } else {
                self = .foreign
            }
        }
    }

    /// Twice what any token needs.
    private static let longestToken = 256
}
