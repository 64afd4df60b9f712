/// How one attempt at a call ended.
enum Attempt<Value: Sendable>: Sendable {
    case done(Value)
    /// `isFinal`: not to be repeated, whatever the error says.
    case failed(VisengineError, isFinal: Bool = false)
}

extension VisengineError {
    /// Whether another attempt at once makes sense and cannot do a thing twice.
    var allowsAnotherAttempt: Bool {
        guard !mayHaveSucceeded else { return false }
        return switch cause {
        case .notConnected, .network: true
        case .refused(let status): status == 408 || status == 429 || status >= 500
        case .unreadable, .circuitOpen, .cancelled, .damagedDocument, .archive, .badAddress: false
        }
    }

    /// What the failure says of the provider's health.
    var circuitOutcome: CircuitBreaker.Outcome {
        switch cause {
        case .notConnected, .network: .failed
        case .refused(let status): status >= 500 ? .failed : .answered
        case .unreadable, .damagedDocument, .archive: .answered
        case .cancelled, .circuitOpen, .badAddress: .unknown
        }
    }
}
