public import BaseKit

/// When an order is read back: callbacks bring a read-back forward, at most one in an interval, and only so many in an
/// hour, however many arrive.
public struct ReadBackPlan: Sendable, Equatable {
    /// The time that read-backs are counted in.
    public static let hour = Duration.seconds(3600)
    /// How long after another an order is asked for that the API has shown before, and hides now.
    public static let notFoundInterval = Duration.seconds(86_400)

    /// The shortest time between two read-backs of one order, however many callbacks arrive.
    public var minInterval: Duration
    /// The most read-backs of one order in an hour that callbacks may cause, at least 1; polls come besides.
    public var maxPerHour: Int

    /// Creates a plan.
    public init(minInterval: Duration = .seconds(10), maxPerHour: Int = 60) {
        self.minInterval = minInterval
        self.maxPerHour = max(1, maxPerHour)
    }

    /// The read-backs of one order that callbacks have caused.
    public struct Allowance: Sendable, Equatable {
        /// How many there were in the hour that began at ``since``.
        public var used: Int64
        /// When that hour began; `nil` before the first read-back.
        public var since: Timestamp?

        /// Creates an allowance.
        public init(used: Int64 = 0, since: Timestamp? = nil) {
            self.used = used
            self.since = since
        }

        /// Counts a read-back.
        ///
        /// - Parameters:
        ///   - source: What caused it; only those that a callback caused count.
        ///   - now: The current time.
        public mutating func count(_ source: OrderProgress.Trigger, at now: Timestamp) {
            switch source {
            case .poll, .refresh: return
            case .callback: break
            }
            // An hour that begins in the future is of a clock that was set back.
            if let since, since > now - hour, since <= now {
                used += 1
            } else {
                used = 1
                since = now
            }
        }
    }

    /// Before when callbacks may cause no read-back of an order, because they have caused so many; `nil` when they may.
    public func spentUntil(_ allowance: Allowance) -> Timestamp? {
        guard allowance.used >= Int64(maxPerHour), let since = allowance.since else { return nil }
        return since + Self.hour
    }

    // MARK: A callback arrives

    /// What the arrival of a callback has to know of its order's read-backs.
    public struct Known: Sendable, Equatable {
        /// When the API was last asked.
        public var lastAsked: Timestamp?
        /// Before when callbacks may cause none; see ``ReadBackPlan/spentUntil(_:)``.
        public var spentUntil: Timestamp?
        /// When the next is due, if one is planned.
        public var due: Timestamp?
        /// Whether a callback has to be noted in the planned one: it is being made, or a poll planned it.
        public var needsNote: Bool

        /// Creates what is known; without arguments, of an order that is new.
        public init(
            lastAsked: Timestamp? = nil,
            spentUntil: Timestamp? = nil,
            due: Timestamp? = nil,
            needsNote: Bool = false
        ) {
            self.lastAsked = lastAsked
            self.spentUntil = spentUntil
            self.due = due
            self.needsNote = needsNote
        }
    }

    /// What a callback asks for.
    public enum Request: Sendable, Equatable {
        /// Nothing: the planned read-back answers it.
        case covered
        /// That the planned read-back, due early enough, knows of the callback.
        case note
        /// A read-back that is due no later than then.
        case plan(due: Timestamp)
    }

    /// Decides what a callback asks for: one read-back for each order and interval, however many callbacks arrive.
    ///
    /// - Parameters:
    ///   - known: What is known of its order.
    ///   - now: When it arrived.
    /// - Returns: What it asks for.
    public func request(_ known: Known, at now: Timestamp) -> Request {
        let earliest = known.lastAsked.map { $0 + minInterval } ?? now
        // A clock that was set back must not put it off for as long.
        var due = min(max(now, earliest), now + minInterval)
        if let spent = known.spentUntil, spent > due { due = min(spent, now + Self.hour) }
        guard let planned = known.due, planned <= due else { return .plan(due: due) }
        return known.needsNote ? .note : .covered
    }

    /// The earliest time for a read-back that a callback asked for while another was made.
    ///
    /// - Parameters:
    ///   - asked: When that other one was made.
    ///   - allowance: What callbacks have caused so far.
    /// - Returns: That time.
    public func next(after asked: Timestamp, _ allowance: Allowance) -> Timestamp {
        let paced = asked + minInterval
        guard let spent = spentUntil(allowance) else { return paced }
        return min(max(paced, spent), max(paced, asked + Self.hour))
    }
}
