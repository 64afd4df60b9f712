import Synchronization

/// What every call passes: the circuit breaker and the token bucket, shared by all tasks.
final class CallGate: Sendable {
    private let breaker: Mutex<CircuitBreaker>
    private let bucket: Mutex<TokenBucket>
    private let environment: ClientEnvironment

    init(circuit: CircuitBreaker.Settings, rate: CallRate, environment: ClientEnvironment) {
        breaker = Mutex(CircuitBreaker(circuit))
        bucket = Mutex(
            TokenBucket(capacity: rate.burst, refillPerSecond: rate.perSecond, now: environment.monotonic())
        )
        self.environment = environment
    }

    /// Waits for the rate, then asks the breaker.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits; the reservation is given back.
    func enter() async throws(CancellationError) -> CircuitBreaker.Admission {
        let wait = bucket.withLock { $0.reserve(now: environment.monotonic()) }
        if wait > .zero {
            do throws(CancellationError) {
                try await environment.sleep(wait)
            } catch {
                bucket.withLock { $0.release(now: environment.monotonic()) }
                throw error
            }
        }
        let admission = breaker.withLock { $0.admit(now: environment.monotonic()) }
        if admission != .admitted { bucket.withLock { $0.release(now: environment.monotonic()) } }
        return admission
    }

    func record(_ outcome: CircuitBreaker.Outcome) {
        breaker.withLock { $0.record(outcome, now: environment.monotonic()) }
    }
}
