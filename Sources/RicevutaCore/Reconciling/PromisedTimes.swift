public import BaseKit
public import Visengine

/// By when the provider has promised an order's document.
public struct PromisedTimes: Sendable, Equatable {
    /// What the provider's pages say: two working days for the items of the category "Patronato".
    public static let documented = PromisedTimes(documented: 2)

    /// The most working days that can be promised.
    public static let most = 365

    private var ofPatronato: Int
    private var byItem: [ItemHash: Int] = [:]
    /// By the name in lower case.
    private var byName: [String: Int] = [:]

    /// Creates times without a promise for any item.
    public init() { ofPatronato = 0 }

    private init(documented: Int) { ofPatronato = documented }

    /// Sets what is promised for one item, instead of what was.
    ///
    /// - Parameters:
    ///   - item: The item's hash, or its name in any case.
    ///   - workingDays: How many working days it takes at most, up to ``most``; 0 for no promise.
    public mutating func set(_ item: String, workingDays: Int) {
        let days = min(max(0, workingDays), Self.most)
        byName[item.lowercased()] = days
        if let hash = ItemHash(rawValue: item) { byItem[hash] = days }
    }

    /// When an order is late: the end, in Rome, of the last working day that was promised.
    ///
    /// - Parameters:
    ///   - item: The item's hash.
    ///   - name: The item's name.
    ///   - submitted: When the order was handed in; that day does not count.
    /// - Returns: The time; `nil` when nothing is promised.
    public func due(item: ItemHash?, name: String?, submitted: Timestamp) -> Timestamp? {
        let days =
            item.flatMap { byItem[$0] } ?? name.flatMap { byName[$0.lowercased()] }
            ?? (item.map(ItemHash.patronato.contains) == true ? ofPatronato : 0)
        return days > 0 ? ItalianCalendar.end(ofWorkingDays: days, after: submitted) : nil
    }
}
