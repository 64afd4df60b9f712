import Synchronization

/// Ends work that takes too long.
enum TimeLimit {
    /// Runs `work`, cancelled when the limit is over.
    ///
    /// - Returns: `nil` when the limit was over first, or when the task was cancelled before `work` ended.
    static func run<Value: Sendable>(
        _ limit: Duration,
        _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        await race(work) { try? await ContinuousClock().sleep(for: limit) }  // Cancelled when the work is done.
    }

    /// Runs `work`, cancelled when nothing was noted in `progress` for as long as the limit.
    static func run<Value: Sendable>(
        silence limit: Duration,
        of progress: Progress,
        _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        await race(work) {
            while !Task.isCancelled {
                let left = limit - progress.silence
                guard left > .zero else { return }
                try? await ContinuousClock().sleep(for: left)  // Cancelled when the work is done.
            }
        }
    }

    private static func race<Value: Sendable>(
        _ work: @escaping @Sendable () async -> Value,
        _ limit: @escaping @Sendable () async -> Void
    ) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                await limit()
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}

/// When something last moved.
final class Progress: Sendable {
    private let last = Mutex(ContinuousClock.now)

    var silence: Duration { last.withLock { $0.duration(to: .now) } }

    func note() { last.withLock { $0 = .now } }
}
