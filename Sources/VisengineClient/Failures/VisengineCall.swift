/// The nine calls of the provider's API.
public enum VisengineCall: String, Sendable, Hashable, CaseIterable {
    /// `GET /visure`.
    case catalogue
    /// `GET /visure/{hash}`.
    case item
    /// `POST /richiesta`.
    case place
    /// `GET /richiesta`.
    case orders
    /// `GET /richiesta/{_id}`.
    case order
    /// `PUT /richiesta/{_id}`.
    case updateDraft = "update_draft"
    /// `POST /richiesta/{_id}`.
    case addSearch = "add_search"
    /// `PUT /richiesta/{_id}/ricerche`.
    case chooseSearchResult = "choose_search_result"
    /// `GET /documento/{_id}`.
    case document

    /// What the call does, as the rest of a sentence that begins with "cannot".
    var purpose: String {
        switch self {
        case .catalogue: "read the catalogue"
        case .item: "read the item"
        case .place: "place the order"
        case .orders: "list the orders"
        case .order: "read the order"
        case .updateDraft: "change the draft"
        case .addSearch: "add the search"
        case .chooseSearchResult: "choose the search result"
        case .document: "fetch the document"
        }
    }
}
