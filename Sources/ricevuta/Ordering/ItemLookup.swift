import RicevutaConfiguration
import RicevutaCore
import Visengine

/// Finds the item that a user means.
struct ItemLookup {
    private let items: [CatalogueItem]
    /// How many names are proposed.
    private static let maxProposals = 5

    init(_ items: [CatalogueItem]) { self.items = items }

    /// How many digits of a hash name an item at least.
    private static let shortestPrefix = 4

    /// The item of that hash or, without regard to case, of that name; or the only one whose hash begins so.
    ///
    /// - Throws: ``CommandFailure`` with the names that may have been meant.
    func find(_ text: String) throws(CommandFailure) -> CatalogueItem {
        let found = items.filter { $0.hash.rawValue == text || $0.name.lowercased() == text.lowercased() }
        if let only = found.first, found.count == 1 { return only }
        guard found.isEmpty else {
            let hashes = found.map { "\($0.hash) (\($0.category))" }.joined(separator: ", ")
            throw CommandFailure(.itemAmbiguous, "\(found.count) items are called '\(text)'; use a hash: \(hashes)")
        }
        let begun = text.utf8.count < Self.shortestPrefix ? [] : items.filter { $0.hash.rawValue.hasPrefix(text) }
        if let only = begun.first, begun.count == 1 { return only }
        guard begun.isEmpty else {
            let hashes = begun.prefix(Self.maxProposals).map { "\($0.hash) (\($0.name))" }.joined(separator: ", ")
            throw CommandFailure(.itemAmbiguous, "several items' hashes begin with '\(text)': \(hashes)")
        }
        throw notFound(text)
    }

    /// Says that there is no such item, and which may have been meant.
    func notFound(_ text: String) -> CommandFailure {
        let near = proposals(for: text)
        let names = near.prefix(Self.maxProposals).map { "\"\($0)\"" }.joined(separator: ", ")
        let more = near.count > Self.maxProposals ? " or another of \(near.count)" : ""
        let proposal = near.isEmpty ? "" : "; did you mean \(names)\(more)?"
        let list = near.count > Self.maxProposals ? "`ricevuta item list '\(text)'`" : "`ricevuta item list`"
        return CommandFailure(
            .itemNotFound,
            "item '\(text)' not found\(proposal)\(proposal.isEmpty ? ";" : "") \(list) shows more"
        )
    }

    /// Items whose name, category or hash has all words of a text, in the catalogue's order.
    func matching(_ text: String) -> [CatalogueItem] {
        let words = text.lowercased().split(separator: " ")
        return items.filter { item in
            let name = "\(item.name) \(item.category) \(item.hash)".lowercased()
            return words.allSatisfy { name.contains($0) }
        }
    }

    private func proposals(for text: String) -> [String] {
        let words = text.lowercased().split(separator: " ")
        let matching = items.map(\.name).filter { name in words.allSatisfy { name.lowercased().contains($0) } }
        if !matching.isEmpty, !words.isEmpty { return matching }
        return NearestName.of(text, among: items.map(\.name)).map { [$0] } ?? []
    }
}
