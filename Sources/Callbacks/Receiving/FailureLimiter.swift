public import Visengine

/// Limits how often one address may show a bad token: a bucket for each address that refills with time.
///
/// Bounded in memory: when the table is full, buckets that have refilled go first, and if none has, a newcomer is limited
/// together with all other newcomers, so that many addresses cannot wash out the table.
public struct FailureLimiter: Sendable {
    private struct Bucket {
        var failures: Double
        var updatedAt: Timestamp
    }

    private let burst: Double
    private let refillPerSecond: Double
    private let capacity: Int
    private var buckets: [[UInt8]: Bucket] = [:]
    private static let newcomers: [UInt8] = []

    /// Creates a limiter.
    ///
    /// - Parameters:
    ///   - burst: Failures that are answered before the limit holds.
    ///   - refillPerSecond: Failures forgiven each second, at least 0.001.
    ///   - capacity: Addresses remembered, at least 16.
    public init(burst: Int = 20, refillPerSecond: Double = 0.5, capacity: Int = 10_000) {
        self.burst = Double(max(1, burst))
        self.refillPerSecond = max(0.001, refillPerSecond)
        self.capacity = max(16, capacity)
    }

    /// How long an address has to wait; `nil` when it may try.
    public func wait(for address: [UInt8], now: Timestamp) -> Duration? {
        // The usual case on the way of every callback: nobody has failed lately.
        guard !buckets.isEmpty else { return nil }
        let key = buckets[address] != nil || buckets.count < capacity ? address : Self.newcomers
        guard let bucket = buckets[key] else { return nil }
        let failures = current(bucket, now: now)
        guard failures >= burst else { return nil }
        return .seconds(max(1, ((failures - burst + 1) / refillPerSecond).rounded(.up)))
    }

    /// Notes a failure of an address.
    public mutating func fail(_ address: [UInt8], now: Timestamp) {
        var key = address
        if buckets[key] == nil, buckets.count >= capacity {
            buckets = buckets.filter { current($0.value, now: now) > 0 }
            if buckets.count >= capacity { key = Self.newcomers }
        }
        let failures = buckets[key].map { current($0, now: now) } ?? 0
        buckets[key] = Bucket(failures: min(failures + 1, burst * 2), updatedAt: now)
    }

    private func current(_ bucket: Bucket, now: Timestamp) -> Double {
        let elapsed = Double(max(0, (now - bucket.updatedAt).wholeMilliseconds)) / 1000
        return max(0, bucket.failures - elapsed * refillPerSecond)
    }
}
