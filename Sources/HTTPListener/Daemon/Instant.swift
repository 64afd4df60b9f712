import Glibc

/// A point of the monotonic clock, in nanoseconds since the machine started.
///
/// Cheaper than `ContinuousClock.Instant`: read once or twice per request, to a few milliseconds.
struct Instant: Comparable, Sendable {
    var nanoseconds: Int64

    /// The corresponding C function is `clock_gettime` with `CLOCK_MONOTONIC_COARSE`.
    static func now() -> Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// This point and so much time; at most the far future.
    func advanced(by duration: Duration) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// The time from `earlier` to this point.
    func since(_ earlier: Instant) -> Duration { .nanoseconds(nanoseconds - earlier.nanoseconds) }

    static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension Duration {
    /// Whole nanoseconds, at most 292 years.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min / 2 : .max / 2 }
        return product + attoseconds / 1_000_000_000
    }

    /// Whole seconds, rounded up, 0 to `UInt32.max`.
    var wholeSeconds: UInt32 {
        let (seconds, attoseconds) = components
        return UInt32(clamping: seconds + (attoseconds > 0 ? 1 : 0))
    }
}
