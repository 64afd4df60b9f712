/// What is to change in a draft, `PUT /richiesta/{_id}` (doc); what is absent stays as it is.
public struct DraftChanges: Sendable, Equatable {
    /// All inputs anew, `json_visura`; those not named are emptied.
    public var values: [String: String]?
    /// Single inputs by their fields' keys, sent as `json_visura.$3`.
    public var fields: [String: String]
    /// `email_target`.
    public var email: String?
    /// `state` 1: make it final, which validates and charges it.
    public var makesFinal: Bool

    /// Creates changes.
    public init(
        values: [String: String]? = nil,
        fields: [String: String] = [:],
        email: String? = nil,
        makesFinal: Bool = false
    ) {
        self.values = values
        self.fields = fields
        self.email = email
        self.makesFinal = makesFinal
    }
}
