import Pipeline
import RicevutaCore
import Synchronization
import Testing

/// A sender that tries again after it was refused.
@Suite struct RetryTests {
    @Test(arguments: [JournalOutcome.failed, .timedOut, .overloaded(retryAfter: .seconds(1))])
    func takesATokenAgainAfterARefusal(_ refusal: JournalOutcome) throws {
        let journal = ChangingJournal([refusal, refusal, .accepted(number: 7)])
        let keys = try Sample.keys()
        let intake = Intake(
            journal: journal,
            provider: .visengine,
            keys: keys,
            policy: SourcePolicy(),
            memory: IntakeMemory(limiter: FailureLimiter(burst: 1, refillPerSecond: 0.001)),
            now: { Sample.now },
            logger: Sample.logger
        )
        let token = keys.mint(try Sample.nonce())

        let answers = Mutex<[IntakeAnswer]>([])
        for _ in 0..<3 {
            let admission = intake.admit(
                path: "/callbacks/\(token)",
                peer: [192, 0, 2, 1],
                forwardedFor: []
            )
            guard case .admitted(let admitted) = admission else {
                Issue.record("not admitted: \(admission)")
                return
            }
            intake.take(admitted, body: Array(#"{"_id":"id1"}"#.utf8), contentType: "application/json") { answer in
                answers.withLock { $0.append(answer) }
            }
            intake.flush()
        }

        let last = answers.withLock { $0 }.last
        #expect(last == .journal(.accepted(number: 7)), "nothing is used up by a callback that is not stored")
        #expect(journal.nonces == Array(repeating: try Sample.nonce(), count: 3))
    }
}

/// Answers one callback after another as told.
private final class ChangingJournal: CallbackJournaling {
    private let state: Mutex<(outcomes: [JournalOutcome], nonces: [OrderNonce])>

    init(_ outcomes: [JournalOutcome]) { state = Mutex((outcomes, [])) }

    var nonces: [OrderNonce] { state.withLock(\.nonces) }

    func shortage(besides count: Int) -> Duration? { nil }

    func record(_ entries: [RecordEntry]) {
        for entry in entries {
            entry.completion(
                state.withLock { state in
                    if let nonce = entry.callback.nonce { state.nonces.append(nonce) }
                    return state.outcomes.removeFirst()
                }
            )
        }
    }
}
