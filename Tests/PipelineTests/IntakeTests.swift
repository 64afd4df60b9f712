import Pipeline
import RicevutaCore
import Synchronization
import Testing
import Visengine

@Suite struct IntakeTests: IntakeSuite {
    let journal = FakeJournal()
    let keys: CallbackTokenKeys

    init() throws { keys = try Sample.keys() }

    @Test(arguments: ["/callbacks/x", "/callbacks/v1.a.b.c/d"])
    func refusesWhatIsNoToken(path: String) {
        #expect(intake().admit(path: path, peer: peer, forwardedFor: []) == .unauthorized)
    }

    @Test func refusesATokenOfAnotherKeyOrWithAnyByteChanged() throws {
        let token = keys.mint(try Sample.nonce())
        let stranger = try CallbackTokenKeys(
            active: #require(TokenKey(id: "a", secret: [UInt8](repeating: 9, count: 32)))
        )
        let intake = intake(burst: 1000)

        for bad in [stranger.mint(try Sample.nonce()), token + "x", String(token.dropLast())] {
            #expect(
                intake.admit(path: "/callbacks/\(bad)", peer: peer, forwardedFor: []) == .unauthorized
            )
        }
        #expect(journal.recorded.isEmpty)
    }

    @Test func recordsWhatAGoodTokenBrings() throws {
        let token = keys.mint(try Sample.nonce())

        let answers = try take(intake(), "/callbacks/\(token)", #"{"_id":"id1","stato_richiesta":"Visura evasa"}"#)

        #expect(answers == [.journal(.accepted(number: 1))])
        let callback = try #require(journal.recorded.first)
        #expect(callback.nonce == (try Sample.nonce()))
        #expect(callback.keyID == "a")
        #expect(callback.claim.orderID == (try Sample.id()))
        #expect(callback.claim.state == .fulfilled)
        #expect(callback.peer == "192.0.2.1")
        #expect(callback.decodingProblem == nil)
    }

    @Test(arguments: [
        JournalOutcome.duplicate(of: 7), .overloaded(retryAfter: .seconds(3)), .failed, .timedOut,
    ])
    func passesTheJournalsAnswerOn(outcome: JournalOutcome) throws {
        let token = keys.mint(try Sample.nonce())

        let answers = try take(intake(journal: FakeJournal(outcome)), "/callbacks/\(token)", #"{"_id":"id1"}"#)
        #expect(answers == [.journal(outcome)])
    }

    @Test(arguments: ["", "garbage", "{", "[]"])
    func recordsAGoodTokenWhateverCameWithIt(body: String) throws {
        let token = keys.mint(try Sample.nonce())

        #expect(try take(intake(), "/callbacks/\(token)", body) == [.journal(.accepted(number: 1))])
        #expect(journal.recorded.first?.claim == CallbackClaim())
        #expect(journal.recorded.first?.decodingProblem != nil)
        #expect(journal.recorded.first?.body == Array(body.utf8))
    }

    @Test func takesTheTokenFromTheEchoWhereThePathHasNone() throws {
        let token = keys.mint(try Sample.nonce("e"))
        let body = #"{"_id":"id1","callback_data":{"data":{"ricevuta":"\#(token)"}}}"#
        let admission = intake().admit(path: "/callbacks", peer: peer, forwardedFor: [])
        guard case .admitted(let admitted) = admission else { throw CancellationError() }

        #expect(!admitted.hasToken)
        #expect(try isToken(token, echoedBy: body))
        #expect(try take(intake(), "/callbacks", body) == [.journal(.accepted(number: 1))])
        #expect(journal.recorded.first?.nonce == (try Sample.nonce("e")))
    }

    private func isToken(_ token: String, echoedBy body: String) throws -> Bool {
        try CallbackDecoder.decode(body: Array(body.utf8), contentType: nil).echo == .token(token)
    }

    @Test func believesThePathsTokenBeforeTheEchos() throws {
        let path = keys.mint(try Sample.nonce("p"))
        let echo = keys.mint(try Sample.nonce("e"))
        let body = #"{"_id":"id1","callback_data":{"data":{"ricevuta":"\#(echo)"}}}"#

        #expect(try take(intake(), "/callbacks/\(path)", body) == [.journal(.accepted(number: 1))])
        #expect(journal.recorded.first?.nonce == (try Sample.nonce("p")))
    }

    @Test func acceptsARetiredKeyAndMarksIt() throws {
        let token = try CallbackTokenKeys(active: Sample.key("r")).mint(Sample.nonce())

        #expect(try take(intake(), "/callbacks/\(token)", #"{"_id":"id1"}"#) == [.journal(.accepted(number: 1))])
        #expect(journal.recorded.first?.isRetiredKey == true)
    }

    @Test func storesNothingWithoutAToken() throws {
        #expect(try take(intake(), "/callbacks", #"{"_id":"id1"}"#) == [.unauthorized])
        #expect(try take(intake(), "/callbacks", "garbage") == [.unauthorized])
        #expect(journal.recorded.isEmpty)
    }

    @Test func takesACallbackWithoutATokenOnlyWhereThePolicySaysSoAndItNamesAnOrder() throws {
        let intake = intake(SourcePolicy(requiresToken: false))

        #expect(try take(intake, "/callbacks", "garbage") == [.undecodable])
        #expect(try take(intake, "/callbacks", #"{"stato_richiesta":"evaso"}"#) == [.undecodable])
        #expect(journal.recorded.isEmpty)
        #expect(try take(intake, "/callbacks", #"{"_id":"id1"}"#) == [.journal(.accepted(number: 1))])
        #expect(journal.recorded.first?.nonce == nil)
    }

    /// Counting those that are about to be recorded with it.
    @Test func refusesBeforeItLooksWhereThereIsNoRoom() throws {
        let journal = FakeJournal(room: (count: 2, wait: .seconds(9)))
        let intake = intake(journal: journal)
        let path = "/callbacks/\(keys.mint(try Sample.nonce()))"
        let answers = Mutex<[IntakeAnswer]>([])

        for _ in 0..<3 {
            guard case .admitted(let admitted) = intake.admit(path: path, peer: peer, forwardedFor: [])
            else {
                Issue.record("not admitted")
                return
            }
            intake.take(admitted, body: [], contentType: nil) { answer in answers.withLock { $0.append(answer) } }
        }
        #expect(answers.withLock { $0 } == [.journal(.overloaded(retryAfter: .seconds(9)))])
        intake.flush()

        let accepted = IntakeAnswer.journal(.accepted(number: 1))
        #expect(journal.recorded.count == 2)
        #expect(answers.withLock { $0 }.dropFirst() == [accepted, accepted])
    }
}
