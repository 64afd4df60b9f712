public import RicevutaCore
public import Visengine

/// Why a call of the provider's API did not give what it was made for.
///
/// Its description and its mirror are free of the provider's message, which may hold personal data, and of the API
/// token.
public struct VisengineError: Error, Sendable, Equatable {
    /// What went wrong.
    public enum Cause: Sendable, Equatable {
        /// No connection came about: nothing was sent.
        case notConnected(String)
        /// The connection broke, or the answer did not come in time, or could not be read to its end.
        case network(String)
        /// The provider answered with this status, or with `success` false.
        case refused(status: Int)
        /// The answer is not what the call gives.
        case unreadable(String)
        /// The circuit is open after failures in a row, the last of which is named: nothing was sent.
        case circuitOpen(after: String)
        /// The task was cancelled.
        case cancelled
        /// The document arrived damaged.
        case damagedDocument(DocumentDecodingError)
        /// The document could not be written.
        case archive(ArchiveError)
        /// The configured address is no URL.
        case badAddress
    }

    /// Which call.
    public var call: VisengineCall
    /// What went wrong.
    public var cause: Cause
    /// What was called, without a query; empty where the answer was found wanting later.
    public var url = ""
    /// The provider's number for it, `error`.
    public var code: ProviderErrorCode?
    /// What that number means in the provider's dialect; `nil` when it is not documented.
    public var meaning: ProviderErrorTable.Meaning?
    /// The provider's words, `message`, cut to 200 characters.
    ///
    /// May hold personal data: for the one who made the call, never for a log.
    public var message: String
    /// How long the provider asked to wait, or how long the circuit stays open.
    public var retryAfter: Duration?
    /// Whether the call may have had its effect although it failed: an order may have been placed.
    public var mayHaveSucceeded: Bool

    /// Creates an error; the message is cut.
    public init(
        _ call: VisengineCall,
        _ cause: Cause,
        code: ProviderErrorCode? = nil,
        meaning: ProviderErrorTable.Meaning? = nil,
        message: String = "",
        retryAfter: Duration? = nil,
        mayHaveSucceeded: Bool = false
    ) {
        self.call = call
        self.cause = cause
        self.code = code
        self.meaning = meaning
        self.message = String(message.prefix(200))
        self.retryAfter = retryAfter
        self.mayHaveSucceeded = mayHaveSucceeded
    }

    /// The HTTP status, when there was an answer that says no.
    public var status: Int? {
        if case .refused(let status) = cause { status } else { nil }
    }

    /// Whether the same call may work later without anything being changed: not that it is safe to repeat, for which
    /// see ``mayHaveSucceeded``.
    public var isRetryable: Bool {
        switch cause {
        case .notConnected, .network, .circuitOpen, .unreadable, .damagedDocument: true
        case .refused(let status): status == 408 || status == 429 || status >= 500
        case .cancelled, .archive, .badAddress: false
        }
    }

    /// A stable name for metrics and log search.
    public var name: String {
        switch cause {
        case .notConnected: "not_connected"
        case .network: "network"
        case .refused(let status): "refused_\(status)"
        case .unreadable: "unreadable"
        case .circuitOpen: "circuit_open"
        case .cancelled: "cancelled"
        case .damagedDocument(let error): error.code
        case .archive: "archive"
        case .badAddress: "bad_address"
        }
    }
}

extension VisengineError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// One sentence for logs and operators: what was being done, what happened, and what that means.
    public var description: String {
        var sentence = "cannot \(call.purpose)\(url.isEmpty ? "" : " (\(url))"): \(reason)"
        if mayHaveSucceeded { sentence += "; outcome unknown: it may have succeeded anyway, check before retrying" }
        return sentence
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Without the message, so that dumping the error does not show it.
    public var customMirror: Mirror {
        Mirror(self, children: ["call": call.rawValue, "name": name, "code": code?.rawValue as Any])
    }

    /// What happened, without what was being done.
    var reason: String {
        switch cause {
        case .notConnected(let reason): return "no connection (\(reason))"
        case .network(let reason): return reason
        case .refused(let status):
            let number = code.map { ", error \($0)" } ?? ""
            return "\(meaning(of: status)) (HTTP \(status)\(number))"
        case .unreadable(let reason): return "unexpected response: \(reason)"
        case .circuitOpen(let last):
            let wait = retryAfter.map { "; next try in \(max(1, $0.components.seconds)) s" } ?? ""
            return "\(last); circuit open after repeated failures\(wait)"
        case .cancelled: return "cancelled"
        case .damagedDocument(let error): return error.description
        case .archive(let error): return error.description
        case .badAddress: return "the provider's configured baseURL is not a URL"
        }
    }

    private func meaning(of status: Int) -> String {
        if let meaning { return meaning.text }
        return switch status {
        case 200..<300: "the provider reported a failure"
        case 300..<400: "the provider answered with a redirect, which is not followed; check provider.baseURL"
        case 401: "the API token was rejected"
        case 402: ProviderErrorTable.insufficientCredit
        case 403: "the API token lacks the required scope"
        case 404: "not found at the provider"
        case 422: "not possible in the order's current state"
        case 429: "rate limited by the provider"
        case 500...: "provider error"
        default: "the provider rejected the request"
        }
    }
}
