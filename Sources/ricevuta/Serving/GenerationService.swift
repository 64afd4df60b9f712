import AdminEndpoints
import BaseKit
import Logging
import RicevutaConfiguration
import ServiceLifecycle
import Synchronization

/// Runs the generation in use, and beside it those that it has taken over from until they have ended.
final class GenerationService: Service {
    private struct State {
        var current: Generation
        /// The ones that run, the current one among them.
        var running: [Int: Generation] = [:]
        var isStopping = false
        /// When the current one was made.
        var since = Timestamp.now()
        /// Why the last reload was refused; `nil` when it was not.
        var reloadProblem: String?
    }

    private let state: Mutex<State>
    private let successors: AsyncStream<Generation>
    private let succeed: AsyncStream<Generation>.Continuation

    init(_ first: Generation) {
        state = Mutex(State(current: first))
        (successors, succeed) = AsyncStream<Generation>.makeStream()
        succeed.yield(first)
    }

    /// The one in use.
    var current: Generation { state.withLock { $0.current } }

    /// What others say of the configuration in use.
    var status: ConfigurationStatus {
        state.withLock {
            ConfigurationStatus(
                fingerprint: $0.current.configuration.content.fingerprint,
                generation: $0.current.number,
                since: $0.since,
                isLastReloadRefused: $0.reloadProblem != nil
            )
        }
    }

    /// Puts another one in its place; the earlier one ends what it has begun.
    func replace(by next: Generation) {
        let last = state.withLock { state in
            let last = state.current
            state.current = next
            state.since = .now()
            state.reloadProblem = nil
            return last
        }
        succeed.yield(next)
        last.handOver()
    }

    /// Why the last reload was refused; `nil` when it was not.
    var reloadProblem: String? { state.withLock { $0.reloadProblem } }

    /// Notes that a reload was refused.
    func noteRefusedReload(_ reason: String) { state.withLock { $0.reloadProblem = reason } }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                try? await gracefulShutdown()  // Cancelled means stop, too.
                await stop()
            }
            for await generation in successors {
                let isStopping = state.withLock { state in
                    state.running[generation.number] = generation
                    return state.isStopping
                }
                if isStopping { break }
                group.addTask { [self] in
                    defer { state.withLock { _ = $0.running.removeValue(forKey: generation.number) } }
                    try await generation.run()
                    // One that ends although nobody took over ends the program.
                    if current === generation { succeed.finish() }
                }
            }
            if !state.withLock({ $0.isStopping }) { group.cancelAll() }
            try await group.waitForAll()
        }
    }

    private func stop() async {
        let running = state.withLock { state in
            state.isStopping = true
            return Array(state.running.values)
        }
        succeed.finish()
        for generation in running { await generation.stop() }
    }
}
