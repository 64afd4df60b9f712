import RicevutaCore
import Synchronization
import TestSupport

/// A ledger in memory that takes callbacks, or fails, or does not answer, as told.
final class FaultyLedger: CallbackApplying {
    enum Behaviour { case takes, fails, holds }

    private struct Batch {
        let callbacks: [ReceivedCallback]
        let position: Int64?
        let completion: @Sendable ([ApplyOutcome]) -> Void
    }

    private struct State {
        var behaviour: Behaviour
        var taken: [ReceivedCallback] = []
        var held: [Batch] = []
        var attempts = 0
        var position: Int64 = 0
    }

    private let state: Mutex<State>
    private let isUnwritable: @Sendable (ReceivedCallback) -> Bool
    private let ledger = InMemoryLedger()

    init(_ behaviour: Behaviour = .takes, isUnwritable: @escaping @Sendable (ReceivedCallback) -> Bool = { _ in false })
    {
        state = Mutex(State(behaviour: behaviour))
        self.isUnwritable = isUnwritable
    }

    /// What it was handed and took, in the order in which it came.
    var taken: [ReceivedCallback] { state.withLock(\.taken) }

    /// How often it was handed a callback.
    var attempts: Int { state.withLock(\.attempts) }

    /// Changes what it does, and does that to what it held back.
    func behave(_ behaviour: Behaviour) {
        let held = state.withLock { state in
            state.behaviour = behaviour
            defer { state.held = [] }
            return behaviour == .holds ? [] : state.held
        }
        for batch in held { answer(batch, behaviour) }
    }

    /// How far it has been told that the journal was handed over.
    var position: Int64 { state.withLock(\.position) }

    func apply(
        _ callbacks: [ReceivedCallback],
        upTo position: Int64?,
        completion: @escaping @Sendable ([ApplyOutcome]) -> Void
    ) {
        let batch = Batch(callbacks: callbacks, position: position, completion: completion)
        let behaviour = state.withLock { state in
            state.attempts += callbacks.count
            state.position = max(state.position, position ?? 0)
            if state.behaviour == .holds { state.held.append(batch) }
            return state.behaviour
        }
        if behaviour != .holds { answer(batch, behaviour) }
    }

    private func answer(_ batch: Batch, _ behaviour: Behaviour) {
        if behaviour == .fails { return batch.completion(batch.callbacks.map { _ in .failed }) }
        let writable = batch.callbacks.filter { !isUnwritable($0) }
        state.withLock { $0.taken += writable }
        ledger.apply(writable, upTo: batch.position) { [isUnwritable] outcomes in
            var outcomes = outcomes[...]
            batch.completion(batch.callbacks.map { isUnwritable($0) ? .unwritable : outcomes.removeFirst() })
        }
    }
}
