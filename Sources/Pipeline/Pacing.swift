import BaseKit

/// Keeps a loop from spinning: on a ledger that fails, and on due work that nobody may take (its sink is full or
/// disabled).
struct Pacing: Equatable {
    private static let backoff = Backoff(first: .milliseconds(250), longest: .seconds(16))

    private var failures = 0
    private var hastyWakes = 0

    /// Notes how many jobs were leased; `nil` when the ledger failed.
    mutating func leased(_ count: Int?) {
        guard let count else {
            failures += 1
            return
        }
        failures = 0
        if count > 0 { hastyWakes = 0 }
    }

    /// Notes how long waiting for work took.
    mutating func woken(after elapsed: Duration) {
        hastyWakes = elapsed < .milliseconds(5) ? hastyWakes + 1 : 0
    }

    /// How long to pause before waiting again: a failing ledger is asked after 0.25 s, doubling up to 16 s.
    var pause: Duration {
        if failures > 0 { return Self.backoff.bound(afterAttempt: failures) }
        return hastyWakes > 3 ? .milliseconds(100) : .zero
    }
}
