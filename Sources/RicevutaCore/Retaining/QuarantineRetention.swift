public import BaseKit

/// Quarantined contents, of which old ones are removed.
public protocol QuarantineRetention: Sendable {
    /// Removes contents in quarantine that were last seen before a time.
    ///
    /// - Returns: How many were removed; those that could not be are tried the next time.
    func forgetQuarantined(before time: Timestamp) async -> Int
}
