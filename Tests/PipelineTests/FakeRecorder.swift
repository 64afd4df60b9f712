import Callbacks
import Synchronization

/// Answers each callback at once, as told.
final class FakeRecorder: CallbackRecorder {
    private let outcome: RecordOutcome
    private let callbacks = Mutex<[ReceivedCallback]>([])

    init(_ outcome: RecordOutcome = .accepted(id: 1)) { self.outcome = outcome }

    var recorded: [ReceivedCallback] { callbacks.withLock { $0 } }

    func record(_ callback: ReceivedCallback, completion: @escaping @Sendable (RecordOutcome) -> Void) {
        callbacks.withLock { $0.append(callback) }
        completion(outcome)
    }
}
