import RicevutaCore
import Synchronization

/// Answers each callback at once, as told.
final class FakeJournal: CallbackJournaling {
    private let outcome: JournalOutcome
    private let callbacks = Mutex<[ReceivedCallback]>([])
    /// Callbacks that it has room for, and how long it asks others to wait.
    private let room: (count: Int, wait: Duration)?

    init(_ outcome: JournalOutcome = .accepted(number: 1), room: (count: Int, wait: Duration)? = nil) {
        self.outcome = outcome
        self.room = room
    }

    func shortage(besides count: Int) -> Duration? {
        guard let room, recorded.count + count >= room.count else { return nil }
        return room.wait
    }

    var recorded: [ReceivedCallback] { callbacks.withLock { $0 } }

    func record(_ entries: [RecordEntry]) {
        for entry in entries {
            callbacks.withLock { $0.append(entry.callback) }
            entry.completion(outcome)
        }
    }
}
