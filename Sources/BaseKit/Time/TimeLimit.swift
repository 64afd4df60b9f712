import Synchronization

/// Bounds asynchronous work: it is cancelled when its time is over, or when the caller's task is cancelled.
///
/// The end of the work is waited for in every case, so nothing goes on behind the caller's back: work must end when it
/// is cancelled. What blocks a thread does so through ``BlockingThreads``, which leaves the thread behind. What came
/// too late is handed out as such; whether it still counts is the caller's decision:
///
/// - A delivery that was accepted after its time is an accepted delivery: ``Ending/value``.
/// - A response to a call that came after its timeout is discarded: ``Ending/valueInTime``.
package enum TimeLimit {
    /// How bounded work ended.
    package enum Ending<Value: Sendable>: Sendable {
        /// Within its time.
        case inTime(Value)
        /// After it was cancelled, with what it returned all the same.
        case late(Value)

        /// What the work returned, also when it was late.
        package var value: Value {
            switch self {
            case .inTime(let value), .late(let value): value
            }
        }

        /// What the work returned, unless it was late.
        package var valueInTime: Value? {
            switch self {
            case .inTime(let value): value
            case .late: nil
            }
        }
    }

    /// Runs work for no longer than a limit.
    package static func run<Value: Sendable>(
        _ limit: Duration,
        _ work: @escaping @Sendable () async -> Value
    ) async -> Ending<Value> {
        await run(work) { _ = await Deadlines.shared.sleep(for: limit) }
    }

    /// Runs work for as long as something is noted in `progress` at least once within the limit.
    package static func run<Value: Sendable>(
        silence limit: Duration,
        of progress: Progress,
        _ work: @escaping @Sendable () async -> Value
    ) async -> Ending<Value> {
        await run(work) {
            while !Task.isCancelled {
                let left = limit - progress.silence
                guard left > .zero else { return }
                await Deadlines.shared.sleep(for: left)
            }
        }
    }

    private static func run<Value: Sendable>(
        _ work: @escaping @Sendable () async -> Value,
        until isOver: @escaping @Sendable () async -> Void
    ) async -> Ending<Value> {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                await isOver()
                return nil
            }
            // Whichever ends first ends the other.
            let first = await group.next()
            group.cancelAll()
            let second = await group.next()
            switch (first, second) {
            case (.some(.some(let value)), _): return .inTime(value)
            case (_, .some(.some(let value))): return .late(value)
            // Two tasks were added, and one of them gives a value.
            default: preconditionFailure("the work ended without a value")
            }
        }
    }

    /// When something last moved.
    package final class Progress: Sendable {
        private let last = Mutex(ContinuousClock.now)

        /// Creates a progress that moved right now.
        package init() {}

        /// The time since it last moved.
        package var silence: Duration { last.withLock { $0.duration(to: .now) } }

        /// Notes that something moved.
        package func note() { last.withLock { $0 = .now } }
    }
}
