public import BaseKit

/// Which configuration is in use.
public struct ConfigurationStatus: Sendable, Equatable {
    /// The first 12 digits of the SHA-256 of its file.
    public var fingerprint: String
    /// 1 at the start; one more with each reload.
    public var generation: Int
    /// Since when it is in use.
    public var since: Timestamp
    /// Whether the last reload was refused, so that the file says something else.
    public var isLastReloadRefused: Bool

    /// Creates a status.
    public init(fingerprint: String, generation: Int, since: Timestamp, isLastReloadRefused: Bool) {
        self.fingerprint = fingerprint
        self.generation = generation
        self.since = since
        self.isLastReloadRefused = isLastReloadRefused
    }
}
