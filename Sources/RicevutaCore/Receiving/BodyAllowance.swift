public import BaseKit

/// How many bytes of callbacks' bodies are kept of one order in an hour: whoever got hold of its token could fill the
/// disk.
///
/// Small bodies are kept in any case: they are hardly more than the fact that they tell. Bounded in memory: of so many
/// orders, those that sent something longest ago are forgotten.
public struct BodyAllowance: Sendable {
    /// A body of so many bytes or fewer costs nothing.
    public static let freeBytes = 1024

    private struct Account {
        var since: Timestamp
        var bytes: Int
    }

    private let bytesPerHour: Int
    private let capacity: Int
    private var newer: [OrderNonce: Account] = [:]
    private var older: [OrderNonce: Account] = [:]

    /// Creates an allowance.
    ///
    /// - Parameters:
    ///   - bytesPerHour: The most bytes of an order in an hour, small bodies not counted.
    ///   - capacity: Orders remembered for sure, at least 16.
    public init(bytesPerHour: Int = 32 << 20, capacity: Int = 10_000) {
        self.bytesPerHour = bytesPerHour
        self.capacity = max(16, capacity)
    }

    /// Asks for room for one body.
    ///
    /// - Returns: Whether there is, and it has been counted.
    public mutating func take(_ bytes: Int, of order: OrderNonce, now: Timestamp) -> Bool {
        guard bytes > Self.freeBytes else { return true }
        var account = newer[order] ?? older[order] ?? Account(since: now, bytes: 0)
        let age = now - account.since
        // A clock that was set back must not prolong it.
        if age >= .seconds(3600) || age < .zero { account = Account(since: now, bytes: 0) }
        guard account.bytes + bytes <= bytesPerHour else { return false }
        account.bytes += bytes
        if newer[order] == nil, newer.count >= capacity {
            older = newer
            newer = [:]
        }
        newer[order] = account
        return true
    }
}
