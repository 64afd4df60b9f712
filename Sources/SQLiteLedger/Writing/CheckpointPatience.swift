/// How long to wait for readers while the log is copied.
///
/// Nobody is waited for while the log is short: whoever reads now has ended by the next copy. When it goes on growing,
/// commits wait, each time it has grown by half, and each time twice as long; so one reader that stays for minutes
/// costs little. Acknowledgements do not wait: they come from the journal.
struct CheckpointPatience: Equatable {
    private static let first = Duration.milliseconds(50)
    private static let longest = Duration.seconds(2)
    /// How much longer than usual the log may be before anybody waits.
    private static let tolerated = 2

    private let limit: Int
    private var lastPages = 0
    private var waits = 0
    /// The length at which to wait next.
    private var nextPages: Int

    /// Starts without a wait.
    ///
    /// - Parameter limit: The length of the log at which it is usually copied, in pages.
    init(limit: Int) {
        self.limit = limit
        nextPages = limit * Self.tolerated
    }

    /// How long this copy may wait for readers.
    ///
    /// - Parameter pages: The length of the log; shorter than at the last copy when it was restarted since.
    /// - Returns: Zero, or up to two seconds.
    mutating func wait(pages: Int) -> Duration {
        if pages < lastPages { self = CheckpointPatience(limit: limit) }
        lastPages = pages
        guard pages > nextPages else { return .zero }
        nextPages = pages + pages / 2
        waits += 1
        return min(Self.first * (1 << min(waits - 1, 10)), Self.longest)
    }
}
