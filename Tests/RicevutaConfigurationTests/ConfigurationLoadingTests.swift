import BaseKit
import FoundationEssentials
import RicevutaCore
import Sinks
import Testing
import Visengine

@testable import RicevutaConfiguration

@Suite("loading a configuration")
struct ConfigurationLoadingTests {
    @Test("the example and the shortest file both give the defaults", arguments: [true, false])
    func defaults(isExample: Bool) throws {
        let yaml = isExample ? ConfigurationDocument.example(sinkTypes: SinkTypes.all) : ConfigurationFixture.least
        let fixture = try ConfigurationFixture(yaml)
        let configuration = try fixture.load()

        #expect(configuration.dataDirectory == fixture.directory + "/data")
        let listener = configuration.listener
        #expect(listener.host == "127.0.0.1" && listener.port == 8080)
        #expect(listener.publicURL == nil && listener.tls == nil)
        #expect(listener.maxBodyBytes == 8 << 20 && listener.maxHeaderBytes == 32 << 10)
        #expect(listener.maxConnections == 1000 && listener.maxConnectionsPerAddress == 64)
        // nginx keeps a connection that nobody uses for 60 s: ours has to be the one that waits longer.
        #expect(listener.idleTimeout == .seconds(75) && listener.requestDeadline == .seconds(60))
        #expect(listener.headDeadline == .seconds(10) && listener.healthPath == nil)
        let admin = configuration.admin
        #expect(admin.host == "127.0.0.1" && admin.port == 8081 && admin.publicURL == nil && admin.linkKey == nil)
        #expect(admin.hostNames.isEmpty)
        #expect(admin.linkLifetime == .seconds(7 * 86_400))
        let provider = configuration.provider
        #expect(provider.baseURL == "https://visengine2.altravia.com" && provider.documentPath == "/documento")
        #expect(provider.token.text == ConfigurationFixture.secret)
        #expect(provider.timeLimit == .seconds(30) && provider.requestsPerSecond == 10)
        #expect(configuration.tokens.keyIDs == ["k1"])
        #expect(configuration.source == SourcePolicy())
        #expect(configuration.reconciliation == ReconciliationSchedule())
        #expect(configuration.maxDocumentBytes == 1 << 30)
        #expect(configuration.delivery == DeliveryRetryPolicy())
        #expect(configuration.sinks.isEmpty)
        #expect(configuration.log.level == "info" && configuration.log.format == .auto)
    }

    @Test("the example with every # taken away is good too, and has every key")
    func everythingSwitchedOn() throws {
        let lines: [String] = ConfigurationDocument.example(sinkTypes: SinkTypes.all).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        // Twice, since a section that is optional has keys that are.
        .map { Self.switchedOn(Self.switchedOn(String($0))) }
        let configuration = try ConfigurationFixture(lines.joined(separator: "\n")).load()

        #expect(configuration.listener.publicURL == "https://callbacks.example.com")
        #expect(configuration.listener.tls?.certificate.hasSuffix("/tls/certificate.pem") == true)
        #expect(configuration.admin.linkKey?.bytes.count == ConfigurationFixture.secret.utf8.count)
        #expect(configuration.tokens.keyIDs == ["k1", "k0", "old"])
        #expect(configuration.sinks.map(\.name.rawValue) == ["directory", "http"])
        for key in UnknownKey.paths(ConfigurationTable(sinkTypes: SinkTypes.all).keys, below: "") {
            #expect(lines.contains { $0.contains(" \(key.name):") || $0.hasPrefix("\(key.name):") }, "\(key.path)")
        }
    }

    private static func switchedOn(_ line: String) -> String {
        // A comment is "# " and a word; what is commented out follows the # at once or after two spaces.
        let indentation = line.prefix { $0 == " " }
        let rest = line.dropFirst(indentation.count)
        guard rest.hasPrefix("#"), !rest.hasPrefix("# ") || rest.hasPrefix("#  ") else { return line }
        return String(indentation) + String(rest.dropFirst())
    }

    @Test("every key reaches its place")
    func everyKey() throws {
        let fixture = try ConfigurationFixture(Self.everything)
        let configuration = try fixture.load()
        #expect(configuration.dataDirectory == "/var/lib/ricevuta")
        let listener = configuration.listener
        #expect(listener.host == "::" && listener.port == 0 && listener.publicURL == "https://in.example.com/hooks")
        #expect(listener.tls?.certificate == fixture.directory + "/c.pem" && listener.tls?.privateKey == "/k.pem")
        #expect(listener.maxBodyBytes == 1 << 20 && listener.maxHeaderBytes == 2048)
        #expect(listener.maxConnections == 50 && listener.maxConnectionsPerAddress == 5)
        #expect(listener.idleTimeout == .seconds(5) && listener.requestDeadline == .milliseconds(1500))
        #expect(listener.headDeadline == .seconds(2) && listener.healthPath == "/alive")
        #expect(configuration.admin.hostNames == ["prometheus.internal"])
        #expect(configuration.admin.host == "127.0.0.2" && configuration.admin.port == 0)
        #expect(
            configuration.admin.publicURL == "http://127.0.0.1:9" && configuration.admin.linkLifetime == .seconds(60)
        )
        #expect(
            configuration.provider.baseURL == "http://127.0.0.1:7000" && configuration.provider.requestsPerSecond == 2.5
        )
        #expect(configuration.provider.documentPath == "/doc" && configuration.provider.timeLimit == .milliseconds(500))
        #expect(configuration.dailyLimit == Price(thousandths: 50_500))
        #expect(configuration.source.requiresToken == false)
        #expect(configuration.source.allowedNetworks == [AddressRange("10.0.0.0/8")])
        #expect(configuration.source.trustedProxies == [AddressRange("::1")])
        #expect(configuration.source.proxyHeader == .forwarded)
        #expect(configuration.reconciliation.firstInterval == .seconds(1))
        #expect(configuration.reconciliation.maxInterval == .seconds(2))
        #expect(configuration.reconciliation.minReadBackInterval == .zero)
        #expect(configuration.reconciliation.callbackGrace == .seconds(4))
        #expect(configuration.minFreeBytes == 2 << 30)
        #expect(configuration.journal.keep == .seconds(3 * 86_400) && configuration.journal.keepBytes == 1 << 20)
        #expect(configuration.maxDocumentBytes == 4096)
        #expect(
            configuration.delivery
                == DeliveryRetryPolicy(maxAttempts: 3, firstDelay: .seconds(1), maxDelay: .seconds(9))
        )
        #expect(configuration.log.level == "debug" && configuration.log.format == .text)

        let folder = try #require(configuration.sinks.first)
        #expect(folder.filter.types == [.documentAvailable] && folder.filter.items.map(\.rawValue) == ["abc"])
        #expect(folder.filter.orders.map(\.rawValue) == ["12345e67"])
        #expect(folder.limits == SinkLimits(timeLimit: .seconds(2), concurrency: 1))
        #expect(folder.type.name == "directory" && folder.settings.text("path") == fixture.directory + "/out")
        #expect(folder.settings.text("template") == "{itemName}/{order}-{type}")
        let hook = try #require(configuration.sinks.last)
        let settings = hook.settings
        #expect(hook.type.name == "http" && settings.text("url") == "https://hooks.example.com/a?b=c")
        #expect(settings.secrets("secrets").count == 2 && settings.integer("inlineUpTo") == 0)
        #expect(settings.texts("allowedNetworks").count == 2 && hook.filter == DeliveryFilter())
        #expect(hook.limits == SinkLimits())
    }

    @Test("nothing below a section or a list is nothing", arguments: ["sinks:", "listener:", "listener: {tls: }"])
    func empty(_ line: String) throws {
        let configuration = try ConfigurationFixture(ConfigurationFixture.least + line).load()
        #expect(configuration.sinks.isEmpty && configuration.listener.tls == nil)
    }

    @Test(
        "relative paths start at the file's directory",
        arguments: [
            ("data", "/etc/r/data"), ("./data", "/etc/r/data"), (".//./data", "/etc/r/data"), (".", "/etc/r"),
            ("./", "/etc/r"), ("../x", "/etc/r/../x"), ("/var", "/var"),
        ]
    )
    func paths(_ path: String, _ absolute: String) {
        #expect(PathResolution.absolute(path, in: "/etc/r") == absolute)
    }

    @Test("a file's directory is absolute")
    func directory() {
        let current = FileManager.default.currentDirectoryPath
        #expect(PathResolution.directory(of: "/etc/r/c.yaml") == "/etc/r")
        #expect(PathResolution.directory(of: "/c.yaml") == "/")
        #expect(PathResolution.directory(of: "c.yaml") == current)
        #expect(PathResolution.directory(of: "./a/c.yaml") == "\(current)/a")
    }

    private static let everything = """
        dataDirectory: /var/lib/ricevuta
        listener:
          {host: "::", port: 0, publicURL: "https://in.example.com/hooks/",
           tls: {certificate: c.pem, privateKey: /k.pem, clientAuthorities: ca.pem, reloadInterval: 1m},
           maxBodyBytes: 1MiB, maxHeaderBytes: 2048, maxConnections: 50, maxConnectionsPerAddress: 5, idleTimeout: 5s,
           headDeadline: 2s, requestDeadline: 1500ms, healthPath: /alive}
        admin:
          {host: 127.0.0.2, port: 0, hostNames: [prometheus.internal], publicURL: "http://127.0.0.1:9",
           linkLifetime: 1m}
        provider:
          baseURL: http://127.0.0.1:7000/
          token: {fromEnvironment: RICEVUTA_PROVIDER_TOKEN}
          documentPath: /doc
          timeLimit: 500ms
          requestsPerSecond: 2.5
        orders: {dailyLimit: 50.5 EUR}
        tokens: {active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}}
        source: {token: optional, tokenIn: [query],
          credentials: {user: u, secret: {fromEnvironment: RICEVUTA_PROVIDER_TOKEN}},
          clientCertificate: required, clientFingerprints: ["\(String(repeating: "AB:", count: 31))CD"],
          allowedNetworks: [10.0.0.0/8], trustedProxies: ["::1"], proxyHeader: forwarded}
        reconciliation: {firstInterval: 1s, maxInterval: 2s, minReadBackInterval: 0s, callbackGrace: 4s}
        storage: {minFreeBytes: 2GiB}
        journal: {keep: 3d, keepBytes: 1MiB}
        archive: {maxDocumentBytes: 4KiB}
        retention: {bodies: 1d, callbacks: 2d, interval: 1s}
        delivery: {maxAttempts: 3, firstDelay: 1s, maxDelay: 9s}
        sinks:
          - {name: folder, type: directory, path: out, types: [document.available], items: [abc], orders: [12345e67],
             timeLimit: 2s, concurrency: 1}
          - name: hook
            type: http
            url: https://hooks.example.com/a?b=c
            secrets: [{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}, {fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]
            inlineUpTo: 0
        log: {level: debug, format: text}
        """
}
