public import RicevutaCore
import Synchronization

/// What an intake remembers of those who send: it outlives the intake, so that a reload of the configuration neither
/// forgets guesses of tokens nor grants bytes anew.
public final class IntakeMemory: Sendable {
    let limiter: Mutex<FailureLimiter>
    /// Which refused tokens were logged.
    let refusedTokens = RareLines<TokenFault.Cause>()
    private let allowances = Mutex<[Int: BodyAllowance]>([:])

    /// Creates one that remembers nothing.
    ///
    /// - Parameter limiter: How often an address may show a bad token.
    public init(limiter: FailureLimiter = FailureLimiter()) {
        self.limiter = Mutex(limiter)
    }

    /// Works with the bodies' allowance under one limit.
    func withAllowance<Result>(bytesPerHour: Int, _ body: (inout BodyAllowance) -> Result) -> Result {
        allowances.withLock { allowances in
            // Another limit is another account; the configuration knows one at a time.
            if allowances[bytesPerHour] == nil { allowances = [:] }
            return body(&allowances[bytesPerHour, default: BodyAllowance(bytesPerHour: bytesPerHour)])
        }
    }
}
