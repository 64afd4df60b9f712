import AsyncHTTPClient
public import BaseKit
import NIOCore
import NIOHTTP1
public import RicevutaCore

/// Posts each notification as a CloudEvents 1.0 event in structured JSON, signed to the Standard Webhooks
/// specification.
///
/// Beside the three headers of the specification there is `ricevuta-delivery-id`, which is also the event's
/// `deliveryid`: a replay has the same event id, and another delivery id. Where a callback of the order came with a
/// valid `traceparent`, each attempt has one of the same trace, with a span of its own.
///
/// The host is looked up anew for each attempt, and the connection goes to an address that was found allowed, not to
/// whatever the name means a moment later. Redirects are not followed.
public final class HTTPSink: Sink {
    /// Makes a link to a document; see ``init(name:settings:signer:link:now:)``.
    public typealias Link = @Sendable (StoredDocument, Timestamp) -> String?

    /// The configured name.
    public let name: SinkName

    private let settings: HTTPSinkSettings
    private let target: HTTPTarget
    private let signer: WebhookSigner
    private let link: Link
    private let now: @Sendable () -> Timestamp
    private let addresses: HostResolver
    private let threads: BlockingThreads
    private let clients: PinnedClients

    /// Creates a sink.
    ///
    /// - Parameters:
    ///   - name: The configured name.
    ///   - settings: Where to post, and the limits.
    ///   - signer: Signs each attempt.
    ///   - link: Makes a link to a document that is too large to be sent inside the event; `nil` when none can be made,
    ///     and the event then has only the facts about the document.
    ///   - now: The clock.
    /// - Throws: ``HTTPSinkError``.
    public convenience init(
        name: SinkName,
        settings: HTTPSinkSettings,
        signer: WebhookSigner,
        link: @escaping Link = { _, _ in nil },
        now: @escaping @Sendable () -> Timestamp
    ) throws(HTTPSinkError) {
        try self.init(name: name, settings: settings, signer: signer, link: link, now: now, addresses: nil)
    }

    init(
        name: SinkName,
        settings: HTTPSinkSettings,
        signer: WebhookSigner,
        link: @escaping Link,
        now: @escaping @Sendable () -> Timestamp,
        addresses: HostResolver?
    ) throws(HTTPSinkError) {
        let target = try Self.target(of: settings)
        self.name = name
        self.settings = settings
        self.target = target
        self.signer = signer
        self.link = link
        self.now = now
        // Looking hosts up and reading documents block: threads of its own keep that from everything else.
        threads = BlockingThreads(name: "sink-\(name)", limit: settings.concurrency)
        self.addresses = addresses ?? .system(on: threads)
        clients = PinnedClients(host: target.host, configuration: settings.clientConfiguration)
    }

    /// Checks settings without making a sink.
    ///
    /// - Throws: ``HTTPSinkError``.
    public static func validate(_ settings: HTTPSinkSettings) throws(HTTPSinkError) { _ = try target(of: settings) }

    private static func target(of settings: HTTPSinkSettings) throws(HTTPSinkError) -> HTTPTarget {
        let target = try HTTPTarget(settings.url)
        if target.isAddress, !settings.allowedNetworks.contains(where: { $0.contains(target.host) }) {
            throw .addressNotAllowed(target.host)
        }
        guard settings.inlineLimit <= HTTPSinkSettings.maxInlineBytes else {
            throw .inlineLimitTooHigh(settings.inlineLimit)
        }
        guard !settings.source.isEmpty, settings.source.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .badSource
        }
        return target
    }

    /// What bounds each attempt, from looking the host up to the end of the answer.
    public var limits: SinkLimits { SinkLimits(timeLimit: settings.timeLimit, concurrency: settings.concurrency) }

    var host: String { target.host }
    var url: String { target.url }

    /// Closes the connections; attempts under way fail.
    public func close() async { clients.close() }

    /// Makes one attempt.
    ///
    /// - Parameter delivery: What to deliver; its document is read when it is embedded.
    /// - Returns: How it ended; see ``HTTPAnswer`` for what each status means. What the network does is transient.
    public func deliver(_ delivery: DeliveryAttempt) async -> DeliveryResult {
        let deadline = ContinuousClock.now + settings.timeLimit
        let allowed: [String]
        switch await allowedAddresses() {
        case .success(let found): allowed = found
        case .failure(let refusal): return DeliveryResult(refusal.outcome)
        }

        switch await body(for: delivery, deadline: deadline) {
        case .success(let body): return await post(body, delivery: delivery, to: allowed, deadline: deadline)
        case .failure(let refusal): return DeliveryResult(refusal.outcome)
        }
    }

    func allowedAddresses() async -> Result<[String], Refusal> {
        let found: [String]
        if target.isAddress {
            found = [target.host]
        } else {
            switch await addresses.resolve(target.host, settings.timeLimit) {
            case .success([]): return .failure(.passing("\(target.host) resolves to no address"))
            case .success(let addresses): found = addresses
            case .failure(.timedOut):
                return .failure(.passing("resolving \(target.host) timed out"))
            case .failure(.notFound(let reason)):
                return .failure(.passing("cannot resolve \(target.host): \(reason)"))
            }
        }
        let allowed = found.filter { address in settings.allowedNetworks.contains { $0.contains(address) } }
        guard allowed.isEmpty else { return .success(allowed) }
        let reason = "\(target.host) resolves to \(found.joined(separator: ", ")), outside the sink's allowedNetworks"
        return .failure(.lasting(reason))
    }

    private func body(
        for delivery: DeliveryAttempt,
        deadline: ContinuousClock.Instant
    ) async -> Result<[UInt8], Refusal> {
        var event = CloudEvent(delivery, source: settings.source)
        guard let document = delivery.notification.document else { return .success(event.encoded()) }
        if document.size <= settings.inlineLimit {
            return await body(of: event, with: delivery, deadline: deadline)
        }
        if let link = link(document, now()) { event.content = .link(link) }
        return .success(event.encoded())
    }

    private func body(
        of event: CloudEvent,
        with delivery: DeliveryAttempt,
        deadline: ContinuousClock.Instant
    ) async -> Result<[UInt8], Refusal> {
        let left = max(.zero, ContinuousClock.now.duration(to: deadline))
        let read = await TimeLimit.run(left) { () async -> Result<[UInt8], DocumentReadError> in
            do throws(DocumentReadError) {
                guard let reader = try await delivery.openDocument() else { return .success(event.encoded()) }
                return .success(try await event.encoded(inlining: reader))
            } catch {
                return .failure(error)
            }
        }
        switch read.valueInTime {
        case .success(let body): return .success(body)
        case .failure(let error): return .failure(.unreadable(error.description))
        case nil: return .failure(.passing("reading the document timed out"))
        }
    }

    private func post(
        _ body: [UInt8],
        delivery: DeliveryAttempt,
        to addresses: [String],
        deadline: ContinuousClock.Instant
    ) async -> DeliveryResult {
        var request = HTTPClientRequest(url: target.url)
        request.method = .POST
        request.headers = [
            "content-type": CloudEvent.contentType, "user-agent": "ricevuta",
            "ricevuta-delivery-id": delivery.deliveryID,
        ]
        if let trace = delivery.trace { request.headers.add(name: TraceParent.header, value: trace.child().text) }
        for header in signer.headers(id: delivery.notification.id, body: body, now: now()) {
            request.headers.add(name: header.name, value: header.value)
        }
        request.body = .bytes(body)

        switch await attempt(request, at: addresses, deadline: deadline) {
        case .answered(let result): return result
        case .notConnected(let reason), .failed(let reason): return DeliveryResult(.transient(reason: reason))
        }
    }

    /// Sends a request to one address after the other, as long as no connection comes about.
    func attempt(
        _ request: HTTPClientRequest,
        at addresses: [String],
        deadline: ContinuousClock.Instant
    ) async -> Attempt {
        var last = Attempt.notConnected("no address to connect to")
        for address in addresses {
            let attempt = await clients.with(address: address) { client in
                await Self.send(request, with: client, deadline: deadline, now: now)
            }
            switch attempt {
            case .answered, .failed: return attempt ?? last
            case .notConnected(let reason): last = .notConnected("\(reason) (\(address))")
            case nil: return .failed("the sink is closed")
            }
        }
        return last
    }
}

/// Why an attempt ended before anything was sent.
enum Refusal: Error {
    /// May be otherwise in a while, without anybody's doing.
    case passing(String)
    /// The document cannot be read from the archive.
    case unreadable(String)
    /// Will be so until somebody changes something.
    case lasting(String)

    var outcome: DeliveryOutcome {
        switch self {
        case .passing(let reason): .transient(reason: reason)
        case .unreadable(let reason): .unreadable(reason: reason)
        case .lasting(let reason): .permanent(reason: reason)
        }
    }

    var failure: SinkFailure {
        switch self {
        case .passing(let reason), .unreadable(let reason): .unreachable(reason: reason)
        case .lasting(let reason): .unusable(reason: reason)
        }
    }
}
