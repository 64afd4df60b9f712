import BaseKit
public import Visengine

/// What the sandbox knows of one order, for tests to compare with.
public struct SandboxOrderReport: Sendable, Equatable {
    /// `_id`.
    public var id: OrderID
    /// `stato_richiesta`; `nil` for a draft.
    public var state: String?
    /// SHA-256 of its document, 64 lower-case hexadecimal digits; also before it can be fetched.
    public var sha256: String
    /// The document's length in bytes.
    public var size: Int
    /// The document's name.
    public var name: String
    /// The callbacks that were sent, in the order in which they were answered.
    public var callbacks: [CallbackRecord]

    init?(_ id: OrderID, in state: SandboxState) {
        // Reading never refuses.
        guard let order = (try? state.reading { $0[id] }) ?? nil else { return nil }
        let document = state.document(of: id)
        self.id = id
        self.state = order.stage?.rawValue
        sha256 = document.sha256
        size = document.size
        name = document.name
        callbacks = order.callbacks
    }

    var json: JSONValue {
        [
            "id": .string(id.rawValue), "state": JSONValue(state), "sha256": .string(sha256),
            "size": JSONValue(size), "name": .string(name),
            "callbacks": .array(
                callbacks.map { callback in
                    [
                        "state": .string(callback.state), "status": callback.status.map { JSONValue($0) } ?? nil,
                        "error": JSONValue(callback.error),
                    ]
                }
            ),
        ]
    }
}
