/// What goes wrong, on request.
public struct SandboxFaults: Sendable, Equatable {
    /// How many times more each callback is sent.
    public var duplicates = 0
    /// An order's callbacks wait for its last one, and are sent last one first.
    public var reversesCallbacks = false
    /// How long each callback is held back.
    public var callbackDelay = Duration.zero
    /// No callback at all.
    public var sendsNoCallbacks = false
    /// The `stato_richiesta` that callbacks claim instead of the true one.
    public var claimedState: String?
    /// Calls that fail, before they have any effect; the first that fits is used up.
    public var failures: [CallFailure] = []
    /// What is wrong with documents.
    public var document: DocumentFault?
    /// How many documents have it; `nil` for all.
    public var documentTimes: Int?
    /// How many placings take effect, and are not answered: the connection is closed.
    public var lostPlacings = 0
    /// Bodies that come slowly.
    public var slowBody: SlowBody?
    /// What is written in another way than documented.
    public var quirks: Set<SandboxQuirk> = []

    /// Creates faults: none.
    public init() {}

    /// Uses up the first failure that fits a call.
    mutating func takeFailure(of call: SandboxCall) -> CallFailure? {
        guard let index = failures.firstIndex(where: { $0.times > 0 && ($0.call == nil || $0.call == call) }) else {
            return nil
        }
        failures[index].times -= 1
        defer { failures.removeAll { $0.times <= 0 } }
        return failures[index]
    }

    mutating func takeDocumentFault() -> DocumentFault? {
        guard let fault = document else { return nil }
        guard let times = documentTimes else { return fault }
        documentTimes = times - 1
        if times <= 1 { (document, documentTimes) = (nil, nil) }
        return times > 0 ? fault : nil
    }

    mutating func takeLostPlacing() -> Bool {
        guard lostPlacings > 0 else { return false }
        lostPlacings -= 1
        return true
    }
}

/// The nine calls, and two that only the provider's own client makes, by the names that the control API uses.
public enum SandboxCall: String, Sendable, Hashable, CaseIterable {
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
    case updateDraft
    /// `POST /richiesta/{_id}`.
    case addSearch
    /// `PUT /richiesta/{_id}/ricerche`.
    case chooseSearchResult
    /// `GET /documento/{_id}`.
    case document
    /// `DELETE /richiesta/{_id}` (seen in the provider's client, not in its specification).
    case cancel
    /// `GET /fornitori` and `GET /fornitori/{email}` (seen in the provider's client, not in its specification).
    case suppliers
}

/// A call that fails.
public struct CallFailure: Sendable, Equatable {
    /// Which; `nil` for any.
    public var call: SandboxCall?
    /// The HTTP status.
    public var status: Int
    /// `error`; `nil` for the documented one, if the call has one for this status.
    public var error: Int?
    /// `message`.
    public var message: String
    /// How many times.
    public var times: Int
    /// The header `Retry-After`, in seconds.
    public var retryAfter: Int?

    /// Creates a failure.
    public init(
        call: SandboxCall? = nil,
        status: Int,
        error: Int? = nil,
        message: String = "",
        times: Int = 1,
        retryAfter: Int? = nil
    ) {
        self.call = call
        self.status = status
        self.error = error
        self.message = message
        self.times = times
        self.retryAfter = retryAfter
    }
}

/// What can be wrong with a document's answer.
public enum DocumentFault: String, Sendable, CaseIterable {
    /// The base64 stops half way, within a group; the JSON around it is whole.
    case truncatedBase64
    /// `dimensione` is one more than there are bytes.
    case wrongLength
    /// The connection is closed half way.
    case cutOff
    /// The document's own end is missing; its length fits.
    case brokenStructure
}

/// Bodies that come in small pieces with pauses between them.
public struct SlowBody: Sendable, Equatable {
    /// Of which calls; empty for all.
    public var calls: Set<SandboxCall>
    /// The length of a piece.
    public var pieceBytes: Int
    /// The pause after each.
    public var pause: Duration

    /// Creates a pace.
    public init(calls: Set<SandboxCall> = [], pieceBytes: Int, pause: Duration) {
        self.calls = calls
        self.pieceBytes = pieceBytes
        self.pause = pause
    }
}
