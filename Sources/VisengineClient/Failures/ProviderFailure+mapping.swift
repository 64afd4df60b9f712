public import RicevutaCore
import Visengine

extension ProviderFailure {
    /// Reduces a failed call to what its caller does next.
    public init(_ error: VisengineError) {
        let reason = error.description
        switch error.cause {
        case .notConnected, .network, .circuitOpen, .unreadable, .damagedDocument, .cancelled:
            self = .transient(reason: reason, retryAfter: error.retryAfter)
        case .archive, .badAddress: self = .permanent(reason: reason)
        case .refused(let status):
            switch status {
            case 401, 403: self = .unauthorized(reason: reason)
            case 402: self = .permanent(reason: reason)
            case 404: self = .notFound(reason: reason)
            case 408, 429, 500...: self = .transient(reason: reason, retryAfter: error.retryAfter)
            case 422 where error.call == .document, 200..<300 where error.meaning?.effect == .notYetAvailable:
                self = .notYetAvailable(retryAfter: error.retryAfter)
            // A failure reported under a good status carries no other sign of whether it may pass.
            case 200..<300 where error.code == nil: self = .transient(reason: reason, retryAfter: error.retryAfter)
            default: self = .permanent(reason: reason)
            }
        }
    }
}

extension CallFailure {
    /// Reduces a failed call to what it means for the one who made it, with the provider's words.
    public init(_ error: VisengineError) {
        let kind: Kind =
            if error.mayHaveSucceeded {
                .outcomeUnknown
            } else {
                switch error.status {
                case 401, 403: .notPermitted
                case 404: .notFound
                case 400, 402, 409, 412, 422, 428: .rejected
                default: .unavailable
                }
            }
        self.init(kind, reason: error.description, message: error.message)
    }
}

extension DocumentFetchError {
    init(_ error: VisengineError) {
        self =
            switch error.cause {
            case .damagedDocument(let damage): .damaged(reason: damage.description)
            case .archive(let failure): .archive(failure)
            default: .provider(ProviderFailure(error))
            }
    }
}
