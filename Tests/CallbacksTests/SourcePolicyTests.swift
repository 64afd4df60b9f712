import Callbacks
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SourcePolicyTests {
    /// A connection with its headers, and the address it counts as.
    struct Request: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var peer = "10.0.0.1"
        var forwarded: [String] = []
        let origin: String
    }

    static let requests = [
        Request(testDescription: "no header", origin: "10.0.0.1"),
        Request(testDescription: "one proxy", forwarded: ["203.0.113.9"], origin: "203.0.113.9"),
        Request(testDescription: "two proxies", forwarded: ["203.0.113.9, 10.0.0.2"], origin: "203.0.113.9"),
        Request(testDescription: "two headers", forwarded: ["203.0.113.9", "10.0.0.2"], origin: "203.0.113.9"),
        Request(
            testDescription: "a forged hop in front of the true one",
            forwarded: ["198.51.100.1, 203.0.113.9"],
            origin: "203.0.113.9"
        ),
        Request(
            testDescription: "a header from someone who is no proxy",
            peer: "203.0.113.9",
            forwarded: ["10.0.0.2"],
            origin: "203.0.113.9"
        ),
        Request(testDescription: "only proxies", forwarded: ["10.0.0.3,10.0.0.2"], origin: "10.0.0.3"),
        Request(testDescription: "an unreadable hop", forwarded: ["203.0.113.9, unknown"], origin: "10.0.0.1"),
        Request(
            testDescription: "an unreadable hop behind a proxy",
            forwarded: ["unknown, 10.0.0.2"],
            origin: "10.0.0.2"
        ),
        Request(testDescription: "a hop with a port", forwarded: ["203.0.113.9:443"], origin: "10.0.0.1"),
        Request(testDescription: "spaces and tabs", forwarded: [" 203.0.113.9\t,\t10.0.0.2 "], origin: "203.0.113.9"),
        Request(testDescription: "empty hops", forwarded: ["203.0.113.9,,", ""], origin: "203.0.113.9"),
        Request(testDescription: "IPv6", forwarded: ["2001:db8::9, fd00::2"], origin: "2001:db8::9"),
        Request(testDescription: "a mapped hop", forwarded: ["::ffff:203.0.113.9"], origin: "203.0.113.9"),
    ]

    @Test(arguments: requests)
    func believesTrustedProxiesOnly(_ request: Request) throws {
        let policy = SourcePolicy(trustedProxies: try ranges("10.0.0.0/8", "fd00::/8"))

        let origin = policy.origin(peer: try bytes(request.peer), forwardedFor: request.forwarded)

        #expect(origin == (try bytes(request.origin)))
    }

    @Test func believesNobodyUnlessItIsTold() throws {
        let peer = try bytes("10.0.0.1")

        #expect(SourcePolicy().origin(peer: peer, forwardedFor: ["203.0.113.9"]) == peer)
    }

    @Test(
        arguments: [
            ([], "203.0.113.9", true), (["203.0.113.0/24"], "203.0.113.9", true),
            (["203.0.113.0/24"], "203.0.114.9", false), (["203.0.113.0/24", "::1"], "::1", true),
            (["203.0.113.0/24"], "2001:db8::9", false),
        ]
    )
    func takesCallbacksFromAllowedNetworks(networks: [String], address: String, isAllowed: Bool) throws {
        let policy = SourcePolicy(allowedNetworks: try networks.map { try #require(AddressRange($0)) })

        #expect(policy.allows(try bytes(address)) == isAllowed)
    }

    @Test func asksForATokenUnlessItIsTold() { #expect(SourcePolicy().requiresToken) }

    private func ranges(_ texts: String...) throws -> [AddressRange] {
        try texts.map { try #require(AddressRange($0)) }
    }

    private func bytes(_ text: String) throws -> [UInt8] { try #require(AddressRange.bytes(of: text)) }
}
