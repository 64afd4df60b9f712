import UnixSignals

/// Work that goes on until it is done or the user has seen enough.
enum Interruption {
    /// Runs `body` until it returns, or until SIGINT or SIGTERM; then it is cancelled, and that is no failure.
    ///
    /// - Throws: What `body` throws before that.
    static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { return } }
            group.addTask { try await body() }
            _ = try await group.next()
            // What a cancelled body throws is not looked at.
            group.cancelAll()
        }
    }
}
