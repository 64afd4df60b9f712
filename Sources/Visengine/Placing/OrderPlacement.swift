/// What is ordered, with which inputs, and where the callback goes: `POST /richiesta` in Visengine (doc).
///
/// Names in code are Visengine's; ``ProviderDialect`` writes it.
public struct OrderPlacement: Sendable, Equatable {
    /// `hash_visura`.
    public var item: ItemHash
    /// `json_visura`: the inputs by their fields' keys, `$0`, `$1`, …; files as ``FileInput/wireText``.
    public var values: [String: String]
    /// `opzioni`: the names of the options chosen, `opzione_0`.
    public var options: [String]
    /// `callback_data`.
    ///
    /// It can be set here only: changing an order does not take it (doc by omission).
    public var callback: CallbackRegistration?
    /// `email_target`: where the provider is to send the document as well.
    public var email: String?
    /// `state`: final (1), or a draft that can be changed (0).
    public var isFinal: Bool
    /// `test`: validate and price it, and order nothing.
    public var isTest: Bool

    /// Creates a placement, final and in earnest by default.
    public init(
        item: ItemHash,
        values: [String: String],
        options: [String] = [],
        callback: CallbackRegistration? = nil,
        email: String? = nil,
        isFinal: Bool = true,
        isTest: Bool = false
    ) {
        self.item = item
        self.values = values
        self.options = options
        self.callback = callback
        self.email = email
        self.isFinal = isFinal
        self.isTest = isTest
    }
}
