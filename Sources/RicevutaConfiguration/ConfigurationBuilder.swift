import BaseKit
import RicevutaCore
import Visengine

/// Makes the typed configuration from values that have passed every check.
///
/// The table gives each key that is asked for here a value, or the file has been refused; the tests load a file with
/// every key and one with as few as possible.
struct ConfigurationBuilder {
    /// Every key that there is.
    let table: ConfigurationTable

    func configuration(_ root: SettingValues, content: ConfigurationContent) -> Configuration {
        let tokens = sure(root.section("tokens"))
        let source = sure(root.section("source"))
        let reconciliation = sure(root.section("reconciliation"))
        let delivery = sure(root.section("delivery"))
        let journal = sure(root.section("journal"))
        let log = sure(root.section("log"))
        return Configuration(
            dataDirectory: path(root, "dataDirectory"),
            listener: listener(sure(root.section("listener"))),
            admin: admin(sure(root.section("admin"))),
            provider: provider(sure(root.section("provider"))),
            dailyLimit: root.section("orders")?.text("dailyLimit").flatMap { Price(text: $0) },
            tokens: CallbackTokenKeys(
                active: tokenKey(sure(tokens.section("active"))),
                accepted: tokens.sections("accepted").map(tokenKey),
                retired: tokens.sections("retired").map(tokenKey)
            ),
            source: SourcePolicy(
                requiresToken: source.text("token") != "optional",
                tokenPlaces: Set(source.texts("tokenIn").compactMap(TokenPlace.init(rawValue:))),
                credentials: credentials(source),
                certificates: certificates(source),
                allowedNetworks: networks(source, "allowedNetworks"),
                trustedProxies: networks(source, "trustedProxies"),
                proxyHeader: sure(ProxyHeader(rawValue: sure(source.text("proxyHeader"))))
            ),
            bodyBytesPerOrder: Int(sure(source.integer("bodyBytesPerOrder"))),
            maxReadBacksPerHour: Int(sure(reconciliation.integer("maxReadBacksPerHour"))),
            tokenLifetimeAfterFinal: sure(tokens.duration("validAfterFinal")),
            retention: retention(sure(root.section("retention"))),
            reconciliation: ReconciliationSchedule(
                firstInterval: sure(reconciliation.duration("firstInterval")),
                maxInterval: sure(reconciliation.duration("maxInterval")),
                minReadBackInterval: sure(reconciliation.duration("minReadBackInterval")),
                callbackGrace: sure(reconciliation.duration("callbackGrace"))
            ),
            promises: promises(reconciliation),
            minFreeBytes: sure(root.section("storage")?.integer("minFreeBytes")),
            journal: Configuration.Journal(
                keep: sure(journal.duration("keep")),
                keepBytes: Int(sure(journal.integer("keepBytes")))
            ),
            maxDocumentBytes: sure(root.section("archive")?.integer("maxDocumentBytes")),
            maxQuarantineBytes: sure(root.section("archive")?.integer("maxQuarantineBytes")),
            delivery: DeliveryRetryPolicy(
                maxAttempts: Int(sure(delivery.integer("maxAttempts"))),
                firstDelay: sure(delivery.duration("firstDelay")),
                maxDelay: sure(delivery.duration("maxDelay"))
            ),
            sinks: root.sections("sinks").map(sink),
            log: Configuration.Log(
                level: sure(log.text("level")),
                format: sure(log.text("format").flatMap(Configuration.Log.Format.init)),
                access: sure(log.text("access").flatMap(Configuration.Log.Access.init))
            ),
            content: content
        )
    }

    private func listener(_ values: SettingValues) -> Configuration.Listener {
        Configuration.Listener(
            host: sure(values.text("host")),
            port: port(values),
            publicURL: address(values, "publicURL"),
            tls: values.section("tls").map { sure(Self.tls($0)) },
            maxBodyBytes: Int(sure(values.integer("maxBodyBytes"))),
            maxHeaderBytes: Int(sure(values.integer("maxHeaderBytes"))),
            maxConnections: Int(sure(values.integer("maxConnections"))),
            maxConnectionsPerAddress: Int(sure(values.integer("maxConnectionsPerAddress"))),
            idleTimeout: sure(values.duration("idleTimeout")),
            headDeadline: sure(values.duration("headDeadline")),
            requestDeadline: sure(values.duration("requestDeadline")),
            healthPath: values.text("healthPath")
        )
    }

    /// The PEM files of a section; nothing when the section lacks one that it needs.
    static func tls(_ values: SettingValues) -> Configuration.Listener.TLS? {
        guard let certificate = values.text("certificate"), let privateKey = values.text("privateKey"),
            let reloadInterval = values.duration("reloadInterval")
        else { return nil }
        return Configuration.Listener.TLS(
            certificate: certificate,
            privateKey: privateKey,
            clientAuthorities: values.text("clientAuthorities"),
            reloadInterval: reloadInterval
        )
    }

    private func admin(_ values: SettingValues) -> Configuration.Admin {
        Configuration.Admin(
            host: sure(values.text("host")),
            port: port(values),
            publicURL: address(values, "publicURL"),
            hostNames: values.texts("hostNames"),
            linkLifetime: sure(values.duration("linkLifetime")),
            linkKey: values.secret("linkKey")
        )
    }

    private func provider(_ values: SettingValues) -> Configuration.Provider {
        Configuration.Provider(
            baseURL: sure(address(values, "baseURL")),
            token: sure(values.secret("token")),
            documentPath: sure(values.text("documentPath")),
            timeLimit: sure(values.duration("timeLimit")),
            requestsPerSecond: sure(values.number("requestsPerSecond"))
        )
    }

    private func tokenKey(_ values: SettingValues) -> TokenKey {
        sure(TokenKey(id: sure(values.text("id")), secret: sure(values.secret("secret")).bytes))
    }

    private func sink(_ values: SettingValues) -> Configuration.Sink {
        Configuration.Sink(
            name: sure(SinkName(rawValue: sure(values.text("name")))),
            filter: DeliveryFilter(
                types: Set(values.texts("types").compactMap(NotificationType.init(rawValue:))),
                items: Set(values.texts("items").compactMap(ItemHash.init(rawValue:))),
                orders: Set(values.texts("orders").compactMap(OrderID.init(rawValue:)))
            ),
            limits: SinkLimits(
                timeLimit: sure(values.duration("timeLimit")),
                concurrency: Int(sure(values.integer("concurrency")))
            ),
            type: sure(table.sinkType(of: values)),
            settings: values
        )
    }

    private func promises(_ reconciliation: SettingValues) -> PromisedTimes {
        var promises = PromisedTimes.documented
        for values in reconciliation.sections("promises") {
            promises.set(sure(values.text("item")), workingDays: Int(sure(values.integer("workingDays"))))
        }
        return promises
    }

    private func retention(_ values: SettingValues) -> RetentionSchedule {
        RetentionSchedule(
            ages: [
                .bodies: sure(values.duration("bodies")),
                .callbacks: sure(values.duration("callbacks")),
                .quarantine: sure(values.duration("quarantine")),
                .attempts: sure(values.duration("attempts")),
            ],
            interval: sure(values.duration("interval"))
        )
    }

    private func credentials(_ source: SettingValues) -> SourceCredentials? {
        guard let values = source.section("credentials") else { return nil }
        let secret = sure(values.secret("secret"))
        guard let user = values.text("user") else { return SourceCredentials(.bearer, value: secret.text) }
        return SourceCredentials(.basic, value: Base64.text(Array("\(user):".utf8) + secret.bytes))
    }

    private func certificates(_ source: SettingValues) -> ClientCertificates {
        guard source.text("clientCertificate") == "required" else { return .any }
        let fingerprints = source.texts("clientFingerprints").map { $0.lowercased().filter { $0 != ":" } }
        return fingerprints.isEmpty ? .trusted : .listed(Set(fingerprints))
    }

    private func networks(_ values: SettingValues, _ key: String) -> [AddressRange] {
        values.texts(key).map { sure(AddressRange($0)) }
    }

    private func port(_ values: SettingValues) -> UInt16 { UInt16(sure(values.integer("port"))) }

    private func path(_ values: SettingValues, _ key: String) -> String {
        sure(values.text(key))
    }

    private func address(_ values: SettingValues, _ key: String) -> String? {
        guard var text = values.text(key) else { return nil }
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    /// A value that the checks have made sure of.
    private func sure<Value>(_ value: Value?, line: Int = #line) -> Value {
        // A fault of the program and not of the file, found by the tests of every check.
        guard let value else { preconditionFailure("validation accepted a value that line \(line) cannot use") }
        return value
    }
}
