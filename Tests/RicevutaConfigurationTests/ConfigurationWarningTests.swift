import Testing

@testable import RicevutaConfiguration

/// What works and is unsafe all the same.
@Suite("what a configuration is warned of")
struct ConfigurationWarningTests {
    private func warnings(_ lines: String, whole: Bool = false) throws -> [String] {
        let fixture = try ConfigurationFixture(whole ? lines : ConfigurationFixture.least + lines)
        return try fixture.load().warnings.map { "\($0.line):\($0.column) \($0.key): \($0.message)" }
    }

    private static let token = "token: {fromEnvironment: RICEVUTA_PROVIDER_TOKEN}"
    private static let keys = "tokens: {active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}}\n"

    @Test(
        "an API in clear text, unless it is on this machine",
        arguments: [
            ("http://example.com", true), ("http://192.0.2.1:80/x", true), ("http://[2001:db8::1]:80", true),
            ("http://localhost.example.com", true), ("http://10.0.0.1", true), ("https://example.com", false),
            ("http://127.0.0.1:8080", false), ("http://127.9.9.9", false), ("http://[::1]:80", false),
            ("http://localhost", false), ("http://api.localhost:1", false),
        ]
    )
    func provider(url: String, isUnsafe: Bool) throws {
        let text = "provider: {baseURL: \"\(url)\", \(Self.token)}\n" + Self.keys

        let warnings = try warnings(text, whole: true)

        #expect(warnings.count == (isUnsafe ? 1 : 0))
        if isUnsafe { #expect(warnings.first?.hasPrefix("1:21 provider.baseURL: is http: the API token") == true) }
    }

    @Test(
        "a sink in clear text, unless it is on this machine",
        arguments: [
            ("http://crm.example.com/", true), ("https://crm.example.com/", false), ("http://127.0.0.1:1/", false),
        ]
    )
    func sink(url: String, isUnsafe: Bool) throws {
        let secret = "secrets: [{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]"
        let networks = "allowedNetworks: [127.0.0.0/8]"

        let warnings = try warnings("sinks: [{name: a, type: http, url: \"\(url)\", \(networks), \(secret)}]")

        #expect(warnings.count == (isUnsafe ? 1 : 0))
        if isUnsafe { #expect(warnings.first?.hasPrefix("3:36 sinks[0].url: is http: notifications") == true) }
    }

    @Test(
        "an admin listener that others may reach",
        arguments: [
            ("0.0.0.0", true), ("::", true), ("192.0.2.1", true), ("2001:db8::1", true), ("admin.example.com", true),
            ("127.0.0.1", false), ("::1", false), ("localhost", false), ("10.1.2.3", false), ("192.168.0.1", false),
            ("fd00::1", false),
        ]
    )
    func admin(host: String, isUnsafe: Bool) throws {
        let warnings = try warnings("admin: {host: \"\(host)\"}")

        #expect(warnings.count == (isUnsafe ? 1 : 0))
        if isUnsafe { #expect(warnings.first?.hasPrefix("3:15 admin.host: is not a private address") == true) }
    }

    @Test("one secret for several keys, which no rotation would change")
    func keys() throws {
        let other = String(repeating: "another secret of enough bytes ", count: 2)
        let text = """
            provider: {\(Self.token)}
            tokens:
              active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}
              accepted: [{id: k0, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY_K0}}]
              retired: [{id: old, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY_OLD}}]

            """
        let fixture = try ConfigurationFixture(text)
        var environment = ConfigurationFixture.environment
        environment["RICEVUTA_TOKEN_KEY_K0"] = other

        let warnings = try fixture.load(environment).warnings

        #expect(warnings.map(\.line) == [5])
        #expect(warnings.map(\.key) == ["tokens.retired[0].secret"])
        #expect(warnings.map(\.message) == ["is the same secret as in an active key"])
        #expect(!warnings.description.contains(ConfigurationFixture.secret))
        environment["RICEVUTA_TOKEN_KEY_OLD"] = other + "!"
        #expect(try fixture.load(environment).warnings.isEmpty)
    }

    @Test("nothing in the least configuration")
    func least() throws { #expect(try warnings("") == []) }
}
