package import BaseKit
package import RicevutaCore
package import Visengine

/// The configuration, validated once, so that no later code sees an invalid value.
package struct Configuration: Sendable {
    /// The listener for callbacks.
    package struct Listener: Sendable {
        /// PEM files.
        package struct TLS: Sendable {
            /// Absolute path of the certificate and its chain.
            package var certificate: String
            /// Absolute path of the private key.
            package var privateKey: String
            /// Absolute path of the authorities that vouch for clients.
            package var clientAuthorities: String?
            /// How often the files are looked at.
            package var reloadInterval: Duration
        }

        package var host: String
        /// 0 lets the system choose.
        package var port: UInt16
        /// Without a slash at its end.
        package var publicURL: String?
        package var tls: TLS?
        package var maxBodyBytes: Int
        package var maxHeaderBytes: Int
        package var maxConnections: Int
        /// 0 is no limit.
        package var maxConnectionsPerAddress: Int
        package var idleTimeout: Duration
        package var headDeadline: Duration
        package var requestDeadline: Duration
        /// Starts with a slash.
        package var healthPath: String?
    }

    /// The listener for health, metrics and document links.
    package struct Admin: Sendable {
        package var host: String
        /// 0 lets the system choose.
        package var port: UInt16
        /// Without a slash at its end.
        package var publicURL: String?
        /// Further names that it may be asked under.
        package var hostNames: [String]
        package var linkLifetime: Duration
        /// At least 32 bytes.
        package var linkKey: Secret?
    }

    /// The Visengine API.
    package struct Provider: Sendable {
        /// Without a slash at its end.
        package var baseURL: String
        /// Visible ASCII.
        package var token: Secret
        /// Starts with a slash and does not end with one.
        package var documentPath: String
        package var timeLimit: Duration
        package var requestsPerSecond: Double
    }

    /// One destination of notifications.
    package struct Sink: Sendable {
        package var name: SinkName
        package var filter: DeliveryFilter
        package var limits: SinkLimits
        /// What kind of destination.
        package var type: any SinkType
        /// The values of its keys.
        package var settings: SettingValues

        /// Makes the sink; nothing is connected to or written yet.
        ///
        /// - Parameters:
        ///   - receiver: Who delivers; `nil` in a command.
        ///   - link: Makes a link to a document that holds for a while.
        ///   - now: The clock.
        /// - Returns: The sink.
        /// - Throws: `SettingProblem` for what the configuration's checks should have found.
        package func make(
            for receiver: ReceiverID? = nil,
            link: @escaping @Sendable (StoredDocument, Timestamp) -> String? = { _, _ in nil },
            now: @escaping @Sendable () -> Timestamp
        ) throws(SettingProblem) -> any RicevutaCore.Sink {
            let context = SinkContext(name: name, receiver: receiver, limits: limits, link: link, now: now)
            return try type.make(settings, context)
        }
    }

    /// What the journal keeps of callbacks that the ledger has.
    package struct Journal: Sendable {
        package var keep: Duration
        package var keepBytes: Int
    }

    /// What is logged to standard error.
    package struct Log: Sendable {
        /// One of swift-log's names.
        package var level: String
        package var format: Format
        package var access: Access

        /// Which requests to the listener for callbacks have a line.
        package enum Access: String, Sendable, CaseIterable {
            case none
            case all
        }

        /// How a line is written.
        package enum Format: String, Sendable, CaseIterable {
            /// As text where a person looks, and as JSON elsewhere.
            case auto
            case json
            case text
        }
    }

    /// Absolute.
    package var dataDirectory: String
    package var listener: Listener
    package var admin: Admin
    package var provider: Provider
    /// The most that orders placed from here may cost on a day in Rome's time zone; `nil` for no limit.
    package var dailyLimit: Price?
    package var tokens: CallbackTokenKeys
    package var source: SourcePolicy
    /// Bytes of callbacks' bodies that are kept of one order in an hour.
    package var bodyBytesPerOrder: Int
    /// The most readings of one order in an hour that callbacks cause.
    package var maxReadBacksPerHour: Int
    /// How long a token lasts after its order became final.
    package var tokenLifetimeAfterFinal: Duration
    package var retention: RetentionSchedule
    package var reconciliation: ReconciliationSchedule
    /// By when documents are promised.
    package var promises: PromisedTimes
    /// With less free space in `dataDirectory` the receiver is not ready.
    package var minFreeBytes: Int64
    package var journal: Journal
    package var maxDocumentBytes: Int64
    package var maxQuarantineBytes: Int64
    package var delivery: DeliveryRetryPolicy
    /// In the order of the file; names are unique.
    package var sinks: [Sink]
    package var log: Log
    /// What works and is unsafe all the same, in the order of the file.
    package var warnings: [ConfigurationProblem] = []
    /// What the file said, to tell it from another version of it.
    package var content: ConfigurationContent
}
