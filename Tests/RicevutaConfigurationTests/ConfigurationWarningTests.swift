import Testing

@testable import RicevutaConfiguration

/// What works and is unsafe all the same.
@Suite("what a configuration is warned of")
struct ConfigurationWarningTests {
    private func warnings(_ lines: String, whole: Bool = false) throws -> [String] {
        let fixture = try ConfigurationFixture(whole ? lines : ConfigurationFixture.least + lines)
        return try fixture.load().warnings.map { "\($0.line):\($0.column) \($0.key): \($0.message)" }
    }

    @Test(
        "callbacks in clear text, or sent where the provider cannot reach",
        arguments: [
            ("http://x.example", "is http"), ("http://10.0.0.1/", "is http"), ("https://x.example/a", nil),
            ("http://127.0.0.1:1", "leads to this machine only"), ("https://localhost", "leads to this machine only"),
        ] as [(String, String?)]
    )
    func publicURL(url: String, warning: String?) throws {
        let warnings = try warnings("listener: {publicURL: \"\(url)\"}")

        #expect(warnings.count == (warning == nil ? 0 : 1))
        let start = "3:23 listener.publicURL: \(warning ?? "")"
        #expect(warnings.allSatisfy { $0.hasPrefix(start) }, "\(warnings)")
    }

    @Test("a provider on this machine may call this machine")
    func sandboxed() throws {
        let text = "provider: {baseURL: \"http://127.0.0.1:1\", \(Self.token)}\n" + Self.keys
        #expect(try warnings(text + "listener: {publicURL: \"http://127.0.0.1:2\"}", whole: true) == [])
    }

    @Test("folders that get into each other's way")
    func folders() throws {
        let text = """
            dataDirectory: data
            sinks:
              - {name: a, type: directory, path: x}
              - {name: b, type: directory, path: ./x/}
              - {name: c, type: directory, path: x/y}
              - {name: d, type: directory, path: data/out}
              - {name: e, type: directory, path: xy, template: "{name}"}
            """

        #expect(
            try warnings(text) == [
                "6:38 sinks[1].path: is the same folder as sinks[0].path: their files mix",
                "7:38 sinks[2].path: and sinks[0].path lie within each other: their files may mix",
                "8:38 sinks[3].path: is in dataDirectory, which nobody but the service may enter",
                "9:52 sinks[4].template: may give two orders the same file name, which then get numbers; add {order}",
            ]
        )
    }

    @Test("an interval that another one overrules")
    func intervals() throws {
        #expect(
            try warnings("reconciliation: {firstInterval: 1m, minReadBackInterval: 2m}")
                == ["3:58 \(Self.least): is longer than firstInterval: the first polls wait for it"]
        )
        #expect(
            try warnings("reconciliation: {firstInterval: 1s}")
                == ["3:33 \(Self.first): is shorter than minReadBackInterval, which holds for polls, too"]
        )
    }

    private static let least = "reconciliation.minReadBackInterval"
    private static let first = "reconciliation.firstInterval"

    @Test("an endpoint elsewhere that may not be connected to", arguments: [true, false])
    func unreachable(isAllowed: Bool) throws {
        let secret = "secrets: [{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]"
        let networks = isAllowed ? ", allowedNetworks: [192.0.2.0/24]" : ""

        let url = "https://crm.example.com/"
        let text = "sinks: [{name: a, type: http, url: \"\(url)\", \(secret)\(networks)}]"
        let warnings = try warnings("\(text)\n\(Self.reachable)")

        let isWarned = warnings.map { $0.hasPrefix("3:36 sinks[0].url: is another machine's name") }
        #expect(isWarned == (isAllowed ? [] : [true]))
    }

    @Test("a key for two purposes")
    func linkKey() throws {
        let warnings = try warnings("admin: {linkKey: {fromEnvironment: RICEVUTA_LINK_KEY}}")

        #expect(warnings == ["3:18 admin.linkKey: is the same secret as in an active key"])
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

    private static let reachable = "admin: {publicURL: \"https://documents.example.com\"}"

    @Test(
        "links to documents that another machine cannot follow",
        arguments: [
            ("https://crm.example.com/", "", true), ("https://crm.example.com/", "admin: {host: 0.0.0.0}", true),
            ("https://crm.example.com/", "admin: {host: 10.0.0.1}", false),
            ("https://crm.example.com/", reachable, false),
            ("http://127.0.0.1:1/", "", false), ("http://localhost:1/", "", false),
        ]
    )
    func links(url: String, admin: String, isLost: Bool) throws {
        let secret = "secrets: [{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]"
        let keys = "allowedNetworks: [127.0.0.0/8, 0.0.0.0/0], \(secret)"
        for types in ["", "types: [document.available], ", "types: [order.updated], "] {
            let text = "sinks: [{name: a, type: http, url: \"\(url)\", \(types)\(keys)}]\n\(admin)"

            let found = try warnings(text).filter { $0.contains("set admin.publicURL") }

            #expect(found.count == (isLost && !types.contains("updated") ? 1 : 0), "\(types)")
            #expect(found.allSatisfy { $0.hasPrefix("3:36 sinks[0].url: is another machine") })
        }
    }

    @Test(
        "a sink in clear text, unless it is on this machine",
        arguments: [
            ("http://crm.example.com/", true), ("https://crm.example.com/", false), ("http://127.0.0.1:1/", false),
        ]
    )
    func sink(url: String, isUnsafe: Bool) throws {
        let secret = "secrets: [{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]"
        let networks = "allowedNetworks: [127.0.0.0/8, 0.0.0.0/0]"

        let text = "sinks: [{name: a, type: http, url: \"\(url)\", \(networks), \(secret)}]"
        let warnings = try warnings("\(text)\n\(Self.reachable)")

        #expect(warnings.count == (isUnsafe ? 1 : 0))
        if isUnsafe { #expect(warnings.first?.hasPrefix("3:36 sinks[0].url: is http: notifications") == true) }
    }

    @Test(
        "an admin listener that others may reach",
        arguments: [
            ("0.0.0.0", true), ("::", true), ("192.0.2.1", true), ("2001:db8::1", true),
            ("127.0.0.1", false), ("::1", false), ("10.1.2.3", false), ("192.168.0.1", false),
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
