/// Bounds outside work, whatever the work's own limits are: a lease must outlive what is done under it.
enum TimeLimit {
    private enum Event<Value: Sendable>: Sendable { case finished(Value), over }

    /// Cancels the work when its time is over, and waits for its end all the same.
    ///
    /// - Returns: What the work returned, and whether its time was over before.
    static func run<Value: Sendable>(
        _ limit: Duration,
        _ work: @escaping @Sendable () async -> Value
    ) async -> (value: Value?, isOver: Bool) {
        await withTaskGroup(of: Event<Value>.self) { group in
            group.addTask { .finished(await work()) }
            group.addTask {
                try? await Task.sleep(for: limit)  // Cancelled when the work is done; either way it has ended.
                return .over
            }
            var value: Value?
            var isOver = false
            for await event in group {
                switch event {
                case .finished(let result): value = result
                case .over: isOver = value == nil
                }
                group.cancelAll()
            }
            return (value, isOver)
        }
    }
}
