import Pipeline
import RicevutaCore
import Testing

@Suite struct SecrecyTests {
    @Test func noLineHoldsATokenOrABody() throws {
        let lines = LogLines()
        let keys = try Sample.keys()
        let good = keys.mint(try Sample.nonce())
        let echoed = keys.mint(try Sample.nonce("e"))
        let retired = try CallbackTokenKeys(active: Sample.key("r")).mint(Sample.nonce())
        let forged = String(good.dropLast(3)) + "xyz"
        let intake = Intake(
            journal: FakeJournal(),
            provider: .visengine,
            keys: keys,
            policy: SourcePolicy(),
            now: { Sample.now },
            logger: lines.logger()
        )
        let echo = #"{"data":{"ricevuta":"\#(echoed)"}}"#
        let body = #"{"_id":"id1","codice_fiscale":"RSSMRA80A01H501U","callback_data":\#(echo)}"#

        for token in [good, retired, forged] {
            let admission = intake.admit(
                path: "/callbacks/\(token)",
                peer: [127, 0, 0, 1],
                forwardedFor: []
            )
            guard case .admitted(let admitted) = admission else { continue }
            intake.take(admitted, body: Array(body.utf8), contentType: nil) { _ in }
            intake.flush()
        }

        let all = lines.all.joined(separator: "\n")
        for token in [good, echoed, retired, forged] {
            #expect(!all.contains(try #require(token.split(separator: ".").last)))
        }
        #expect(!all.contains("RSSMRA80A01H501U"))
        // But enough to find out what happened.
        #expect(all.contains(CallbackTokenKeys.fingerprint(of: forged)))
        #expect(all.contains("retired_key"))
        #expect(all.contains("tokens_differ"))
    }
}
