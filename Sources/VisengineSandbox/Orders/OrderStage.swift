/// How far an order is, `stato_richiesta`.
enum OrderStage: String, Sendable, CaseIterable {
    case searching = "In ricerca"
    case processing = "In erogazione"
    case available = "Dati disponibili"
    case fulfilled = "Visura evasa"
    case cancelled = "Annullata"

    /// The member of `timestamp_stati`.
    var key: String {
        switch self {
        case .searching: "in_ricerca"
        case .processing: "in_erogazione"
        case .available: "dati_disponibili"
        case .fulfilled: "visura_evasa"
        case .cancelled: "annullata"
        }
    }

    /// What comes next by itself; `nil` at the end.
    var next: OrderStage? {
        switch self {
        case .searching: .processing
        case .processing: .available
        case .available: .fulfilled
        case .fulfilled, .cancelled: nil
        }
    }

    /// Whether going on by itself leads to another stage.
    func leads(to stage: OrderStage) -> Bool { next.map { $0 == stage || $0.leads(to: stage) } ?? false }

    var hasDocument: Bool { self == .available || self == .fulfilled }
}
