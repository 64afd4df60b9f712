import Synchronization
import Visengine

/// What every call passes: the circuit breaker of its kind, and the token bucket of all; shared by all tasks.
///
/// Each kind of call has a breaker of its own: documents that cannot be had must not keep orders from being read.
final class CallGate: Sendable {
    private struct Breaker {
        var circuit: CircuitBreaker
        /// Why the last call failed.
        var lastFailure = ""
    }

    private let breakers: Mutex<[VisengineCall: Breaker]>
    private let settings: CircuitBreaker.Settings
    private let bucket: Mutex<TokenBucket>
    private let environment: ClientEnvironment

    init(circuit: CircuitBreaker.Settings, rate: CallRate, environment: ClientEnvironment) {
        breakers = Mutex([:])
        settings = circuit
        bucket = Mutex(
            TokenBucket(capacity: rate.burst, refillPerSecond: rate.perSecond, now: environment.monotonic())
        )
        self.environment = environment
    }

    /// Waits for the rate, then asks the breaker.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits; the reservation is given back.
    func enter(_ call: VisengineCall) async throws(CancellationError) -> CircuitBreaker.Admission {
        let wait = bucket.withLock { $0.reserve(now: environment.monotonic()) }
        if wait > .zero {
            do throws(CancellationError) {
                try await environment.sleep(wait)
            } catch {
                bucket.withLock { $0.release(now: environment.monotonic()) }
                throw error
            }
        }
        let admission = withBreaker(of: call) { $0.circuit.admit(now: environment.monotonic()) }
        if admission != .admitted { bucket.withLock { $0.release(now: environment.monotonic()) } }
        return admission
    }

    func record(_ outcome: CircuitBreaker.Outcome, of call: VisengineCall, reason: String = "") {
        withBreaker(of: call) { breaker in
            if outcome == .failed { breaker.lastFailure = reason }
            breaker.circuit.record(outcome, now: environment.monotonic())
        }
    }

    /// Why the last call of the kind failed.
    func lastFailure(of call: VisengineCall) -> String { withBreaker(of: call) { $0.lastFailure } }

    /// The kinds of calls that are refused at the moment, or of which one is under way to see whether they work again.
    var open: Set<VisengineCall> {
        breakers.withLock { breakers in
            Set(
                breakers.filter {
                    switch $0.value.circuit.state {
                    case .closed: false
                    case .open, .halfOpen: true
                    }
                }.keys
            )
        }
    }

    private func withBreaker<Value: Sendable>(
        of call: VisengineCall,
        _ body: (inout Breaker) -> Value
    ) -> Value {
        breakers.withLock { body(&$0[call, default: Breaker(circuit: CircuitBreaker(settings))]) }
    }
}
