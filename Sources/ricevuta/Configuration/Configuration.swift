import BaseKit
import RicevutaCore

/// Everything the program can be told, checked once, so that no later code sees a value that cannot work.
struct Configuration: Sendable {
    /// The listener for callbacks.
    struct Listener: Sendable {
        /// PEM files.
        struct TLS: Sendable {
            /// Absolute path of the certificate and its chain.
            var certificate: String
            /// Absolute path of the private key.
            var privateKey: String
            /// Absolute path of the authorities that vouch for clients.
            var clientAuthorities: String?
            /// How often the files are looked at.
            var reloadInterval: Duration
        }

        var host: String
        /// 0 lets the system choose.
        var port: UInt16
        /// Without a slash at its end.
        var publicURL: String?
        var tls: TLS?
        var maxBodyBytes: Int
        var maxHeaderBytes: Int
        var maxConnections: Int
        /// 0 is no limit.
        var maxConnectionsPerAddress: Int
        var idleTimeout: Duration
        var headDeadline: Duration
        var requestDeadline: Duration
        /// Starts with a slash.
        var healthPath: String?
    }

    /// The listener for health, metrics and document links.
    struct Admin: Sendable {
        var host: String
        /// 0 lets the system choose.
        var port: UInt16
        /// Without a slash at its end.
        var publicURL: String?
        /// Further names that it may be asked under.
        var hostNames: [String]
        var linkLifetime: Duration
        /// At least 32 bytes.
        var linkKey: Secret?
    }

    /// The Visengine API.
    struct Provider: Sendable {
        /// Without a slash at its end.
        var baseURL: String
        /// Visible ASCII.
        var token: Secret
        /// Starts with a slash and does not end with one.
        var documentPath: String
        var timeLimit: Duration
        var requestsPerSecond: Double
    }

    /// One destination of notifications.
    struct Sink: Sendable {
        /// What kind of destination, and what only that kind has.
        enum Destination: Sendable {
            /// Files below an absolute path.
            case directory(path: String, template: String)
            /// Signed CloudEvents to a web address; never without a secret.
            case http(url: String, secrets: [Secret], inlineUpTo: Int, allowedNetworks: [AddressRange])
        }

        var name: SinkName
        var filter: DeliveryFilter
        var concurrency: Int
        var timeLimit: Duration
        var destination: Destination
    }

    /// What the journal keeps of callbacks that the ledger has.
    struct Journal: Sendable {
        var keep: Duration
        var keepBytes: Int
    }

    /// What is told on standard error.
    struct Log: Sendable {
        /// One of swift-log's names.
        var level: String
        var isJSON: Bool
    }

    /// Absolute.
    var dataDirectory: String
    var listener: Listener
    var admin: Admin
    var provider: Provider
    var tokens: CallbackTokenKeys
    var source: SourcePolicy
    /// Bytes of callbacks' bodies that are kept of one order in an hour.
    var bodyBytesPerOrder: Int
    /// The most readings of one order in an hour that callbacks cause.
    var maxReadBacksPerHour: Int
    /// How long a token lasts after its order became final.
    var tokenLifetimeAfterFinal: Duration
    var retention: RetentionSchedule
    var reconciliation: ReconciliationSchedule
    var journal: Journal
    var maxDocumentBytes: Int64
    var maxQuarantineBytes: Int64
    var delivery: DeliverySchedule
    /// In the order of the file; names are unique.
    var sinks: [Sink]
    var log: Log
    /// What works and is unsafe all the same, in the order of the file.
    var warnings: [ConfigurationProblem] = []
}
