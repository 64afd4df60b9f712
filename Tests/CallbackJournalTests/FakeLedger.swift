import RicevutaCore
import Synchronization

/// Takes callbacks, or fails, or does not answer, as told.
final class FakeLedger: CallbackRecorder {
    enum Behaviour { case takes, fails, holds }

    private struct State {
        var behaviour: Behaviour
        var taken: [ReceivedCallback] = []
        var held: [(ReceivedCallback, @Sendable (RecordOutcome) -> Void)] = []
        var attempts = 0
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
        for (callback, completion) in held { answer(callback, behaviour, completion) }
    }

    func record(_ callback: ReceivedCallback, completion: @escaping @Sendable (RecordOutcome) -> Void) {
        let behaviour = state.withLock { state in
            state.attempts += 1
            if state.behaviour == .holds { state.held.append((callback, completion)) }
            return state.behaviour
        }
        if behaviour != .holds { answer(callback, behaviour, completion) }
    }

    private func answer(
        _ callback: ReceivedCallback,
        _ behaviour: Behaviour,
        _ completion: @Sendable (RecordOutcome) -> Void
    ) {
        if behaviour == .fails { return completion(.failed) }
        if isUnwritable(callback) { return completion(.unwritable) }
        state.withLock { $0.taken.append(callback) }
        completion(.accepted(id: callback.number ?? 0))
    }
}
