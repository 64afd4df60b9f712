import BaseKit
import Pipeline
import RicevutaCore
import Synchronization
import Testing

/// Whoever asks why a callback got 401 finds the answer in the log, and not a flood of it.
@Suite struct RefusedTokenTests {
    private let lines = LogLines()
    private let clock = Clock()
    private let keys: CallbackTokenKeys

    private final class Clock: Sendable {
        private let time = Mutex(Sample.now)
        var now: Timestamp { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    }

    init() throws { keys = try Sample.keys() }

    private func intake() -> Intake {
        Intake(
            journal: FakeJournal(),
            provider: .visengine,
            keys: keys,
            policy: SourcePolicy(),
            memory: IntakeMemory(limiter: FailureLimiter(burst: 1000)),
            now: { [clock] in clock.now },
            logger: lines.logger()
        )
    }

    /// The lines that are shown at the usual level.
    private var shown: [String] { lines.all.filter { !$0.hasPrefix("debug") } }

    @Test func saysWhichKeyIsNotConfigured() throws {
        let token = try CallbackTokenKeys(active: Sample.key("gone")).mint(Sample.nonce())

        let admission = intake().admit(path: "/callbacks/\(token)", peer: [192, 0, 2, 1], forwardedFor: [])

        #expect(admission == .unauthorized)
        let line = try #require(shown.first)
        #expect(line.hasPrefix("warning Callback refused: its token is signed with key gone, which is not configured"))
        for part in ["bad_token", "unknown_key", #""token.key": gone"#, "192.0.2.1"] { #expect(line.contains(part)) }
        #expect(line.contains(CallbackTokenKeys.fingerprint(of: token)))
        #expect(try !line.contains(token.split(separator: ".")[3]) && !line.contains(Sample.nonce().rawValue))
    }

    @Test(arguments: [
        ("v1.a.TOKEN", "wrong_signature"), ("nonsense", "malformed"),
        // An id that no key can have is not told: whoever writes it may write anything.
        ("v1.A b.TOKEN", "malformed"),
    ])
    func saysWhyATokenIsRefused(form: String, reason: String) throws {
        let rest = try Sample.nonce().rawValue + "." + String(repeating: "x", count: 43)
        let path = "/callbacks/" + form.replacing("TOKEN", with: rest)

        _ = intake().admit(path: path, peer: [192, 0, 2, 1], forwardedFor: [])

        #expect(shown.count == 1)
        #expect(shown.first?.contains(#""reason": \#(reason)"#) == true)
        #expect(shown.first?.contains("A b") == false)
    }

    @Test func saysThatThereIsNoToken() throws {
        let intake = intake()
        let admission = intake.admit(path: "/callbacks", peer: [192, 0, 2, 1], forwardedFor: [])
        guard case .admitted(let admitted) = admission else {
            Issue.record("\(admission)")
            return
        }
        intake.take(admitted, body: Array(#"{"_id":"id1"}"#.utf8), contentType: nil) { _ in }

        #expect(shown.count == 1 && shown.first?.contains(#""reason": missing"#) == true, "\(shown)")
    }

    @Test func writesOneLineAMinuteForEachCauseAndCountsTheRest() throws {
        let intake = intake()
        let unknown = try CallbackTokenKeys(active: Sample.key("gone")).mint(Sample.nonce())
        func refuse(_ token: String) {
            _ = intake.admit(path: "/callbacks/\(token)", peer: [192, 0, 2, 1], forwardedFor: [])
        }

        for _ in 0..<40 { refuse(unknown) }
        #expect(shown.count == 1)
        refuse("nonsense")
        #expect(shown.count == 2, "another cause is not hidden by the first")
        clock.pass(.seconds(61))
        refuse(unknown)

        #expect(shown.count == 3)
        #expect(shown.last?.contains(#""held.back": 39"#) == true)
    }
}
