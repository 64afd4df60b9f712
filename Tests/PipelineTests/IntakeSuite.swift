import Pipeline
import RicevutaCore
import Synchronization
import Testing

/// What the suites of ``Intake`` share: an intake with a fake journal, and the way of one callback through it.
protocol IntakeSuite {
    var journal: FakeJournal { get }
    var keys: CallbackTokenKeys { get }
    var peer: [UInt8] { get }
}

extension Intake {
    /// Decides on a callback by its path, as the handler of the listener does.
    func admit(
        path: String,
        peer: [UInt8],
        forwardedFor: [String],
        query: String? = nil,
        authorization: [String] = [],
        certificate: String? = nil
    ) -> Admission {
        guard let place = CallbackPath.token(in: path) else {
            Issue.record("not a callback's path: \(path)")
            return .unauthorized
        }
        return admit(
            token: place,
            peer: peer,
            forwardedFor: forwardedFor,
            query: query,
            authorization: authorization,
            certificate: certificate
        )
    }
}

extension IntakeSuite {
    var peer: [UInt8] { [192, 0, 2, 1] }

    func intake(
        _ policy: SourcePolicy = SourcePolicy(),
        journal: FakeJournal? = nil,
        burst: Int = 3
    ) -> Intake {
        Intake(
            journal: journal ?? self.journal,
            provider: .visengine,
            keys: keys,
            policy: policy,
            memory: IntakeMemory(limiter: FailureLimiter(burst: burst, refillPerSecond: 0.5)),
            now: { Sample.now },
            logger: Sample.logger
        )
    }

    func take(_ intake: Intake, _ path: String, _ body: String) throws -> [IntakeAnswer] {
        let admission = intake.admit(path: path, peer: peer, forwardedFor: [])
        guard case .admitted(let admitted) = admission else {
            Issue.record("not admitted: \(admission)")
            return []
        }
        let answers = Mutex<[IntakeAnswer]>([])
        intake.take(admitted, body: Array(body.utf8), contentType: "application/json") { answer in
            answers.withLock { $0.append(answer) }
        }
        intake.flush()
        return answers.withLock { $0 }
    }
}
