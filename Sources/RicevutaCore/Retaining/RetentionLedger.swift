public import BaseKit

/// What is removed from the ledger once it is old.
public enum RetentionRule: String, Sendable, CaseIterable {
    /// The bodies of callbacks; all else that is known of them stays.
    case bodies
    /// Callbacks that have been evaluated. Orders stay, so that one repeated later changes nothing.
    case callbacks
    /// Entries about contents that failed a check.
    case quarantine
    /// Attempts of deliveries, with what sinks answered. Deliveries stay.
    case attempts
}

/// Forgets what is old, a little at a time.
public protocol RetentionLedger: Sendable {
    /// Looks at some callbacks that follow a number, and applies a rule to those of them that are old enough.
    ///
    /// Never removes a callback that waits for its verdict, nor touches the newest one, whose number tells where to go
    /// on.
    ///
    /// - Parameters:
    ///   - rule: What to do.
    ///   - time: Callbacks that arrived before it are old.
    ///   - last: The number after which to look; 0 at first.
    ///   - limit: The most callbacks to change in the one transaction that this takes.
    /// - Returns: How many were changed and the number to go on after; `nil` for that when there is no older one.
    /// - Throws: ``LedgerError``.
    func forget(
        _ rule: RetentionRule,
        before time: Timestamp,
        after last: Int64,
        limit: Int
    ) async throws(LedgerError) -> (changed: Int, next: Int64?)
}
