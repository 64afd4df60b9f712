/// How far an order has come: the provider's `stato_richiesta` (doc), or a dialect's name for the same.
///
/// Names are compared without case, spaces or accents, because the published documents differ in all three
/// ("Dati disponibili" and "Dati disponbili", "Visura evasa" and "evaso").
public enum OrderState: Sendable, Hashable {
    /// `In ricerca`; Docuengine `NEW`, `SEARCH`.
    case searching
    /// `In erogazione`, `In elaborazione`; Docuengine `WAIT`.
    case processing
    /// `Dati disponibili`: the document can be fetched.
    case available
    /// `Visura evasa`, `evaso`; Docuengine `DONE`: the document can be fetched, and the order is finished.
    case fulfilled
    /// `Annullata`; Docuengine `CANCELLED`.
    case cancelled
    /// A state that no published document names, kept as the provider writes it.
    case unknown(String)
}

extension OrderState {
    /// Reads a state's name in any known spelling; an unknown one is kept, cut to its first 64 characters.
    public init(wireName: String) {
        self =
            Self.documented[wireName] ?? Self.spellings[Self.folded(wireName)]
            ?? .unknown(String(wireName.prefix(64)))
    }

    /// Whether no further change is expected: fulfilled or cancelled.
    public var isTerminal: Bool { self == .fulfilled || self == .cancelled }

    /// Whether the provider's published client treats the document as ready.
    public var hasDocument: Bool { self == .available || self == .fulfilled }

    /// The place in the order's life, ascending; `nil` for an unknown state.
    ///
    /// Cancelled ranks with fulfilled: both end it.
    public var rank: Int? {
        switch self {
        case .searching: 1
        case .processing: 2
        case .available: 3
        case .fulfilled, .cancelled: 4
        case .unknown: nil
        }
    }

    /// The stable name in the ledger, in notifications and in dedupe keys: `searching`, `processing`, `available`,
    /// `fulfilled`, `cancelled`, or `unknown:` and the folded name.
    public var name: String {
        switch self {
        case .searching: "searching"
        case .processing: "processing"
        case .available: "available"
        case .fulfilled: "fulfilled"
        case .cancelled: "cancelled"
        case .unknown(let name): "unknown:" + Self.folded(name)
        }
    }

    /// Reads what ``name`` wrote.
    public init(name: String) {
        if name.hasPrefix("unknown:") {
            self = .unknown(String(name.dropFirst("unknown:".count)))
        } else {
            self = Self.byName[name] ?? .unknown(name)
        }
    }

    private static let byName: [String: OrderState] = [
        "searching": .searching, "processing": .processing, "available": .available, "fulfilled": .fulfilled,
        "cancelled": .cancelled,
    ]

    /// The names as the provider's documents write them, which need no folding.
    private static let documented: [String: OrderState] = [
        "In ricerca": .searching, "In erogazione": .processing, "Dati disponibili": .available,
        "Visura evasa": .fulfilled, "Annullata": .cancelled,
    ]

    private static let spellings: [String: OrderState] = [
        "inricerca": .searching, "new": .searching, "search": .searching,
        "inerogazione": .processing, "inelaborazione": .processing, "inlavorazione": .processing,
        "wait": .processing, "pending": .processing,
        "datidisponibili": .available, "datidisponbili": .available, "dataavailable": .available,
        "visuraevasa": .fulfilled, "evasa": .fulfilled, "evaso": .fulfilled, "done": .fulfilled,
        "completed": .fulfilled,
        "annullata": .cancelled, "annullato": .cancelled, "cancelled": .cancelled, "canceled": .cancelled,
    ]

    /// Lower case, without accents, and only letters and digits: `Dati  Disponibilì` becomes `datidisponibili`.
    static func folded(_ name: String) -> String {
        var folded = ""
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": folded.unicodeScalars.append(scalar)
            case "à", "á", "â", "ä", "ã", "å": folded.append("a")
            case "è", "é", "ê", "ë": folded.append("e")
            case "ì", "í", "î", "ï": folded.append("i")
            case "ò", "ó", "ô", "ö", "õ": folded.append("o")
            case "ù", "ú", "û", "ü": folded.append("u")
            default: break
            }
        }
        return folded
    }
}

extension OrderState: CustomStringConvertible {
    /// The stable name, as in ``name``.
    public var description: String { name }
}
