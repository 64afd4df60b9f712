public import BaseKit

/// A kind of destination: how it is configured, and how a sink is made of that.
///
/// The folder of a sink declares its type; one line in the list of types registers it. The configuration makes its
/// checks, the example and the schema from ``keys``.
public protocol SinkType: Sendable {
    /// What stands at `type` in the configuration: characters of `a-z`, `0-9` and `-`.
    var name: String { get }

    /// What it delivers, in a few words, for the comment of `type`.
    var summary: String { get }

    /// Its own keys, with their documentation, defaults, limits and secrets; those that every sink has are not among
    /// them: `name`, `type`, `types`, `items`, `orders`, `timeLimit` and `concurrency`.
    var keys: [SettingKey] { get }

    /// What single values cannot tell: combinations that cannot work.
    ///
    /// - Parameter values: The values that are good by themselves; others may be missing.
    /// - Returns: A problem at each key whose value would have to change.
    func problems(in values: SettingValues) -> [SettingProblem]

    /// Which of its keys names the folder that it writes to; `nil` when it writes to none on this machine.
    var folderKey: String? { get }

    /// What works and is unsafe all the same, or probably not what was meant.
    ///
    /// - Parameter values: The values that are good by themselves; others may be missing.
    /// - Returns: A warning at each such key.
    func warnings(in values: SettingValues) -> [SettingProblem]

    /// Makes a sink; nothing is connected to or written yet.
    ///
    /// - Parameters:
    ///   - values: What passed every check: each key that is required or has a default has a value.
    ///   - context: What every sink is given.
    /// - Returns: The sink.
    /// - Throws: ``SettingProblem`` for what the checks would have found.
    func make(_ values: SettingValues, _ context: SinkContext) throws(SettingProblem) -> any Sink
}

extension SinkType {
    /// None.
    public var folderKey: String? { nil }

    /// None.
    public func problems(in values: SettingValues) -> [SettingProblem] { [] }

    /// None.
    public func warnings(in values: SettingValues) -> [SettingProblem] { [] }
}

/// What every sink is given, whatever its type.
public struct SinkContext: Sendable {
    /// The configured name.
    public var name: SinkName
    /// The receiver that delivers, which may share a destination with others; `nil` in a command, which only tries the
    /// sink out.
    public var receiver: ReceiverID?
    /// What bounds its work.
    public var limits: SinkLimits
    /// CloudEvents `source`: a URI reference.
    public var source: String
    /// Makes a link to a document that holds for a while; `nil` when none can be made.
    public var link: @Sendable (StoredDocument, Timestamp) -> String?
    /// The clock.
    public var now: @Sendable () -> Timestamp

    /// Creates a context.
    public init(
        name: SinkName,
        receiver: ReceiverID? = nil,
        limits: SinkLimits = SinkLimits(),
        source: String = "urn:ricevuta",
        link: @escaping @Sendable (StoredDocument, Timestamp) -> String? = { _, _ in nil },
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.name = name
        self.receiver = receiver
        self.limits = limits
        self.source = source
        self.link = link
        self.now = now
    }
}
