import BaseKit
import Pipeline
import RicevutaCore
import Testing

/// Which senders are let in, and which are held up.
@Suite struct IntakeSourceTests: IntakeSuite {
    let journal = FakeJournal()
    let keys: CallbackTokenKeys

    init() throws { keys = try Sample.keys() }

    @Test func limitsAnAddressThatGuesses() throws {
        let intake = intake()
        let guess: ([UInt8], String) -> Admission = { peer, path in
            intake.admit(path: path, peer: peer, forwardedFor: [])
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
        for _ in 0..<9 { _ = intake.admit(path: "/callbacks/wrong", peer: peer, forwardedFor: []) }

        #expect(try take(intake, path, "{}") == [.journal(.accepted(number: 1))])
    }

    @Test func looksAtNoPasswordsOfAnAddressThatGuesses() throws {
        let credentials = SourceCredentials(.bearer, value: "right")
        let intake = intake(SourcePolicy(credentials: credentials))
        let path = "/callbacks/\(keys.mint(try Sample.nonce()))"
        let guess: (String) -> Admission = { secret in
            intake.admit(
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

        let next = intake.admit(path: "/callbacks", peer: peer, forwardedFor: [])
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

        let admission = intake(policy).admit(path: path, peer: peer, forwardedFor: forwarded)

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
            path: "/callbacks/\(keys.mint(try Sample.nonce()))",
            peer: peer,
            forwardedFor: [],
            authorization: authorization
        )

        #expect((admission == .credentialsNeeded) == !isGood)
    }

    @Test(
        arguments: [
            (.any, nil, true), (.any, "ab", true), (.trusted, nil, false), (.trusted, "ab", true),
            (.listed(["ab"]), "ab", true), (.listed(["ab"]), "AB", false), (.listed(["ab"]), nil, false),
            (.listed(["ab"]), "", false), (.listed([]), "ab", false),
        ] as [(ClientCertificates, String?, Bool)]
    )
    func takesCallbacksWithKnownCertificatesOnly(policy: ClientCertificates, shown: String?, isAllowed: Bool) throws {
        let admission = intake(SourcePolicy(certificates: policy)).admit(
            path: "/callbacks/\(keys.mint(try Sample.nonce()))",
            peer: [192, 0, 2, 1],
            forwardedFor: [],
            certificate: shown
        )

        #expect((admission == .certificateNotAllowed) == !isAllowed)
    }
}
