import Callbacks
import Pipeline
import Synchronization
import Testing
import Visengine

@Suite struct IntakeTests {
    private let recorder = FakeRecorder()
    private let keys: CallbackTokenKeys
    private let peer: [UInt8] = [192, 0, 2, 1]

    init() throws { keys = try Sample.keys() }

    private func intake(
        _ policy: SourcePolicy = SourcePolicy(),
        recorder: FakeRecorder? = nil,
        burst: Int = 3
    ) -> Intake {
        Intake(
            recorder: recorder ?? self.recorder,
            keys: keys,
            policy: policy,
            limiter: FailureLimiter(burst: burst, refillPerSecond: 0.5),
            now: { Sample.now },
            logger: Sample.logger
        )
    }

    private func take(_ intake: Intake, _ path: String, _ body: String) throws -> [IntakeAnswer] {
        let admission = intake.admit(method: "POST", path: path, peer: peer, forwardedFor: [])
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

    @Test(arguments: [
        ("POST", "/", Admission.notFound), ("POST", "/callback", .notFound), ("POST", "/callbacksx", .notFound),
        ("GET", "/callbacks/x", .methodNotAllowed(allow: "POST")),
        ("post", "/callbacks", .methodNotAllowed(allow: "POST")),
        ("POST", "/callbacks/x", .unauthorized), ("POST", "/callbacks/v1.a.b.c/d", .unauthorized),
    ])
    func refusesAtTheDoor(method: String, path: String, admission: Admission) {
        #expect(intake().admit(method: method, path: path, peer: peer, forwardedFor: []) == admission)
    }

    @Test func refusesATokenOfAnotherKeyOrWithAnyByteChanged() throws {
        let token = keys.mint(try Sample.nonce())
        let stranger = try CallbackTokenKeys(
            active: #require(TokenKey(id: "a", secret: [UInt8](repeating: 9, count: 32)))
        )
        let intake = intake(burst: 1000)

        for bad in [stranger.mint(try Sample.nonce()), token + "x", String(token.dropLast())] {
            #expect(
                intake.admit(method: "POST", path: "/callbacks/\(bad)", peer: peer, forwardedFor: []) == .unauthorized
            )
        }
        #expect(recorder.recorded.isEmpty)
    }

    @Test func recordsWhatAGoodTokenBrings() throws {
        let token = keys.mint(try Sample.nonce())

        let answers = try take(intake(), "/callbacks/\(token)", #"{"_id":"id1","stato_richiesta":"Visura evasa"}"#)

        #expect(answers == [.accepted(id: 1)])
        let callback = try #require(recorder.recorded.first)
        #expect(callback.nonce == (try Sample.nonce()))
        #expect(callback.keyID == "a")
        #expect(callback.claim.orderID == (try Sample.id()))
        #expect(callback.claim.state == .fulfilled)
        #expect(callback.peer == "192.0.2.1")
        #expect(callback.decodingProblem == nil)
    }

    @Test(arguments: [
        (RecordOutcome.duplicate(id: 7), IntakeAnswer.duplicate(id: 7)),
        (.overloaded(retryAfter: .seconds(3)), .overloaded(retryAfter: .seconds(3))), (.failed, .failed),
    ])
    func passesTheRecordersAnswerOn(outcome: RecordOutcome, answer: IntakeAnswer) throws {
        let token = keys.mint(try Sample.nonce())

        #expect(try take(intake(recorder: FakeRecorder(outcome)), "/callbacks/\(token)", #"{"_id":"id1"}"#) == [answer])
    }

    @Test(arguments: ["", "garbage", "{", "[]"])
    func recordsAGoodTokenWhateverCameWithIt(body: String) throws {
        let token = keys.mint(try Sample.nonce())

        #expect(try take(intake(), "/callbacks/\(token)", body) == [.accepted(id: 1)])
        #expect(recorder.recorded.first?.claim == CallbackClaim())
        #expect(recorder.recorded.first?.decodingProblem != nil)
        #expect(recorder.recorded.first?.body == Array(body.utf8))
    }

    @Test func takesTheTokenFromTheEchoWhereThePathHasNone() throws {
        let token = keys.mint(try Sample.nonce("e"))
        let body = #"{"_id":"id1","callback_data":{"data":{"ricevuta":"\#(token)"}}}"#
        let admission = intake().admit(method: "POST", path: "/callbacks", peer: peer, forwardedFor: [])
        guard case .admitted(let admitted) = admission else { throw CancellationError() }

        #expect(!admitted.hasToken)
        #expect(try isToken(token, echoedBy: body))
        #expect(try take(intake(), "/callbacks", body) == [.accepted(id: 1)])
        #expect(recorder.recorded.first?.nonce == (try Sample.nonce("e")))
    }

    private func isToken(_ token: String, echoedBy body: String) throws -> Bool {
        try CallbackDecoder.decode(body: Array(body.utf8), contentType: nil).echo == .token(token)
    }

    @Test func believesThePathsTokenBeforeTheEchos() throws {
        let path = keys.mint(try Sample.nonce("p"))
        let echo = keys.mint(try Sample.nonce("e"))
        let body = #"{"_id":"id1","callback_data":{"data":{"ricevuta":"\#(echo)"}}}"#

        #expect(try take(intake(), "/callbacks/\(path)", body) == [.accepted(id: 1)])
        #expect(recorder.recorded.first?.nonce == (try Sample.nonce("p")))
    }

    @Test func acceptsARetiredKeyAndMarksIt() throws {
        let token = try CallbackTokenKeys(active: Sample.key("r")).mint(Sample.nonce())

        #expect(try take(intake(), "/callbacks/\(token)", #"{"_id":"id1"}"#) == [.accepted(id: 1)])
        #expect(recorder.recorded.first?.isRetiredKey == true)
    }

    @Test func storesNothingWithoutAToken() throws {
        #expect(try take(intake(), "/callbacks", #"{"_id":"id1"}"#) == [.unauthorized])
        #expect(try take(intake(), "/callbacks", "garbage") == [.unauthorized])
        #expect(recorder.recorded.isEmpty)
    }

    @Test func takesACallbackWithoutATokenOnlyWhereThePolicySaysSoAndItNamesAnOrder() throws {
        let intake = intake(SourcePolicy(requiresToken: false))

        #expect(try take(intake, "/callbacks", "garbage") == [.undecodable])
        #expect(try take(intake, "/callbacks", #"{"stato_richiesta":"evaso"}"#) == [.undecodable])
        #expect(recorder.recorded.isEmpty)
        #expect(try take(intake, "/callbacks", #"{"_id":"id1"}"#) == [.accepted(id: 1)])
        #expect(recorder.recorded.first?.nonce == nil)
    }

    /// Counting those that are about to be recorded with it.
    @Test func refusesBeforeItLooksWhereThereIsNoRoom() throws {
        let recorder = FakeRecorder(room: (count: 2, wait: .seconds(9)))
        let intake = intake(recorder: recorder)
        let path = "/callbacks/\(keys.mint(try Sample.nonce()))"
        let answers = Mutex<[IntakeAnswer]>([])

        for _ in 0..<3 {
            guard case .admitted(let admitted) = intake.admit(method: "POST", path: path, peer: peer, forwardedFor: [])
            else {
                Issue.record("not admitted")
                return
            }
            intake.take(admitted, body: [], contentType: nil) { answer in answers.withLock { $0.append(answer) } }
        }
        #expect(answers.withLock { $0 } == [.overloaded(retryAfter: .seconds(9))])
        intake.flush()

        #expect(recorder.recorded.count == 2)
        #expect(answers.withLock { $0 }.dropFirst() == [.accepted(id: 1), .accepted(id: 1)])
    }

    @Test func limitsAnAddressThatGuesses() throws {
        let intake = intake()
        let guess: ([UInt8], String) -> Admission = { peer, path in
            intake.admit(method: "POST", path: path, peer: peer, forwardedFor: [])
        }

        for _ in 0..<3 { #expect(guess(peer, "/callbacks/wrong") == .unauthorized) }

        for path in ["/callbacks/wrong", "/callbacks"] {
            guard case .tooManyFailures(let wait) = guess(peer, path) else {
                Issue.record("not limited")
                return
            }
            #expect(wait > .zero)
        }
        #expect(guess([192, 0, 2, 2], "/callbacks/wrong") == .unauthorized, "another address is not held up")
    }

    /// Proxies that normalise a path do this to it.
    @Test(arguments: [
        "/callbacks/TOKEN/", "/callbacks/EVERY", "/callbacks/EVERY/", "/callbacks/SOME", "/callbacks/LOWER",
    ])
    func takesATokenWhosePathWasNormalised(form: String) throws {
        let token = keys.mint(try Sample.nonce())
        func escaped(_ text: String, only: String? = nil) -> String {
            text.utf8.map { byte in
                let isChosen = only.map { $0.utf8.contains(byte) } ?? true
                let digits = String(byte, radix: 16, uppercase: true)
                return isChosen ? "%" + digits : String(UnicodeScalar(byte))
            }.joined()
        }
        let path = form.replacing("TOKEN", with: token).replacing("EVERY", with: escaped(token))
            .replacing("SOME", with: escaped(token, only: "._-~")).replacing("LOWER", with: escaped(token).lowercased())

        #expect(try take(intake(), path, "{}") == [.accepted(id: 1)])
        #expect(recorder.recorded.first?.nonce == (try Sample.nonce()))
    }

    @Test(arguments: [
        "/callbacks/TOKEN//", "/callbacks//TOKEN", "/callbacks/%2FTOKEN", "/callbacks/TOKEN%2F", "/callbacks/TOKEN%",
        "/callbacks/TOKEN%2", "/callbacks/x/../TOKEN", "/callbacks/x/%2E%2E/TOKEN", "/callbacks/TOKEN/.",
        "/callbacks/%2E/TOKEN", "/callbacks/TWICE", "/callbacks/TOKEN%00", "/callbacks/TOKEN%20", "/callbacks/TOKEN%+2",
        "/callbacks//",
    ])
    func takesNoOtherPathForTheTokens(form: String) throws {
        let token = keys.mint(try Sample.nonce())
        let twice = token.replacing(".", with: "%252E")
        let path = form.replacing("TOKEN", with: token).replacing("TWICE", with: twice)

        let admission = intake().admit(method: "POST", path: path, peer: peer, forwardedFor: [])

        #expect(admission == .unauthorized)
    }

    @Test(arguments: ["/Callbacks/TOKEN", "/%63allbacks/TOKEN", "/callbacks%2FTOKEN", "//callbacks/TOKEN"])
    func hasNoOtherPlaceForCallbacks(form: String) throws {
        let path = form.replacing("TOKEN", with: keys.mint(try Sample.nonce()))

        #expect(intake().admit(method: "POST", path: path, peer: peer, forwardedFor: []) == .notFound)
    }

    /// All callbacks come through it: to limit it is to limit everybody.
    @Test(arguments: [[], ["unknown"], ["10.0.0.2"]])
    func limitsNoProxyForWhatCameThroughIt(forwarded: [String]) throws {
        let policy = SourcePolicy(
            credentials: SourceCredentials(.bearer, value: "right"),
            trustedProxies: [try #require(AddressRange("10.0.0.0/8"))]
        )
        let intake = intake(policy)
        let path = "/callbacks/\(keys.mint(try Sample.nonce()))"
        let show: (String) -> Admission = { secret in
            intake.admit(
                method: "POST",
                path: path,
                peer: [10, 0, 0, 1],
                forwardedFor: forwarded,
                authorization: ["Bearer \(secret)"]
            )
        }
        for _ in 0..<9 { _ = show("wrong") }

        guard case .admitted(let callback) = show("right") else {
            Issue.record("not admitted: \(show("right"))")
            return
        }
        #expect(callback.hasToken)
    }

    /// Behind one proxy, a guesser would otherwise keep the provider's callbacks out.
    @Test func takesAGoodTokenFromAnAddressThatGuessed() throws {
        let intake = intake()
        let path = "/callbacks/\(keys.mint(try Sample.nonce()))"
        for _ in 0..<9 { _ = intake.admit(method: "POST", path: "/callbacks/wrong", peer: peer, forwardedFor: []) }

        #expect(try take(intake, path, "{}") == [.accepted(id: 1)])
    }

    @Test func looksAtNoPasswordsOfAnAddressThatGuesses() throws {
        let credentials = SourceCredentials(.bearer, value: "right")
        let intake = intake(SourcePolicy(credentials: credentials))
        let path = "/callbacks/\(keys.mint(try Sample.nonce()))"
        let guess: (String) -> Admission = { secret in
            intake.admit(
                method: "POST",
                path: path,
                peer: peer,
                forwardedFor: [],
                authorization: ["Bearer \(secret)"]
            )
        }
        for _ in 0..<3 { _ = guess("wrong") }

        guard case .tooManyFailures = guess("right") else {
            Issue.record("not limited")
            return
        }
    }

    @Test func limitsGuessesInBodies() throws {
        let intake = intake()

        for _ in 0..<3 { #expect(try take(intake, "/callbacks", "{}") == [.unauthorized]) }

        let next = intake.admit(method: "POST", path: "/callbacks", peer: peer, forwardedFor: [])
        guard case .tooManyFailures = next else {
            Issue.record("not limited: \(next)")
            return
        }
    }

    @Test(
        arguments: [
            ([192, 0, 2, 1], [], true), ([198, 51, 100, 1], [], false),
            // Through the proxy, the rightmost hop that is no proxy counts; what stands before it is the sender's own
            // word.
            ([10, 0, 0, 1], ["192.0.2.9"], true), ([10, 0, 0, 1], ["192.0.2.9, 198.51.100.1"], false),
            ([10, 0, 0, 1], ["198.51.100.1, 192.0.2.9"], true),
            ([10, 0, 0, 1], ["198.51.100.1", "192.0.2.9, 10.0.0.2"], true),
            ([10, 0, 0, 1], [], false), ([10, 0, 0, 1], ["192.0.2.9, unknown"], false),
            // A peer that is no proxy cannot say that it is somebody else.
            ([198, 51, 100, 1], ["192.0.2.9"], false),
        ] as [([UInt8], [String], Bool)]
    )
    func takesCallbacksFromAllowedNetworksOnly(peer: [UInt8], forwarded: [String], isAllowed: Bool) throws {
        let policy = SourcePolicy(
            allowedNetworks: [try #require(AddressRange("192.0.2.0/24"))],
            trustedProxies: [try #require(AddressRange("10.0.0.0/8"))]
        )
        let path = "/callbacks/\(keys.mint(try Sample.nonce()))"

        let admission = intake(policy).admit(method: "POST", path: path, peer: peer, forwardedFor: forwarded)

        if isAllowed {
            guard case .admitted = admission else {
                Issue.record("refused: \(admission)")
                return
            }
        } else {
            #expect(admission == .networkNotAllowed)
        }
    }

    @Test(
        arguments: [
            (nil, ["Bearer TOKEN"], .header, true), (nil, ["bearer   TOKEN"], .header, true),
            ("token=TOKEN", [], .query, true), ("a=b&token=TOKEN&c", [], .query, true),
            // Not where it may stand, or more than once.
            (nil, ["Bearer TOKEN"], .query, false), ("token=TOKEN", [], .header, false),
            (nil, ["Bearer TOKEN", "Bearer TOKEN"], .header, false), ("token=TOKEN&token=TOKEN", [], .query, false),
            ("token=TOKEN&token", [], .query, false), ("token=TOKEN&token=", [], .query, false),
            // Not as it has to be.
            (nil, ["BearerTOKEN"], .header, false), (nil, ["Bearer TOKEN, Bearer x"], .header, false),
            (nil, ["Basic TOKEN"], .header, false), (nil, ["Bearer "], .header, false),
            (nil, ["Bearer"], .header, false),
            (nil, [""], .header, false), ("TOKEN=TOKEN", [], .query, false), ("token=%54OKEN", [], .query, false),
            ("token", [], .query, false), ("", [], .query, false), ("token=TOKEN#", [], .query, false),
        ] as [(String?, [String], TokenPlace, Bool)]
    )
    func takesTheTokenWhereItMayStand(query: String?, authorization: [String], place: TokenPlace, isGood: Bool) throws {
        let token = keys.mint(try Sample.nonce())
        func filled(_ text: String) -> String {
            text.split(separator: "TOKEN", omittingEmptySubsequences: false).joined(separator: token)
        }
        let admission = intake(SourcePolicy(tokenPlaces: [place])).admit(
            method: "POST",
            path: "/callbacks",
            peer: peer,
            forwardedFor: [],
            query: query.map { $0 == "TOKEN=TOKEN" ? "TOKEN=\(token)" : filled($0) },
            authorization: authorization.map(filled)
        )

        if case .admitted(let callback) = admission {
            #expect(callback.hasToken == isGood)
        } else {
            #expect(!isGood && admission == .unauthorized)
        }
    }

    /// Not taken for a callback without a token, which another policy may let in.
    @Test(arguments: ["token=", "token", "token=TOKEN&token=TOKEN", "token=TOKEN&token="])
    func refusesATokenThatIsEmptyOrThereTwice(query: String) throws {
        let intake = intake(SourcePolicy(requiresToken: false, tokenPlaces: [.query]))
        let token = keys.mint(try Sample.nonce())

        let admission = intake.admit(
            method: "POST",
            path: "/callbacks",
            peer: peer,
            forwardedFor: [],
            query: query.replacing("TOKEN", with: token)
        )

        #expect(admission == .unauthorized)
    }

    @Test(
        arguments: [
            (.basic, ["Basic dTpw"], true), (.basic, ["basic dTpw"], true), (.basic, ["BASIC  dTpw"], true),
            (.bearer, ["Bearer dTpw"], true),
            (.basic, [], false), (.basic, [""], false), (.basic, ["Basic"], false), (.basic, ["Basic "], false),
            (.basic, ["Basic dTpw", "Basic dTpw"], false), (.basic, ["Basic dTpw "], false),
            (.basic, ["Basic DTPW"], false),
            (.basic, ["Basic dTpw="], false), (.basic, ["Basic dTp"], false), (.basic, ["Bearer dTpw"], false),
            (.basic, ["dTpw"], false), (.basic, ["Basic\tdTpw"], false), (.basic, ["Basic u:p"], false),
            (.bearer, ["Basic dTpw"], false), (.bearer, ["Bearer dTpw,Bearer dTpw"], false),
        ] as [(SourceCredentials.Scheme, [String], Bool)]
    )
    func asksForCredentials(scheme: SourceCredentials.Scheme, authorization: [String], isGood: Bool) throws {
        let policy = SourcePolicy(credentials: SourceCredentials(scheme, value: "dTpw"))
        let admission = intake(policy).admit(
            method: "POST",
            path: "/callbacks/\(keys.mint(try Sample.nonce()))",
            peer: peer,
            forwardedFor: [],
            authorization: authorization
        )

        let refused = Admission.credentialsNeeded(challenge: "\(scheme.rawValue) realm=\"callbacks\"")
        #expect((admission == refused) == !isGood)
    }

    @Test(
        arguments: [
            (.any, nil, true), (.any, "ab", true), (.vouchedFor, nil, false), (.vouchedFor, "ab", true),
            (.listed(["ab"]), "ab", true), (.listed(["ab"]), "AB", false), (.listed(["ab"]), nil, false),
            (.listed(["ab"]), "", false), (.listed([]), "ab", false),
        ] as [(ClientCertificates, String?, Bool)]
    )
    func takesCallbacksWithKnownCertificatesOnly(policy: ClientCertificates, shown: String?, isAllowed: Bool) throws {
        let admission = intake(SourcePolicy(certificates: policy)).admit(
            method: "POST",
            path: "/callbacks/\(keys.mint(try Sample.nonce()))",
            peer: [192, 0, 2, 1],
            forwardedFor: [],
            certificate: shown
        )

        #expect((admission == .certificateNotAllowed) == !isAllowed)
    }
}
