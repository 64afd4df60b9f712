import Pipeline
import RicevutaCore
import Testing

/// Where a token may stand, and how it may be written there.
@Suite struct IntakeTokenTests: IntakeSuite {
    let journal = FakeJournal()
    let keys: CallbackTokenKeys

    init() throws { keys = try Sample.keys() }

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

        #expect(try take(intake(), path, "{}") == [.journal(.accepted(number: 1))])
        #expect(journal.recorded.first?.nonce == (try Sample.nonce()))
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

        let admission = intake().admit(path: path, peer: peer, forwardedFor: [])

        #expect(admission == .unauthorized)
    }

    @Test(arguments: ["/Callbacks/TOKEN", "/%63allbacks/TOKEN", "/callbacks%2FTOKEN", "//callbacks/TOKEN"])
    func hasNoOtherPlaceForCallbacks(form: String) throws {
        let path = form.replacing("TOKEN", with: keys.mint(try Sample.nonce()))

        #expect(CallbackPath.token(in: path) == nil)
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
            path: "/callbacks",
            peer: peer,
            forwardedFor: [],
            query: query.replacing("TOKEN", with: token)
        )

        #expect(admission == .unauthorized)
    }
}
