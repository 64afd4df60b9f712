public import BaseKit

/// One order as the provider's API shows it (`GET /richiesta/{_id}`, doc), reduced to what this program acts upon.
public struct Order: Sendable, Equatable {
    /// The provider's id.
    public var id: OrderID
    /// The catalogue item, `hash_visura`.
    public var item: ItemHash?
    /// The item's name, `nome_visura`, as shown.
    public var itemName: String?
    /// `stato_richiesta`; `nil` when absent, as in a draft.
    public var state: OrderState?
    /// Whether the order is closed for changes: `state` 1 (final), or 0 (draft).
    ///
    /// Not the progress.
    public var isFinal: Bool?
    /// `timestamp_last_update`: moves on every change (doc).
    public var lastUpdate: Timestamp?
    /// `timestamp_creation` or the dialect's equivalent.
    public var createdAt: Timestamp?
    /// When it was handed in: the earliest of `timestamp_stati`; `nil` when there is none, as in a draft.
    public var submittedAt: Timestamp?
    /// `esito`: the provider's verdict on the order.
    public var outcome: Outcome?
    /// `motivo_annullamento`: why the order was cancelled, in the provider's words, at most 1000 characters; it may
    /// name a person.
    public var cancellationReason: String?
    /// `ricerca`: whether the item has searches, among whose results one has to be chosen.
    public var hasSearch: Bool?
    /// Whether a search's result was chosen: `id_ricerca` or `indice_ricerca` is there.
    public var isChosen: Bool
    /// `ricerche`: searches made for the order, oldest first.
    public var searches: [Search]
    /// What came back of the `data` that the order's placing sent along.
    public var echo: CallbackEcho

    /// Creates an order.
    public init(
        id: OrderID,
        item: ItemHash? = nil,
        itemName: String? = nil,
        state: OrderState? = nil,
        isFinal: Bool? = nil,
        lastUpdate: Timestamp? = nil,
        createdAt: Timestamp? = nil,
        submittedAt: Timestamp? = nil,
        outcome: Outcome? = nil,
        cancellationReason: String? = nil,
        hasSearch: Bool? = nil,
        isChosen: Bool = false,
        searches: [Search] = [],
        echo: CallbackEcho = .absent
    ) {
        self.id = id
        self.item = item
        self.itemName = itemName
        self.state = state
        self.isFinal = isFinal
        self.lastUpdate = lastUpdate
        self.createdAt = createdAt
        self.submittedAt = submittedAt
        self.outcome = outcome
        self.cancellationReason = cancellationReason
        self.hasSearch = hasSearch
        self.isChosen = isChosen
        self.searches = searches
        self.echo = echo
    }
}

/// `esito`: `codice` (text or number on the wire) and `info`; `"0"` is good, anything else is the reason (doc).
public struct Outcome: Sendable, Equatable {
    /// `codice` as text.
    public var code: String
    /// `info`, for people.
    public var info: String

    /// Creates an outcome.
    public init(code: String, info: String = "") {
        self.code = code
        self.info = info
    }

    /// Whether the provider calls the order good: `"0"`, `0` or `OK`.
    public var isGood: Bool { code == "0" || code.uppercased() == "OK" }
}

/// What a callback or an order carries of the `callback_data.data` that this program sent with the order.
///
/// Where it comes back differs (guess): in `callback_data.data`, beside the order as `data`, or as `custom`.
/// `callback_data` itself is the object, or `false` (doc).
public enum CallbackEcho: Sendable, Equatable {
    /// Nothing came back.
    case absent
    /// Something came back that holds no token of this program: the order is another program's.
    case foreign
    /// The token came back; unchecked.
    case token(String)
}

/// What `GET /documento/{_id}` says beside the file itself (doc).
public struct DocumentMetadata: Sendable, Equatable {
    /// `nome`, as sent: never a path to write to without cleaning.
    public var name: String?
    /// `dimensione`: the number of decoded bytes; an integer in the spec, text on the page.
    public var size: Int64?

    /// Creates metadata.
    public init(name: String? = nil, size: Int64? = nil) {
        self.name = name
        self.size = size
    }
}
