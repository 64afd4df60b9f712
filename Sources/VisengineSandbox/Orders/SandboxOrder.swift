import BaseKit
import Visengine

/// One order in the sandbox's books.
struct SandboxOrder: Sendable {
    let id: OrderID
    let item: SandboxItem
    /// `json_visura`.
    var values: JSONObject
    /// `state`: 1 or 0.
    var isFinal: Bool
    /// `stato_richiesta`; what a draft has is not known, here it is `null`.
    var stage: OrderStage?
    var options: [ItemOption]
    var email: String?
    /// `callback_data` as it was sent.
    var callbackData: JSONValue?
    var searches: [SandboxSearch] = []
    var choice: (search: String, index: Int)?
    /// What has been taken out of the wallet for it.
    var paid = Price(thousandths: 0)
    var outcome = Outcome(code: "0", info: "OK")
    var cancellationReason: String?
    var createdAt: Int64
    var updatedAt: Int64
    var stamps: [OrderStage: Int64] = [:]
    /// The callbacks made for it, in the order in which they were answered.
    var callbacks: [CallbackRecord] = []

    var registration: CallbackRegistration? { callbackData.flatMap { CallbackRegistration(json: $0) } }

    /// `prezzo_visura`, options included.
    var price: Price {
        options.reduce(item.detail.price ?? Price(thousandths: 0)) { $0 + ($1.price ?? Price(thousandths: 0)) }
    }

    var searchPrice: Price { item.detail.searchPrice ?? Price(thousandths: 0) }

    /// Moves to a stage at a time in Unix seconds.
    mutating func enter(_ stage: OrderStage, at now: Int64) {
        self.stage = stage
        stamps[stage] = now
        updatedAt = now
    }

    /// Has everything have happened so much earlier.
    mutating func age(bySeconds seconds: Int64) {
        createdAt -= seconds
        updatedAt -= seconds
        stamps = stamps.mapValues { $0 - seconds }
    }

    /// The values as the rules read them: texts, and numbers as text.
    var texts: [String: String] { Self.texts(values) }

    static func texts(_ values: JSONObject) -> [String: String] {
        Dictionary(values.members.map { ($0.key, $0.value.text ?? "") }) { $1 }
    }
}

/// One search of an order.
struct SandboxSearch: Sendable {
    var id: String
    var values: JSONObject
    /// `nil` while it runs.
    var result: Result?

    enum Result: Sendable {
        case found
        case failed
    }
}
