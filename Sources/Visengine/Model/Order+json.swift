public import BaseKit

extension Order {
    /// Reads an order as the provider's API shows it: the `data` of `GET /richiesta/{_id}` or an element of
    /// `GET /richiesta`, and the same of Docuengine's `/requests`.
    ///
    /// Numbers may be text, empty objects may be lists, `callback_data` may be `false` (doc); unknown members and
    /// unknown states are no error.
    ///
    /// - Throws: ``OrderDecodingError`` when it is no object, or has no id.
    public init(json: JSONValue) throws(OrderDecodingError) {
        guard let object = json.object else { throw .notAnObject }
        let fields = OrderFields(object)
        guard let id = fields.id else { throw .missingID }
        self.init(
            id: id,
            item: fields.item,
            itemName: fields.itemName,
            state: fields.state,
            isFinal: fields.isFinal,
            lastUpdate: fields.lastUpdate,
            createdAt: fields.createdAt,
            submittedAt: fields.submittedAt,
            outcome: fields.outcome,
            cancellationReason: fields.cancellationReason,
            hasSearch: fields.hasSearch,
            isChosen: fields.isChosen,
            searches: fields.searches,
            echo: CallbackEcho(order: object)
        )
    }
}
