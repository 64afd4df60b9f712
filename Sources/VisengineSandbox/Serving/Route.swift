/// Which call a request is: one of the nine, or one of those that only the provider's own client makes.
enum Route: Equatable {
    case catalogue
    case item(String)
    case place
    case orders
    case order(String)
    case updateDraft(String)
    case addSearch(String)
    case chooseSearchResult(String)
    case document(String)
    case cancel(String)
    case suppliers
    case supplier(String)

    /// Reads a method and the segments of a path; a slash at the end has been left out (the page shows one, the clients
    /// none).
    init?(method: String, segments: [String]) {
        switch (method, segments.first, segments.count) {
        case ("GET", "visure", 1): self = .catalogue
        // The page shows this path once; the spec and the clients have the other.
        case ("GET", "visure", 3) where segments[1] == "documento": self = .document(segments[2])
        case ("GET", "visure", 2): self = .item(segments[1])
        case ("POST", "richiesta", 1): self = .place
        case ("GET", "richiesta", 1): self = .orders
        case ("GET", "richiesta", 2): self = .order(segments[1])
        case ("PUT", "richiesta", 2): self = .updateDraft(segments[1])
        case ("POST", "richiesta", 2): self = .addSearch(segments[1])
        case ("PUT", "richiesta", 3) where segments[2] == "ricerche": self = .chooseSearchResult(segments[1])
        case ("GET", "documento", 2): self = .document(segments[1])
        // Without an id: it is said what is missing (doc).
        case ("PUT", "richiesta", 1): self = .updateDraft("")
        case ("GET", "documento", 1): self = .document("")
        case ("DELETE", "richiesta", 2): self = .cancel(segments[1])
        case ("GET", "fornitori", 1): self = .suppliers
        case ("GET", "fornitori", 2): self = .supplier(segments[1])
        default: return nil
        }
    }

    /// The methods that a path takes; none when there is no such path.
    static func methods(_ segments: [String]) -> [String] {
        ["DELETE", "GET", "POST", "PUT"].filter { Route(method: $0, segments: segments) != nil }
    }

    var call: SandboxCall {
        switch self {
        case .catalogue: .catalogue
        case .item: .item
        case .place: .place
        case .orders: .orders
        case .order: .order
        case .updateDraft: .updateDraft
        case .addSearch: .addSearch
        case .chooseSearchResult: .chooseSearchResult
        case .document: .document
        case .cancel: .cancel
        case .suppliers, .supplier: .suppliers
        }
    }
}
