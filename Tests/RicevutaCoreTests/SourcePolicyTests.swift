import BaseKit
import RicevutaCore
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
        Request(testDescription: "a hop with a port", forwarded: ["203.0.113.9:443"], origin: "203.0.113.9"),
        Request(testDescription: "IPv6 in brackets", forwarded: ["[2001:db8::9]"], origin: "2001:db8::9"),
        Request(testDescription: "IPv6 with a port", forwarded: ["[2001:db8::9]:443"], origin: "2001:db8::9"),
        Request(testDescription: "a proxy with a port", forwarded: ["203.0.113.9, 10.0.0.2:80"], origin: "203.0.113.9"),
        Request(testDescription: "a port of six digits", forwarded: ["203.0.113.9:123456"], origin: "10.0.0.1"),
        Request(testDescription: "a port that is none", forwarded: ["203.0.113.9:x"], origin: "10.0.0.1"),
        Request(testDescription: "a port that is missing", forwarded: ["203.0.113.9:"], origin: "10.0.0.1"),
        Request(testDescription: "IPv4 in brackets", forwarded: ["[203.0.113.9]"], origin: "10.0.0.1"),
        Request(testDescription: "brackets that stay open", forwarded: ["[2001:db8::9"], origin: "10.0.0.1"),
        Request(testDescription: "something behind the brackets", forwarded: ["[2001:db8::9]x"], origin: "10.0.0.1"),
        Request(testDescription: "spaces and tabs", forwarded: [" 203.0.113.9\t,\t10.0.0.2 "], origin: "203.0.113.9"),
        Request(testDescription: "empty hops", forwarded: ["203.0.113.9,,", ""], origin: "203.0.113.9"),
        Request(testDescription: "IPv6", forwarded: ["2001:db8::9, fd00::2"], origin: "2001:db8::9"),
        Request(testDescription: "a mapped hop", forwarded: ["::ffff:203.0.113.9"], origin: "203.0.113.9"),
    ]

    @Test(arguments: requests)
    func believesTrustedProxiesOnly(_ request: Request) throws {
        let policy = SourcePolicy(trustedProxies: try ranges("10.0.0.0/8", "fd00::/8"))

        let origin = policy.origin(peer: try bytes(request.peer), forwarded: request.forwarded)

        #expect(origin.address == (try bytes(request.origin)))
        #expect(origin.isProxy == policy.trusts(origin.address))
    }

    @Test func believesNobodyUnlessItIsTold() throws {
        let peer = try bytes("10.0.0.1")

        #expect(SourcePolicy().origin(peer: peer, forwarded: ["203.0.113.9"]).address == peer)
    }

    /// RFC 7239 §4 and §6 by example.
    static let standardRequests = [
        Request(testDescription: "IPv4", forwarded: ["for=203.0.113.9"], origin: "203.0.113.9"),
        Request(testDescription: "IPv4 with a port", forwarded: [#"for="203.0.113.9:47011""#], origin: "203.0.113.9"),
        Request(testDescription: "the same without quotes", forwarded: ["for=203.0.113.9:80"], origin: "203.0.113.9"),
        Request(testDescription: "IPv6", forwarded: [#"For="[2001:db8:cafe::17]""#], origin: "2001:db8:cafe::17"),
        Request(testDescription: "IPv6, port", forwarded: [#"For="[2001:db8::17]:4711""#], origin: "2001:db8::17"),
        Request(testDescription: "an obfuscated port", forwarded: [#"for="203.0.113.9:_p1""#], origin: "203.0.113.9"),
        Request(
            testDescription: "other parameters",
            forwarded: ["for=203.0.113.9;proto=http;by=10.0.0.9;host=x"],
            origin: "203.0.113.9"
        ),
        Request(
            testDescription: "for behind others, with blanks",
            forwarded: [#"proto=https ; host="a,b;c" ; FOR=203.0.113.9 , for=10.0.0.2"#],
            origin: "203.0.113.9"
        ),
        Request(testDescription: "two headers", forwarded: ["for=203.0.113.9", "for=10.0.0.2"], origin: "203.0.113.9"),
        Request(
            testDescription: "a forged hop in front of the true one",
            forwarded: ["for=198.51.100.1, for=203.0.113.9"],
            origin: "203.0.113.9"
        ),
        Request(testDescription: "escapes", forwarded: [#"for="203\.0.113.9""#], origin: "203.0.113.9"),
        Request(testDescription: "empty elements", forwarded: ["for=203.0.113.9,,", ""], origin: "203.0.113.9"),
        Request(testDescription: "unknown", forwarded: ["for=203.0.113.9, for=unknown"], origin: "10.0.0.1"),
        Request(testDescription: "a hidden name", forwarded: ["for=203.0.113.9, for=_gazonk"], origin: "10.0.0.1"),
        Request(testDescription: "no for", forwarded: ["for=203.0.113.9, proto=http"], origin: "10.0.0.1"),
        Request(testDescription: "for twice", forwarded: ["for=203.0.113.9;for=203.0.113.8"], origin: "10.0.0.1"),
        Request(testDescription: "open quotes", forwarded: [#"for="203.0.113.9"#], origin: "10.0.0.1"),
        Request(testDescription: "no value", forwarded: ["for="], origin: "10.0.0.1"),
        Request(testDescription: "the other header's form", forwarded: ["203.0.113.9"], origin: "10.0.0.1"),
    ]

    @Test(arguments: standardRequests)
    func readsTheStandardHeaderWhereItIsTold(_ request: Request) throws {
        let policy = SourcePolicy(trustedProxies: try ranges("10.0.0.0/8"), proxyHeader: .forwarded)

        let origin = policy.origin(peer: try bytes(request.peer), forwarded: request.forwarded)

        #expect(origin.address == (try bytes(request.origin)))
        #expect(origin.isUnreadable == (request.origin == request.peer))
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
