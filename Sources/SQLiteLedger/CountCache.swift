/// Counts that are reused for a while when counting took long.
///
/// SQLite counts by looking at each entry, and metrics are asked for every few seconds: with millions of callbacks it
/// would do little else, and the log could not be written over meanwhile. What is counted quickly is counted each time.
struct CountCache: Sendable {
    /// Less than this is not worth keeping.
    private static let quick = Duration.milliseconds(20)
    /// The share of its time that counting may take.
    private static let share = 50

    private var counts: [String: Int] = [:]
    private var end: ContinuousClock.Instant?

    /// The counts, while they may be reused.
    func current(at now: ContinuousClock.Instant) -> [String: Int]? {
        guard let end, now < end else { return nil }
        return counts
    }

    /// Keeps counts that took so long.
    mutating func keep(_ counts: [String: Int], took duration: Duration, at now: ContinuousClock.Instant) {
        self.counts = counts
        end = duration < Self.quick ? nil : now + duration * Self.share
    }
}
