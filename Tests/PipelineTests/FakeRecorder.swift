import RicevutaCore
import Synchronization

/// Answers each callback at once, as told.
final class FakeRecorder: CallbackRecorder {
    private let outcome: RecordOutcome
    private let callbacks = Mutex<[ReceivedCallback]>([])
    /// Callbacks that it has room for, and how long it asks others to wait.
    private let room: (count: Int, wait: Duration)?

    init(_ outcome: RecordOutcome = .accepted(id: 1), room: (count: Int, wait: Duration)? = nil) {
        self.outcome = outcome
        self.room = room
    }

    func shortage(besides count: Int) -> Duration? {
        guard let room, recorded.count + count >= room.count else { return nil }
        return room.wait
    }

    var recorded: [ReceivedCallback] { callbacks.withLock { $0 } }

    func record(_ callback: ReceivedCallback, completion: @escaping @Sendable (RecordOutcome) -> Void) {
        callbacks.withLock { $0.append(callback) }
        completion(outcome)
    }
}
