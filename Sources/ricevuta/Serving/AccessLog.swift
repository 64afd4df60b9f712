import BaseKit
import HTTPListener
import Logging
import RicevutaCore

/// Writes a line for each request to the listener for callbacks, without tokens.
///
/// What the listener refuses by itself, because it is no proper request or comes too slowly, has no line.
struct AccessLog: Sendable {
    /// What is known of a request by its head.
    struct Entry: Sendable {
        fileprivate var method: String
        fileprivate var path: String
        fileprivate var peer: String
        /// Whom a trusted proxy speaks for; `nil` without one.
        fileprivate var client: String?
        /// The trace that the caller has put it into.
        fileprivate var trace: TraceParent?
        fileprivate let start = ContinuousClock.now
    }

    /// A request that is read on, with what the handler has decided about it.
    final class Passed: Sendable {
        let passed: (any AnyObject & Sendable)?
        let entry: Entry

        fileprivate init(_ passed: (any AnyObject & Sendable)?, _ entry: Entry) {
            self.passed = passed
            self.entry = entry
        }
    }

    private let policy: SourcePolicy
    private let logger: Logger

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - policy: Which proxies are trusted, and how they say whom they speak for.
    ///   - logger: Gets the lines, at `info`.
    init(policy: SourcePolicy, logger: Logger) {
        self.policy = policy
        self.logger = logger
    }

    /// Logs a request that is refused by its head; one that is read on is logged when it has been answered.
    ///
    /// - Parameters:
    ///   - decision: What was decided.
    ///   - head: The request's head.
    /// - Returns: The decision, which passes on what is needed to log the answer.
    func watch(_ decision: HeadDecision, _ head: RequestHead) -> HeadDecision {
        let entry = entry(of: head)
        switch decision {
        case .refuse(let response):
            write(entry, response, bytes: 0)
            return decision
        case .readBody(let limit, let ifLonger, let passing, let givesWay):
            return .readBody(limit: limit, ifLonger: ifLonger, passing: Passed(passing, entry), givesWay: givesWay)
        }
    }

    /// Logs a request that was answered.
    func write(_ entry: Entry, _ response: Response, bytes: Int) {
        var metadata: Logger.Metadata = [
            "method": "\(entry.method)", "path": "\(entry.path)", "status": .stringConvertible(response.status),
            "bytes": .stringConvertible(bytes), "duration": .stringConvertible(entry.start.duration(to: .now)),
            "peer": "\(entry.peer)",
        ]
        if let client = entry.client { metadata["client"] = "\(client)" }
        if let trace = entry.trace { metadata["trace.id"] = "\(trace.traceID)" }
        logger.info("Request", metadata: metadata)
    }

    private func entry(of head: RequestHead) -> Entry {
        let forwarded = policy.trustedProxies.isEmpty ? [] : head.headers.all(policy.proxyHeader.rawValue)
        let origin = policy.origin(peer: head.peer.bytes, forwarded: forwarded).address
        return Entry(
            method: String(head.method.prefix(Self.maxMethod)),
            path: Self.path(head.path),
            peer: AddressRange.text(of: head.peer.bytes),
            client: origin == head.peer.bytes ? nil : AddressRange.text(of: origin),
            trace: TraceParent(headers: head.headers.all(TraceParent.header))
        )
    }

    private static let maxMethod = 16
    private static let maxPath = 256
    /// Shorter than any token, and longer than what else has a meaning here.
    private static let maxSegment = 32

    /// A path without tokens: each is replaced by its fingerprint, wherever in the path somebody has put it.
    static func path(_ path: String) -> String {
        let token = CallbackPath.token(in: path).map(String.init)
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            let isShown = segment.isEmpty || (segment != token ?? "" && segment.utf8.count <= maxSegment)
            return isShown ? String(segment) : "{\(CallbackTokenKeys.fingerprint(of: String(segment)))}"
        }
        return String(segments.joined(separator: "/").prefix(maxPath))
    }
}
