import BaseKit

/// The members that a callback's claim is read from, that tell an order from anything else, and that hold what came
/// back of our own data.
enum OrderMember: Int, CaseIterable {
    case underscoreID, id, idRichiesta, ricerche, statoRichiesta, stato, status, state, timestampLastUpdate, timestamps,
        timestamp, hashVisura, timestampStati, documentID, callbackData, callback, custom, data

    /// As it is written in JSON.
    var name: String {
        switch self {
        case .underscoreID: "_id"
        case .id: "id"
        case .idRichiesta: "id_richiesta"
        case .ricerche: "ricerche"
        case .statoRichiesta: "stato_richiesta"
        case .stato: "stato"
        case .status: "status"
        case .state: "state"
        case .timestampLastUpdate: "timestamp_last_update"
        case .timestamps: "timestamps"
        case .timestamp: "timestamp"
        case .hashVisura: "hash_visura"
        case .timestampStati: "timestamp_stati"
        case .documentID: "documentId"
        case .callbackData: "callback_data"
        case .callback: "callback"
        case .custom: "custom"
        case .data: "data"
        }
    }

    /// Whether nothing but an order has it.
    var isCertain: Bool {
        switch self {
        case .statoRichiesta, .hashVisura, .timestampLastUpdate, .timestampStati, .ricerche, .documentID, .timestamps:
            true
        default: false
        }
    }
}

/// What an order's members are looked up in.
protocol OrderMembers {
    /// The value of a member; `nil` when there is none.
    subscript(member: OrderMember) -> JSONValue? { get }

    /// Whether there is one that nothing but an order has.
    var hasCertainMember: Bool { get }
}

extension JSONObject: OrderMembers {
    subscript(member: OrderMember) -> JSONValue? { self[member.name] }

    var hasCertainMember: Bool {
        members.contains { Self.certain.contains($0.key) }
    }

    private static let certain = Set(OrderMember.allCases.filter(\.isCertain).map(\.name))
}
