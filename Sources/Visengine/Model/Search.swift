public import BaseKit

/// One search of an order, `ricerche[]` (doc).
public struct Search: Sendable, Equatable {
    /// `id_ricerca`.
    public var id: String
    /// `stato_ricerca` as the provider writes it, for example `Ricerca evasa`.
    public var state: String?
    /// `json_risultato`: what was found, to choose from, by ascending index.
    public var results: [SearchResult]

    /// Creates a search.
    public init(id: String, state: String? = nil, results: [SearchResult] = []) {
        self.id = id
        self.state = state
        self.results = results
    }

    /// Whether it has ended, found anything or not: `Ricerca evasa`, `Errore su richiesta dati` (doc), or results.
    ///
    /// What a running search says is not documented.
    public var isOver: Bool {
        if !results.isEmpty { return true }
        guard let state else { return false }
        return ["ricercaevasa", "erroresurichiestadati"].contains(OrderState.folded(state))
    }
}

/// One result of a search.
public struct SearchResult: Sendable, Equatable {
    /// The number by which it is chosen (`indice`), from 0.
    public var index: Int
    /// What the provider says of it, such as a company's name and register number.
    public var facts: JSONObject

    /// Creates a result.
    public init(index: Int, facts: JSONObject) {
        self.index = index
        self.facts = facts
    }
}

extension Order {
    /// Whether it stands still until somebody chooses a result or adds a search: its searches are over, and nothing is
    /// chosen.
    public var needsChoice: Bool {
        guard state == .searching, hasSearch != false, !isChosen else { return false }
        // An answer that does not say whether the item has searches has to show results.
        return !searches.isEmpty && searches.allSatisfy(\.isOver)
            && (hasSearch == true || searches.contains { !$0.results.isEmpty })
    }
}

extension Search {
    /// The most results that are kept of one search.
    private static let most = 1000

    /// Reads one element of `ricerche`; nothing without an id.
    init?(element: JSONValue) {
        guard let id = element["id_ricerca"]?.text else { return nil }
        self.init(id: id, state: element["stato_ricerca"]?.string, results: Self.results(element["json_risultato"]))
    }

    /// `{"indice_0": {…}, "indice_1": {…}}`, as JSON in a text (doc) or as it is.
    private static func results(_ value: JSONValue?) -> [SearchResult] {
        let parsed: JSONValue?
        if let text = value?.string {
            parsed = try? JSONValue(parsing: Array(text.utf8))  // What cannot be read is no result.
        } else {
            parsed = value
        }
        let found = (parsed?.object?.members ?? []).compactMap { member -> SearchResult? in
            guard member.key.hasPrefix("indice_"), let index = Int(member.key.dropFirst("indice_".count)), index >= 0
            else { return nil }
            return SearchResult(index: index, facts: member.value.object ?? ["": member.value])
        }
        return Array(found.sorted { $0.index < $1.index }.prefix(most))
    }
}

extension Search {
    /// The search as this program keeps and prints it: `{"id", "state", "results": [{"index", "facts": {…}}]}`.
    public var json: JSONValue {
        [
            "id": .string(id), "state": JSONValue(state),
            "results": .array(results.map { ["index": JSONValue(Int64($0.index)), "facts": .object($0.facts)] }),
        ]
    }

    /// Reads what ``json`` wrote; nothing for anything else.
    public init?(json: JSONValue) {
        guard let id = json["id"]?.string, let results = json["results"]?.array else { return nil }
        self.init(
            id: id,
            state: json["state"]?.string,
            results: results.compactMap { result in
                guard let index = result["index"]?.int64, let facts = result["facts"]?.object else { return nil }
                return SearchResult(index: Int(index), facts: facts)
            }
        )
    }
}
