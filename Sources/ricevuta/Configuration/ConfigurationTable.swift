import Callbacks

/// Every key that the configuration knows, in the order of the example.
enum ConfigurationTable {
    static let keys: [ConfigurationKey] = [
        .value(
            "dataDirectory",
            .text(.path),
            "./data",
            "Where the ledger and the documents live. Relative paths start at this file's directory."
        ),
        listener, admin, provider, tokens, source, reconciliation, journal, archive, delivery, retention,
        .value(
            "sinks",
            .list(of: .section(sinkKeys)),
            "[]",
            "Where documents and notifications go. Without one they stay in the archive and the ledger."
        ),
        log,
    ]

    private static let listener = ConfigurationKey.section(
        "listener",
        "Where callbacks arrive.",
        [
            .value("host", .text(.host), "127.0.0.1", "The address to listen on; 0.0.0.0 or :: for all."),
            .value("port", .integer(0...65_535), "8080", "The port; 0 lets the system choose one."),
            .optional(
                "publicURL",
                .text(.webAddress),
                "The address under which the provider reaches the listener; needed to place orders and to mint tokens.",
                sample: "https://callbacks.example.com"
            ),
            .optional(
                "tls",
                .section([
                    .required(
                        "certificate",
                        .text(.path),
                        "The certificate and its chain, PEM.",
                        sample: "./tls/certificate.pem"
                    ),
                    .required("privateKey", .text(.path), "Its private key, PEM.", sample: "./tls/key.pem"),
                    .optional(
                        "clientAuthorities",
                        .text(.path),
                        "The authorities that vouch for client certificates, PEM; see source.clientCertificate.",
                        sample: "./tls/clients.pem"
                    ),
                    .value(
                        "reloadInterval",
                        .duration(.milliseconds(100) ... .seconds(86_400)),
                        "5s",
                        "How often the files are looked at; "
                            + "new ones are used from the next connection on, as after SIGHUP."
                    ),
                ]),
                "TLS from PEM files; without it the listener speaks plain HTTP, for use behind a proxy."
            ),
            .value(
                "maxBodyBytes",
                .size(1024...1 << 30),
                "8MiB",
                "The largest body that is read whole, compressed or not; "
                    + "of a larger one with a good token the first 256 KiB."
            ),
            .value("maxHeaderBytes", .size(1024...1 << 20), "32KiB", "The largest head of a request."),
            .value(
                "maxConnections",
                .integer(1...100_000),
                "1000",
                "Connections at the same time; beyond it the one that has been without a request longest is closed."
            ),
            .value(
                "maxConnectionsPerAddress",
                .integer(0...100_000),
                "64",
                """
                Connections at the same time from one address that have shown no good token; beyond it the oldest is \
                closed. Trusted proxies have no such limit; 0 is none for anybody.
                """
            ),
            .value(
                "idleTimeout",
                .duration(.seconds(1) ... .seconds(3600)),
                "75s",
                "How long a connection may be silent between two requests; longer than a proxy in front keeps its own."
            ),
            .value(
                "headDeadline",
                .duration(.milliseconds(100) ... .seconds(3600)),
                "10s",
                "How long a request's head may take to arrive as a whole."
            ),
            .value(
                "requestDeadline",
                .duration(.seconds(1) ... .seconds(3600)),
                "60s",
                "How long a request may take to arrive as a whole."
            ),
            .optional(
                "healthPath",
                .text(.urlPath),
                "A path that is answered 200 as long as the program lives, for a balancer's health check.",
                sample: "/healthz"
            ),
        ]
    )

    private static let admin = ConfigurationKey.section(
        "admin",
        "Health, metrics and document links, on a listener of their own.",
        [
            .value("host", .text(.host), "127.0.0.1", "The address to listen on; keep it from the public."),
            .value("port", .integer(0...65_535), "9090", "The port; 0 lets the system choose one."),
            .value(
                "hostNames",
                .list(of: .text(.host)),
                "[]",
                """
                Names under which it may be asked, besides localhost, host, publicURL's and any IP address: a web page \
                must not reach it under a name of its own.
                """
            ),
            .optional(
                "publicURL",
                .text(.webAddress),
                "The address under which downstream services reach document links.",
                sample: "http://127.0.0.1:9090"
            ),
            .value(
                "linkLifetime",
                .duration(.seconds(60) ... .seconds(365 * 86_400)),
                "7d",
                "How long a document link works."
            ),
            .optional(
                "linkKey",
                .secret(.key),
                "The key that signs document links, at least 32 bytes.",
                sample: "{fromEnvironment: RICEVUTA_LINK_KEY}"
            ),
        ]
    )

    private static let provider = ConfigurationKey.section(
        "provider",
        "The Visengine API.",
        [
            .value("baseURL", .text(.webAddress), "https://visengine2.altravia.com", "The address of the API."),
            .required(
                "token",
                .secret(.text),
                "The bearer token for the API.",
                sample: "{fromEnvironment: RICEVUTA_PROVIDER_TOKEN}"
            ),
            .value("documentPath", .text(.urlPath), "/documento", "The path of the document call."),
            .value(
                "timeLimit",
                .duration(.milliseconds(100) ... .seconds(600)),
                "30s",
                "How long one call may take; for documents, how long the line may be silent."
            ),
            .value("requestsPerSecond", .number(0.01...10_000), "10", "Calls per second, on average."),
        ]
    )

    private static let tokens = ConfigurationKey.section(
        "tokens",
        "The keys that sign callback tokens. To rotate: a new active key, the old one to accepted, later to retired.",
        [
            .required("active", .section(tokenKey("k1")), "The key that signs new tokens."),
            .value(
                "accepted",
                .list(of: .section(tokenKey("k0"))),
                "[]",
                "Keys whose tokens are still good."
            ),
            .value(
                "retired",
                .list(of: .section(tokenKey("old"))),
                "[]",
                "Keys whose tokens should be seen no more: each is taken for a hint like any other, and is an alarm."
            ),
            .value(
                "validAfterFinal",
                .duration(.seconds(1) ... .seconds(36_500 * 86_400)),
                "14d",
                "How long a token lasts after its order became final; shown later it is recorded and an alarm, no more."
            ),
        ]
    )

    private static func tokenKey(_ id: String) -> [ConfigurationKey] {
        [
            .required(
                "id",
                .text(.keyID),
                "The key's name, part of every token: 1 to 16 characters of a-z and 0-9.",
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

    private static let networks = ValueKind.list(of: .text(.network))

    private static let source = ConfigurationKey.section(
        "source",
        "Whom callbacks are taken from. Each is confirmed by reading the order back, whatever stands here.",
        [
            .value(
                "token",
                .choice(["required", "optional"]),
                "required",
                "Whether a callback needs a good token."
            ),
            .value(
                "tokenIn",
                .list(of: .choice(["query", "header"])),
                "[]",
                "Where a token may stand besides the path and the body: ?token=TOKEN, Authorization: Bearer TOKEN."
            ),
            .optional(
                "credentials",
                .section([
                    .optional(
                        "user",
                        .text(.user),
                        "With a user it is Authorization: Basic, without one Authorization: Bearer.",
                        sample: "provider"
                    ),
                    .required(
                        "secret",
                        .secret(.text),
                        "The password, or the bearer's secret.",
                        sample: "{fromEnvironment: RICEVUTA_SOURCE_SECRET}"
                    ),
                ]),
                "What a callback has to bring besides its token."
            ),
            .value(
                "clientCertificate",
                .choice(["none", "required"]),
                "none",
                "Whether a callback needs a client certificate that listener.tls.clientAuthorities vouch for."
            ),
            .value(
                "clientFingerprints",
                .list(of: .text(.fingerprint)),
                "[]",
                "The SHA-256 of those client certificates that are taken; empty is any that is vouched for."
            ),
            .value("allowedNetworks", networks, "[]", "Networks that callbacks are taken from; empty is any."),
            .value("trustedProxies", networks, "[]", "Proxies that are believed when they say whom they speak for."),
            .value(
                "proxyHeader",
                .choice(ProxyHeader.allCases.map(\.rawValue)),
                "x-forwarded-for",
                "Where they say it. The other one is not looked at: it may be a client's own word."
            ),
            .value(
                "bodyBytesPerOrder",
                .size(1024...1 << 40),
                "32MiB",
                "Bodies kept of one order in an hour, those up to 1 KiB not counted; "
                    + "of more only what they claim is kept."
            ),
        ]
    )

    private static let reconciliation = ConfigurationKey.section(
        "reconciliation",
        "How open orders are read back when no callback comes.",
        [
            .value("firstInterval", interval, "5m", "The first interval; it grows by half each time."),
            .value("maxInterval", interval, "1h", "The longest interval."),
            .value(
                "minReadBackInterval",
                .duration(.zero ... .seconds(86_400)),
                "10s",
                "The shortest time between two readings of one order, however many callbacks arrive."
            ),
            .value(
                "maxReadBacksPerHour",
                .integer(1...100_000),
                "60",
                "The most readings of one order in an hour that callbacks cause; polls come besides."
            ),
            .value(
                "callbackGrace",
                .duration(.zero ... .seconds(86_400)),
                "2m",
                "How long after a change its callback may still be on its way."
            ),
        ]
    )

    private static let interval = ValueKind.duration(.milliseconds(10) ... .seconds(30 * 86_400))

    private static let journal = ConfigurationKey.section(
        "journal",
        "What the journal keeps of callbacks that the ledger has: "
            + "a ledger restored from an older copy is filled up with it.",
        [
            .value(
                "keep",
                .duration(.zero ... .seconds(3650 * 86_400)),
                "7d",
                "How long a callback is kept at least, unless there are more than keepBytes."
            ),
            .value(
                "keepBytes",
                .size(0...1 << 40),
                "1GiB",
                "The most that they take; the oldest go first. On a nearly full disk they go, too."
            ),
        ]
    )

    private static let archive = ConfigurationKey.section(
        "archive",
        "The documents on disk.",
        [
            .value(
                "maxDocumentBytes",
                .size(1024...1 << 40),
                "1GiB",
                "The largest document that is taken; `ricevuta document fetch --max-bytes` allows a single one more."
            ),
            .value(
                "maxQuarantineBytes",
                .size(0...1 << 40),
                "1GiB",
                "Room for documents that failed a check, one copy each; the oldest are removed first."
            ),
        ]
    )

    private static let delivery = ConfigurationKey.section(
        "delivery",
        "How often a notification is tried before it becomes a dead letter.",
        [
            .value("maxAttempts", .integer(1...1000), "16", "Attempts in all."),
            .value("firstDelay", interval, "5s", "The delay after the first attempt; it doubles with each."),
            .value("maxDelay", interval, "6h", "The longest delay."),
        ]
    )

    private static let retention = ConfigurationKey.section(
        "retention",
        "How long callbacks and quarantined documents are kept. Orders, documents and deliveries stay.",
        [
            .value("bodies", age, "90d", "The bodies of callbacks, which may hold personal data."),
            .value("callbacks", age, "730d", "Callbacks that have been judged; one repeated later changes nothing."),
            .value("quarantine", age, "30d", "Documents that failed a check, since they were last seen."),
            .value(
                "interval",
                .duration(.milliseconds(100) ... .seconds(86_400)),
                "1h",
                "How often old ones are looked for."
            ),
        ]
    )

    private static let age = ValueKind.duration(.seconds(1) ... .seconds(36_500 * 86_400))

    private static let log = ConfigurationKey.section(
        "log",
        "What is told on standard error.",
        [
            .value(
                "level",
                .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
                "info",
                "The least important level that is written."
            ),
            .value("format", .choice(["json", "text"]), "json", "One JSON object a line, or text for people."),
        ]
    )
}
