public import BaseKit

/// Limits how often one address may show a bad token: a bucket for each address that refills with time.
///
/// IPv6 addresses count by their first 64 bits, which one customer has for himself. Bounded in memory: of so many
/// addresses that failed, the ones that failed longest ago are forgotten. None is ever limited for what others did,
/// since whoever has addresses in plenty could then shut everybody else out.
public struct FailureLimiter: Sendable {
    private struct Bucket {
        var failures: Double
        var updatedAt: Timestamp
    }

    private let burst: Double
    private let refillPerSecond: Double
    private let capacity: Int
    private var newer: [[UInt8]: Bucket] = [:]
    private var older: [[UInt8]: Bucket] = [:]

    /// Creates a limiter.
    ///
    /// - Parameters:
    ///   - burst: Failures that are answered before the limit holds.
    ///   - refillPerSecond: Failures forgiven each second, at least 0.001.
    ///   - capacity: Addresses remembered for sure, at least 16.
    public init(burst: Int = 20, refillPerSecond: Double = 0.5, capacity: Int = 10_000) {
        self.burst = Double(max(1, burst))
        self.refillPerSecond = max(0.001, refillPerSecond)
        self.capacity = max(16, capacity)
    }

    /// How long an address has to wait; `nil` when it may try.
    public func wait(for address: [UInt8], now: Timestamp) -> Duration? {
        // The usual case on the way of every callback: nobody has failed lately.
        guard !newer.isEmpty else { return nil }
        let key = Self.key(address)
        guard let bucket = newer[key] ?? older[key] else { return nil }
        let failures = current(bucket, now: now)
        // Full until a whole failure is forgiven: each is forgiven a little at a time, and the first at once.
        guard failures > burst - 1 else { return nil }
        return .seconds(max(1, ((failures - burst + 1) / refillPerSecond).rounded(.up)))
    }

    /// Notes a failure of an address.
    public mutating func fail(_ address: [UInt8], now: Timestamp) {
        let key = Self.key(address)
        let failures = (newer[key] ?? older[key]).map { current($0, now: now) } ?? 0
        if newer[key] == nil, newer.count >= capacity {
            older = newer
            newer = [:]
        }
        newer[key] = Bucket(failures: min(failures + 1, burst * 2), updatedAt: now)
    }

    private static func key(_ address: [UInt8]) -> [UInt8] {
        address.count == 16 ? Array(address.prefix(8)) : address
    }

    private func current(_ bucket: Bucket, now: Timestamp) -> Double {
        let elapsed = Double(max(0, (now - bucket.updatedAt).wholeMilliseconds)) / 1000
        return max(0, bucket.failures - elapsed * refillPerSecond)
    }
}
