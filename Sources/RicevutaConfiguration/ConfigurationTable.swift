import RicevutaCore

/// Every key that the configuration knows, in the order of the example.
struct ConfigurationTable: Sendable {
    /// The keys of the file.
    let keys: [SettingKey]
    /// The types that sinks can have.
    let sinkTypes: [any SinkType]

    init(sinkTypes: [any SinkType]) {
        self.sinkTypes = sinkTypes
        keys = [
            .value(
                "dataDirectory",
                .path,
                "./data",
                """
                Directory for the ledger, the journal and the documents. Relative paths start at this file's directory.
                """
            ),
            Self.listener, Self.admin, Self.provider, Self.orders, Self.tokens, Self.source, Self.reconciliation,
            Self.storage, Self.journal, Self.archive, Self.delivery, Self.retention,
            .value(
                "sinks",
                .list(of: .typed(Self.sinks(sinkTypes))),
                "[]",
                "Destinations of documents and notifications. Without one they stay in the archive and the ledger."
            ),
            Self.log,
        ]
    }

    /// The type that the values of a sink name.
    func sinkType(of values: SettingValues) -> (any SinkType)? {
        sinkTypes.first { $0.name == values.text(TypedSection.selector) }
    }

    private static let listener = SettingKey.section(
        "listener",
        "The listener for callbacks.",
        [
            .value(
                "host",
                .text(.listenAddress),
                "127.0.0.1",
                "IP address to listen on; 0.0.0.0 or :: for all interfaces."
            ),
            .value("port", .integer(0...65_535), "8080", "Port; 0 picks a free one."),
            .optional(
                "publicURL",
                .text(.baseAddress),
                "URL at which the provider reaches the listener; required to place orders and to mint tokens.",
                sample: "https://callbacks.example.com"
            ),
            .optional(
                "tls",
                .section([
                    .required(
                        "certificate",
                        .path,
                        "Certificate chain, PEM.",
                        sample: "./tls/certificate.pem"
                    ),
                    .required("privateKey", .path, "Private key, PEM.", sample: "./tls/key.pem"),
                    .optional(
                        "clientAuthorities",
                        .path,
                        "CAs that client certificates are verified against, PEM; see source.clientCertificate.",
                        sample: "./tls/clients.pem"
                    ),
                    .value(
                        "reloadInterval",
                        .duration(.milliseconds(100) ... .seconds(86_400)),
                        "5s",
                        "How often the files are checked; new ones are reloaded for new connections, as with SIGHUP."
                    ),
                ]),
                "TLS from PEM files. Without it the listener serves plain HTTP, for use behind a proxy."
            ),
            .value(
                "maxBodyBytes",
                .size(1024...1 << 30),
                "8MiB",
                "Maximum body size, compressed or not; with a valid token the first 256 KiB of a larger body are kept."
            ),
            .value("maxHeaderBytes", .size(1024...1 << 20), "32KiB", "Maximum size of a request's header block."),
            .value(
                "maxConnections",
                .integer(1...100_000),
                "1000",
                "Maximum number of connections; when reached, the longest idle one is closed."
            ),
            .value(
                "maxConnectionsPerAddress",
                .integer(0...100_000),
                "64",
                """
                Maximum number of connections from one address without a valid token; when reached, the oldest is \
                closed. Trusted proxies are not limited; 0 means no limit.
                """
            ),
            .value(
                "idleTimeout",
                .duration(.seconds(1) ... .seconds(3600)),
                "75s",
                "Idle timeout between requests; must be longer than that of a proxy in front."
            ),
            .value(
                "headDeadline",
                .duration(.milliseconds(100) ... .seconds(3600)),
                "10s",
                "Timeout for receiving a request's header block."
            ),
            .value(
                "requestDeadline",
                .duration(.seconds(1) ... .seconds(3600)),
                "60s",
                "Timeout for receiving a whole request."
            ),
            .optional(
                "healthPath",
                .text(.urlPath),
                "Path that answers 200 while the process is alive, for a load balancer's health check.",
                sample: "/healthz"
            ),
        ]
    )

    private static let admin = SettingKey.section(
        "admin",
        "The listener for health, metrics and document links.",
        [
            .value("host", .text(.listenAddress), "127.0.0.1", "IP address to listen on; do not expose it publicly."),
            .value("port", .integer(0...65_535), "8081", "Port; 0 picks a free one."),
            .value(
                "hostNames",
                .list(of: .text(.host)),
                "[]",
                """
                Allowed Host names besides localhost, host, publicURL's host and IP addresses; others get 421, which \
                prevents DNS rebinding.
                """
            ),
            .optional(
                "publicURL",
                .text(.baseAddress),
                "URL at which downstream services reach document links.",
                sample: "http://127.0.0.1:8081"
            ),
            .value(
                "linkLifetime",
                .duration(.seconds(60) ... .seconds(365 * 86_400)),
                "7d",
                "How long a document link is valid."
            ),
            .optional(
                "linkKey",
                .secret(.key),
                "Key that signs document links, at least 32 bytes. Default: derived from the provider's token.",
                sample: "{fromEnvironment: RICEVUTA_LINK_KEY}"
            ),
        ]
    )

    private static let provider = SettingKey.section(
        "provider",
        "The Visengine API.",
        [
            .value("baseURL", .text(.baseAddress), "https://visengine2.altravia.com", "Base URL of the API."),
            .required(
                "token",
                .secret(.text),
                "Bearer token for the API.",
                sample: "{fromEnvironment: RICEVUTA_PROVIDER_TOKEN}"
            ),
            .value("documentPath", .text(.urlPath), "/documento", "Path of the document call."),
            .value(
                "timeLimit",
                .duration(.milliseconds(100) ... .seconds(600)),
                "30s",
                "Timeout of one call; for documents, the idle timeout."
            ),
            .value("requestsPerSecond", .number(0.01...10_000), "10", "Rate limit: average calls per second."),
        ]
    )

    private static let tokens = SettingKey.section(
        "tokens",
        "Keys that sign callback tokens. To rotate: set a new active key, move the old one to accepted, later retired.",
        [
            .required("active", .section(tokenKey("k1")), "Key that signs new tokens."),
            .value(
                "accepted",
                .list(of: .section(tokenKey("k0"))),
                "[]",
                "Keys whose tokens are still valid."
            ),
            .value(
                "retired",
                .list(of: .section(tokenKey("old"))),
                "[]",
                "Retired keys: callbacks with their tokens are still accepted, but raise an alarm."
            ),
            .value(
                "validAfterFinal",
                .duration(.seconds(1) ... .seconds(36_500 * 86_400)),
                "14d",
                "Token lifetime after its order became final; later callbacks are only recorded and raise an alarm."
            ),
        ]
    )

    private static func tokenKey(_ id: String) -> [SettingKey] {
        [
            .required(
                "id",
                .text(.keyID),
                "Key ID, part of every token: 1 to 16 characters of a-z and 0-9.",
                sample: id
            ),
            .required(
                "secret",
                .secret(.key),
                "At least 32 random bytes.",
                sample: "{fromEnvironment: RICEVUTA_TOKEN_KEY\(id == "k1" ? "" : "_" + id.uppercased())}"
            ),
        ]
    }

    private static let networks = SettingKind.list(of: .text(.network))

    private static let source = SettingKey.section(
        "source",
        "Who may send callbacks. Each callback is verified with the provider regardless.",
        [
            .value(
                "token",
                .choice(["required", "optional"]),
                "required",
                "Whether a callback needs a valid token."
            ),
            .value(
                "tokenIn",
                .list(of: .choice(["query", "header"])),
                "[]",
                "Where else a token is accepted, besides path and body: ?token=TOKEN, Authorization: Bearer TOKEN."
            ),
            .optional(
                "credentials",
                .section([
                    .optional(
                        "user",
                        .text(.user),
                        "With a user, Authorization: Basic; without, Authorization: Bearer.",
                        sample: "provider"
                    ),
                    .required(
                        "secret",
                        .secret(.text),
                        "Password or bearer token.",
                        sample: "{fromEnvironment: RICEVUTA_SOURCE_SECRET}"
                    ),
                ]),
                "Credentials that a callback needs in addition to its token."
            ),
            .value(
                "clientCertificate",
                .choice(["none", "required"]),
                "none",
                "Whether a callback needs a client certificate issued by one of listener.tls.clientAuthorities."
            ),
            .value(
                "clientFingerprints",
                .list(of: .text(.fingerprint)),
                "[]",
                "SHA-256 fingerprints of allowed client certificates; empty allows any valid one."
            ),
            .value("allowedNetworks", networks, "[]", "Networks that may send callbacks; empty allows any."),
            .value("trustedProxies", networks, "[]", "Proxies whose forwarding header is trusted."),
            .value(
                "proxyHeader",
                .choice(ProxyHeader.allCases.map(\.rawValue)),
                "x-forwarded-for",
                "Forwarding header that trusted proxies set. The other is ignored: a client may have sent it."
            ),
            .value(
                "bodyBytesPerOrder",
                .size(1024...1 << 40),
                "32MiB",
                "Bodies stored per order and hour, not counting those up to 1 KiB; beyond it only claims are stored."
            ),
        ]
    )

    static let interval = SettingKind.duration(.milliseconds(10) ... .seconds(30 * 86_400))

    private static let delivery = SettingKey.section(
        "delivery",
        "Delivery retries; a notification that runs out of attempts becomes a dead letter.",
        [
            .value("maxAttempts", .integer(1...1000), "16", "Maximum number of attempts."),
            .value("firstDelay", interval, "5s", "Delay after the first attempt; doubles with each."),
            .value("maxDelay", interval, "6h", "Maximum delay."),
        ]
    )

    private static let log = SettingKey.section(
        "log",
        "Logging (to standard error).",
        [
            .value(
                "level",
                .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
                "info",
                "Minimum level."
            ),
            .value(
                "format",
                .choice(Configuration.Log.Format.allCases.map(\.rawValue)),
                "auto",
                "One JSON object per line, or plain text; auto: text in a terminal, else JSON."
            ),
            .value(
                "access",
                .choice(Configuration.Log.Access.allCases.map(\.rawValue)),
                "none",
                "all: a line for each request to the listener, at level info, with tokens replaced by fingerprints."
            ),
        ]
    )
}
