import BaseKit

extension CallbackClaim {
    /// The claim as a body that claims the same, without what came back of our own data; empty when it claims nothing.
    public var body: [UInt8] {
        var members = JSONObject()
        if let orderID { members["_id"] = .string(orderID.rawValue) }
        if let state { members["stato_richiesta"] = .string(state.wireName) }
        if let lastUpdate { members["timestamp_last_update"] = JSONValue(lastUpdate.seconds) }
        if let lastSearchState { members["ricerche"] = [["stato_ricerca": .string(lastSearchState)]] }
        return members.isEmpty ? [] : JSONValue.object(members).encoded()
    }
}

extension OrderState {
    /// The name that the provider's documents have for it.
    fileprivate var wireName: String {
        switch self {
        case .searching: "In ricerca"
        case .processing: "In erogazione"
        case .available: "Dati disponibili"
        case .fulfilled: "Visura evasa"
        case .cancelled: "Annullata"
        case .unknown(let name): name
        }
    }
}
