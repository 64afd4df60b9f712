import BaseKit

/// Whether one sink takes what it is given, as the outcomes of its attempts show: a value that decides, without a clock
/// and without a log.
///
/// An attempt now and then fails anywhere. A sink is failing once ``tolerated`` attempts in a row have failed, or once
/// ``patience`` has passed since the first of a row; it recovers with the first that succeeds.
struct SinkHealth: Equatable {
    /// Attempts that failed, one after the other.
    struct Streak: Equatable {
        var failures: Int
        /// When the first of them ended.
        var since: Timestamp
        /// Why the last one failed.
        var reason: String
        /// Whether it was told.
        var isTold = false
    }

    /// What there is to tell.
    enum Event: Equatable {
        case failing(Streak)
        case recovered(Streak, after: Duration)
        /// It wants nothing any more.
        case gone(reason: String)
    }

    static let tolerated = 3
    static let patience = Duration.seconds(60)

    private(set) var streak: Streak?
    private var disabledAt: Timestamp?

    /// Whether it was told to be failing or disabled, and has taken nothing since.
    var isFailing: Bool { streak?.isTold ?? false }

    /// An attempt succeeded.
    mutating func succeeded(at now: Timestamp) -> Event? {
        defer { streak = nil }
        guard let streak, streak.isTold else { return nil }
        return .recovered(streak, after: max(.zero, now - streak.since))
    }

    /// An attempt failed.
    mutating func failed(_ reason: String, at now: Timestamp) -> Event? {
        count(reason, at: now)
        return look(at: now)
    }

    /// An attempt found that the sink wants nothing any more.
    ///
    /// Those that were under way beside it find the same, which is told once; one that began afterwards shows that the
    /// sink had been enabled meanwhile.
    mutating func gone(_ reason: String, attemptBegan start: Timestamp, at now: Timestamp) -> Event? {
        count(reason, at: now)
        streak?.isTold = true
        if let disabledAt, start <= disabledAt { return nil }
        disabledAt = now
        return .gone(reason: reason)
    }

    /// Time has passed.
    mutating func look(at now: Timestamp) -> Event? {
        guard var streak, !streak.isTold else { return nil }
        guard streak.failures >= Self.tolerated || now - streak.since >= Self.patience else { return nil }
        streak.isTold = true
        self.streak = streak
        return .failing(streak)
    }

    private mutating func count(_ reason: String, at now: Timestamp) {
        var streak = streak ?? Streak(failures: 0, since: now, reason: reason)
        streak.failures += 1
        streak.reason = reason
        self.streak = streak
    }
}
