import FoundationEssentials
import Sinks
import Testing

@testable import RicevutaConfiguration

/// A file, and the start of the one problem that it has.
struct Refusal: CustomTestStringConvertible, Sendable {
    var yaml: String
    var problem: String
    var testDescription: String { problem }

    /// The lines go below the two lines that every file needs: the first of them is line 3.
    init(_ lines: String, _ problem: String) {
        yaml = ConfigurationFixture.least + lines
        self.problem = problem
    }

    init(whole yaml: String, _ problem: String) {
        self.yaml = yaml
        self.problem = problem
    }
}

@Suite("what a configuration is refused for")
struct ConfigurationRefusalTests {
    @Test(
        "unknown keys, with the one that was meant",
        arguments: [
            Refusal("lisener: {}", "3:1 lisener: unknown key; did you mean listener?"),
            Refusal("listener:\n  prot: 1", "4:3 listener.prot: unknown key; did you mean port?"),
            Refusal(
                "listener: {host: \"::1\", maxbodybytes: 1MiB}",
                "3:25 listener.maxbodybytes: unknown key; did you"
            ),
            Refusal("maxBodyBytes: 1MiB", "3:1 maxBodyBytes: unknown key here; did you mean listener.maxBodyBytes?"),
            Refusal("source:\n  port: 1", "4:3 source.port: unknown key here; did you mean listener.port?"),
            Refusal("log: {colour: blue}", "3:7 log.colour: unknown key; expected one of level, format"),
            Refusal(
                "sinks: [{name: a, type: directory, path: x, tempate: y}]",
                "3:45 sinks[0].tempate: unknown key; did you mean template?"
            ),
            Refusal("\"two words\": 1", "3:1 ?: unknown key; expected one of"),
            Refusal("<<: {}", "3:1 <<: merge keys are not supported"),
            Refusal("caffè: 1", "3:1 caffè: unknown key; expected one of"),
        ]
    )
    func unknownKeys(_ refusal: Refusal) throws { try expect(refusal) }

    @Test(
        "values of the wrong type or out of range",
        arguments: [
            Refusal("listener: {port: many}", "3:18 listener.port: expected a whole number from 0 to 65535"),
            Refusal("listener: {port: \"80\"}", "3:18 listener.port: expected a whole number"),
            Refusal("listener: {port: 65536}", "3:18 listener.port: expected a whole number"),
            Refusal("listener: {port: [80]}", "3:18 listener.port: expected a whole number"),
            Refusal("listener:\n  port:\n  host: ::1", "4:3 listener.port: has no value; expected a whole"),
            Refusal("listener: 8080", "3:11 listener: expected a section with the keys host, port"),
            Refusal("orders: {dailyLimit: 50}", "3:22 orders.dailyLimit: expected an amount in euro, such as 50.00"),
            Refusal("orders: {dailyLimit: 1.005 EUR}", "3:22 orders.dailyLimit: expected an amount in euro"),
            Refusal("orders: {dailyLimit: -1 EUR}", "3:22 orders.dailyLimit: expected an amount in euro"),
            Refusal("listener: {host: \"a b\"}", "3:18 listener.host: expected an IP address, such as"),
            Refusal("listener: {publicURL: example.com}", "3:23 listener.publicURL: expected an http"),
            Refusal("listener: {publicURL: \"https://u:p@h/\"}", "3:23 listener.publicURL: expected an http"),
            Refusal("listener: {maxBodyBytes: 8MB}", "3:26 listener.maxBodyBytes: expected a size in bytes or with"),
            Refusal("listener: {maxBodyBytes: 10}", "3:26 listener.maxBodyBytes: expected a size in bytes or with"),
            Refusal("listener: {idleTimeout: 30}", "3:25 listener.idleTimeout: expected a duration with a unit"),
            Refusal("listener: {idleTimeout: 2d}", "3:25 listener.idleTimeout: expected a duration with a unit"),
            Refusal("admin: {linkLifetime: 400d}", "3:23 admin.linkLifetime: expected a duration"),
            Refusal(
                "source: {token: optinal}",
                "3:17 source.token: expected one of required, optional; did you mean opt"
            ),
            Refusal(
                "source: {clientFingerprints: [ab]}",
                "3:31 source.clientFingerprints[0]: expected a certificate's SHA-256"
            ),
            Refusal("source: {allowedNetworks: 10.0.0.0/8}", "3:27 source.allowedNetworks: expected a list"),
            Refusal(
                "source: {allowedNetworks: [10.0.0.1/8]}",
                "3:28 source.allowedNetworks[0]: expected a CIDR block without host bits; did you mean 10.0.0.0/8?"
            ),
            Refusal("source: {allowedNetworks: [10.0.0.0/33]}", "3:28 source.allowedNetworks[0]: expected an IP addr"),
            Refusal("listener: {port: 08080}", "3:18 listener.port: expected a whole number from 0 to 65535, without"),
            Refusal("listener: {port: +80}", "3:18 listener.port: expected a whole number from 0 to 65535, without"),
            Refusal("listener: {host: localhost}", "3:18 listener.host: expected 127.0.0.1 or ::1: a listener needs"),
            Refusal("listener: {host: example.com}", "3:18 listener.host: expected an IP address, not a host name"),
            Refusal("admin: {host: localhost}", "3:15 admin.host: expected 127.0.0.1 or ::1: a listener needs an IP"),
            Refusal("listener: {publicURL: \"https://x.example/?a=b\"}", "3:23 listener.publicURL: expected an http"),
            Refusal("listener: {publicURL: \"https://x.example/#a\"}", "3:23 listener.publicURL: expected an http"),
            Refusal("admin: {publicURL: \"https://x.example/?\"}", "3:20 admin.publicURL: expected an http:// or"),
            Refusal("dataDirectory: ~/data", "3:16 dataDirectory: expected a path written out: ~ and variables are"),
            Refusal("dataDirectory: $HOME/data", "3:16 dataDirectory: expected a path written out"),
            Refusal("log: {level: inf}", "3:14 log.level: expected one of trace"),
            Refusal("log: {level: warn}", "3:14 log.level: \(Self.levels); did you mean warning?"),
            Refusal("sinks: {}", "3:8 sinks: expected a list"),
            Refusal("sinks: [folder]", "3:9 sinks[0]: expected a section with the keys name, type"),
            Refusal(
                "sinks: [{name: A B, type: directory, path: x}]",
                "3:16 sinks[0].name: expected 1 to 64 characters of a-z, 0-9, - and _"
            ),
            Refusal(
                "sinks: [{name: a, type: directory, path: x, types: [order.udpated]}]",
                "3:53 sinks[0].types[0]: expected one of order.updated, document.available, order.cancelled, "
                    + "order.late, order.choice_needed; did you mean order.updated?"
            ),
        ]
    )
    func wrongValues(_ refusal: Refusal) throws { try expect(refusal) }

    @Test(
        "combinations that cannot work",
        arguments: [
            Refusal("listener: {port: 8081}", "1:1 admin.port: is the same as listener.port"),
            Refusal("listener: {port: 9}\nadmin: {port: 9}", "4:15 admin.port: is the same as listener.port"),
            Refusal(
                "listener: {port: 9, host: 0.0.0.0}\nadmin: {port: 9}",
                "4:15 admin.port: is the same as listener.port"
            ),
            Refusal("listener: {tls: {certificate: a}}", "3:17 listener.tls.privateKey: missing; expected a path"),
            Refusal("listener: {tls: {privateKey: a}}", "3:17 listener.tls.certificate: missing; expected a path"),
            Refusal("listener: {maxConnectionsPerAddress: 1001}", "3:38 listener.maxConnectionsPerAddress: is greater"),
            Refusal(
                "listener: {healthPath: /callbacks/x}",
                "3:24 listener.healthPath: conflicts with the callback path"
            ),
            Refusal("source: {token: optional}", "3:17 source.token: needs allowedNetworks, clientCertificate or cred"),
            Refusal(
                "source: {tokenIn: [header], credentials: {secret: {fromEnvironment: RICEVUTA_PROVIDER_TOKEN}}}",
                "3:19 source.tokenIn: 'header' conflicts with source.credentials"
            ),
            Refusal("source: {clientCertificate: required}", "3:29 source.clientCertificate: needs listener.tls.cl"),
            Refusal("reconciliation: {maxInterval: 1m}", "3:31 reconciliation.maxInterval: is shorter than recon"),
            Refusal("retention: {callbacks: 1d}", "3:24 retention.callbacks: is shorter than retention.bodies"),
            Refusal("delivery: {firstDelay: 7h}", "3:11 delivery.maxDelay: is shorter than delivery.firstDelay"),
            Refusal("sinks: [{name: a, type: http, secrets: [\(Self.webhookSecret)]}]", "3:9 sinks[0].url: missing"),
            Refusal("sinks: [{name: a, type: http, url: \"http://h/\"}]", "3:9 sinks[0].secrets: missing"),
            Refusal(
                "sinks: [{name: a, type: http, url: \"http://h/\", secrets: []}]",
                "3:58 sinks[0].secrets: needs at least 1 element"
            ),
            Refusal(
                "sinks: [{name: a, type: http, url: \"http://h:0/\", secrets: [\(Self.webhookSecret)]}]",
                "3:36 sinks[0].url: expected a port from 1 to 65535 in the address"
            ),
            Refusal(
                "sinks: [{name: a, type: http, url: \"http://[::1]:99999/x\", secrets: [\(Self.webhookSecret)]}]",
                "3:36 sinks[0].url: expected a port from 1 to 65535 in the address"
            ),
            Refusal("sinks: [{name: a, type: directory}]", "3:9 sinks[0].path: missing; expected a path"),
            Refusal("sinks: [{name: a}]", "3:9 sinks[0].type: missing; expected one of directory, http"),
            Refusal("sinks: [{name: a, type: ftp}]", "3:25 sinks[0].type: expected one of directory, http"),
            Refusal(
                "sinks: [{name: a, type: webhook, url: \"http://127.0.0.1:1/\", secrets: [\(Self.webhookSecret)]}]",
                "3:25 sinks[0].type: expected one of directory, http; did you mean http?"
            ),
            Refusal(
                "sinks: [{name: a, type: http, url: \"http://127.0.0.1:1/\", secrets: [\(Self.webhookSecret)], "
                    + "allowedNetworks: [10.0.0.1/8]}]",
                "3:132 sinks[0].allowedNetworks[0]: expected a CIDR block"
            ),
            Refusal(
                "sinks: [{name: a, type: http, url: \"http://192.0.2.1/\", secrets: [\(Self.webhookSecret)]}]",
                "3:36 sinks[0].url: the sink's URL resolves to 192.0.2.1, outside its allowedNetworks"
            ),
            Refusal(
                "sinks: [{name: a, type: http, url: \"http://localhost:1/\", secrets: [\(Self.webhookSecret)], "
                    + "allowedNetworks: [10.0.0.0/8]}]",
                "3:36 sinks[0].url: the sink's URL resolves to localhost, outside its allowedNetworks"
            ),
            Refusal(
                "sinks: [{name: a, type: directory, path: x, template: all}]",
                "3:55 sinks[0].template: gives every order the same file name; add {order} or {notification}"
            ),
            Refusal(
                "dataDirectory: ./documents\nsinks: [{name: a, type: directory, path: documents/x/..}]",
                "4:42 sinks[0].path: is the same directory as dataDirectory"
            ),
            Refusal(
                "dataDirectory: ./documents/data\nsinks: [{name: a, type: directory, path: ./documents}]",
                "4:42 sinks[0].path: contains dataDirectory"
            ),
            Refusal("sinks: [{name: a, type: directory, path: ~/x}]", "3:42 sinks[0].path: expected a path written"),
            Refusal(
                "sinks: [{name: a, type: directory, path: x, url: \"http://h/\"}]",
                "3:45 sinks[0].url: is valid for type http only, not for type directory"
            ),
            Refusal(
                "sinks:\n  - {name: a, type: directory, path: x}\n  - {name: a, type: directory, path: y}",
                "5:12 sinks[1].name: duplicate sink name"
            ),
            Refusal(
                whole: """
                    provider: {token: \(Self.secret)}
                    tokens:
                      active: {id: k1, secret: \(Self.secret)}
                      retired: [{id: k1, secret: \(Self.secret)}]
                    """,
                "4:18 tokens.retired[0].id: duplicate token key id"
            ),
        ]
    )
    func combinations(_ refusal: Refusal) throws { try expect(refusal) }

    @Test(
        "files that are no configuration at all",
        arguments: [
            Refusal(whole: "", "0:0 : the file is empty"),
            Refusal(whole: "# only a comment\n", "0:0 : the file is empty"),
            Refusal(whole: "- a\n", "1:1 : expected a section with the keys dataDirectory, listener"),
            Refusal(whole: "just text", "1:1 : expected a section with the keys"),
            Refusal("listener: {port: 1", "4:1 : invalid YAML: "),
            Refusal("listener:\n\tport: 1", "4:1 : invalid YAML: found character that cannot start any token"),
            Refusal("log: {level: info}\nlog: {level: info}", "4:1 : duplicate key log; first at 3:1"),
            Refusal("log: {level: info, \"level\": info}", "3:20 : duplicate key level; first at 3:7"),
            Refusal("x: {a: 1, a: 2}", "3:11 : duplicate key; first at 3:5"),
            Refusal("log: {level: \"info}\n", "3:14 : invalid YAML: the quote that starts here is not closed"),
            Refusal("log: {level: info}\n---\nlog: {}", "4:1 : invalid YAML: "),
        ]
    )
    func noConfiguration(_ refusal: Refusal) throws { try expect(refusal) }

    @Test("every key that stands twice is told, with the place of the first")
    func duplicates() throws {
        let fixture = try ConfigurationFixture(
            """
            listener: {port: 1, host: "::1", port: 2, port: 3}
            sinks:
              - name: a
                url: "http://h/?name:1"
                name: b
            listener:
              port: 4
            """
        )
        #expect(
            fixture.refusals() == [
                "1:34 : duplicate key port; first at 1:12", "1:43 : duplicate key port; first at 1:12",
                "5:5 : duplicate key name; first at 3:5", "6:1 : duplicate key listener; first at 1:1",
            ]
        )
    }

    @Test("a file may begin with a byte order mark and have lines that end in CR LF")
    func byteOrderMark() throws {
        let least = ConfigurationFixture.least.replacing("\n", with: "\r\n")
        #expect(try ConfigurationFixture("\u{FEFF}" + least).refusals() == [])
        let wrong = try ConfigurationFixture("\u{FEFF}lisener: {}\r\n" + least).refusals()
        #expect(wrong == ["1:1 lisener: unknown key; did you mean listener?"])
    }

    @Test("a missing file says how to get one")
    func missingFile() throws {
        let fixture = try ConfigurationFixture("")
        let path = fixture.directory + "/none.yaml"
        let failure = try #require(throws: ConfigurationFailure.self) {
            try Configuration.load(path, environment: [:], sinkTypes: SinkTypes.all)
        }
        #expect(
            failure.description
                == "\(path): file not found; `ricevuta init` writes a ricevuta.yaml"
        )
    }

    @Test("everything that is wrong comes at once, in the order of the file")
    func allAtOnce() throws {
        let fixture = try ConfigurationFixture(
            """
            log: {level: loud}
            listener:
              prt: 1
              idleTimeout: soon
            reconciliation: {firstInterval: 2h}
            """
        )
        let places = fixture.refusals().map { $0.prefix { $0 != " " } + " " + $0.split(separator: " ")[1] }
        #expect(
            places == [
                "1:1 provider.token:", "1:1 tokens.active.id:", "1:1 tokens.active.secret:", "1:14 log.level:",
                "3:3 listener.prt:", "4:16 listener.idleTimeout:", "5:17 reconciliation.maxInterval:",
            ]
        )
    }

    @Test(
        "every problem in a file is somewhere in it, never at 0:0",
        arguments: [
            "a: [", "a: b: c", "\ta: 1", "{", "- 1", "7", "&a *a", "a: 1\na: 2", "a: *none", "%YAML 9.9\n---\na: 1",
            "!!x y",
            "a: !t {b}", "---\na: 1\n---\nb: 2", "a: \"\\q\"", "sinks: [{}]", "tokens: {active: {}}", "sinks:\n  - ~\n",
            "provider: {token: {fromFile: none}}", "? a\n: {b: c}", "a: \u{1}",
        ]
    )
    func places(_ yaml: String) throws {
        let fixture = try ConfigurationFixture(yaml)
        let failure = try #require(throws: ConfigurationFailure.self) { try fixture.load() }
        for problem in failure.problems {
            #expect(problem.line >= 1 && problem.column >= 1, "\(problem)")
        }
        #expect(!"\(failure)".contains(":0:"))
    }

    @Test("a problem prints as file, line, column, key and message")
    func description() throws {
        let fixture = try ConfigurationFixture(ConfigurationFixture.least + "log: {levle: info}")
        let failure = try #require(throws: ConfigurationFailure.self) {
            try Configuration.load(
                fixture.path,
                environment: ConfigurationFixture.environment,
                sinkTypes: SinkTypes.all
            )
        }
        #expect(failure.description == "\(fixture.path):3:7: log.levle: unknown key; did you mean level?")
    }

    private static let levels = "expected one of trace, debug, info, notice, warning, error, critical"
    private static let webhookSecret = "{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}"
    private static let secret = "{fromEnvironment: RICEVUTA_TOKEN_KEY}"

    private func expect(_ refusal: Refusal) throws {
        let refusals = try ConfigurationFixture(refusal.yaml).refusals()
        #expect(refusals.count == 1, "\(refusals)")
        #expect(refusals.first?.hasPrefix(refusal.problem) == true, "\(refusals)")
    }
}
