import RicevutaCore
import Synchronization

/// Takes callbacks, or fails, or does not answer, as told.
final class FakeLedger: CallbackApplying {
    enum Behaviour { case takes, fails, holds }

    private struct State {
        var behaviour: Behaviour
        var taken: [ReceivedCallback] = []
        var held: [([ReceivedCallback], @Sendable ([ApplyOutcome]) -> Void)] = []
        var attempts = 0
        var position: Int64 = 0
    }

    private let state: Mutex<State>
    private let isUnwritable: @Sendable (ReceivedCallback) -> Bool

    init(_ behaviour: Behaviour = .takes, isUnwritable: @escaping @Sendable (ReceivedCallback) -> Bool = { _ in false })
    {
        state = Mutex(State(behaviour: behaviour))
        self.isUnwritable = isUnwritable
    }

    /// What it has, in the order in which it came.
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
        for (callbacks, completion) in held { completion(outcomes(callbacks, behaviour)) }
    }

    /// How far it has been told that the journal was handed over.
    var position: Int64 { state.withLock(\.position) }

    func apply(
        _ callbacks: [ReceivedCallback],
        upTo position: Int64?,
        completion: @escaping @Sendable ([ApplyOutcome]) -> Void
    ) {
        let behaviour = state.withLock { state in
            state.attempts += callbacks.count
            state.position = max(state.position, position ?? 0)
            if state.behaviour == .holds { state.held.append((callbacks, completion)) }
            return state.behaviour
        }
        if behaviour != .holds { completion(outcomes(callbacks, behaviour)) }
    }

    private func outcomes(_ callbacks: [ReceivedCallback], _ behaviour: Behaviour) -> [ApplyOutcome] {
        callbacks.map { callback in
            if behaviour == .fails { return .failed }
            if isUnwritable(callback) { return .unwritable }
            return state.withLock { state in
                let isKnown = state.taken.contains { $0.claim == callback.claim }
                state.taken.append(callback)
                return isKnown ? .duplicate(id: callback.number ?? 0) : .recorded(id: callback.number ?? 0)
            }
        }
    }
}
