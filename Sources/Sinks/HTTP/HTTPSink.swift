import AsyncHTTPClient
public import BaseKit
import NIOCore
import NIOHTTP1
public import RicevutaCore

/// Posts each notification as a CloudEvents 1.0 event in structured JSON, signed to the Standard Webhooks
/// specification.
///
/// Beside the three headers of the specification there is `ricevuta-delivery-id`, which is also the event's
/// `deliveryid`: a replay has the same event id, and another delivery id. The host is looked up anew for each attempt,
/// and the connection goes to an address that was found allowed, not to whatever the name means a moment later.
/// Redirects are not followed.
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
    private let clients: AddressedClients

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
        clients = AddressedClients(host: target.host, configuration: settings.clientConfiguration)
    }

    /// Checks settings without making a sink.
    ///
    /// - Throws: ``HTTPSinkError``.
    public static func check(_ settings: HTTPSinkSettings) throws(HTTPSinkError) { _ = try target(of: settings) }

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

    /// The longest that ``deliver(_:)`` takes, reading a document of the inline limit aside: what leases are derived
    /// from.
    public var maxAttemptDuration: Duration { settings.timeLimit }

    /// Closes the connections; attempts under way fail.
    public func close() { clients.close() }

    /// Makes one attempt.
    ///
    /// - Parameter parcel: What to tell; its document's path is read when the document goes inside.
    /// - Returns: How it ended; see ``HTTPAnswer`` for what each status means. What the network does is transient.
    public func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let deadline = ContinuousClock.now + settings.timeLimit
        let allowed: [String]
        switch await allowedAddresses() {
        case .success(let found): allowed = found
        case .failure(let refusal): return refusal.outcome
        }

        switch await body(for: parcel, deadline: deadline) {
        case .success(let body): return await post(body, parcel: parcel, to: allowed, deadline: deadline)
        case .failure(let refusal): return refusal.outcome
        }
    }

    private func allowedAddresses() async -> Result<[String], Refusal> {
        let found: [String]
        if target.isAddress {
            found = [target.host]
        } else {
            switch await addresses.resolve(target.host, settings.timeLimit) {
            case .success([]): return .failure(Refusal(.transient(reason: "\(target.host) resolves to no address")))
            case .success(let addresses): found = addresses
            case .failure(.timedOut):
                return .failure(Refusal(.transient(reason: "resolving \(target.host) timed out")))
            case .failure(.notFound(let reason)):
                return .failure(Refusal(.transient(reason: "cannot resolve \(target.host): \(reason)")))
            }
        }
        let allowed = found.filter { address in settings.allowedNetworks.contains { $0.contains(address) } }
        guard allowed.isEmpty else { return .success(allowed) }
        let reason = "\(target.host) resolves to \(found.joined(separator: ", ")), outside the sink's allowedNetworks"
        return .failure(Refusal(.permanent(reason: reason)))
    }

    private func body(
        for parcel: Parcel,
        deadline: ContinuousClock.Instant
    ) async -> Result<[UInt8], Refusal> {
        var event = CloudEvent(
            notification: parcel.notification,
            source: settings.source,
            deliveryID: parcel.deliveryID
        )
        if let document = parcel.notification.document {
            if let path = parcel.documentPath, document.size <= settings.inlineLimit {
                event.content = .inline
                return await body(of: event, with: document, at: path, deadline: deadline)
            }
            event.content = link(document, now()).map { .link($0) } ?? .none
        }
        return .success(event.encoded { _ in })
    }

    private func body(
        of event: CloudEvent,
        with document: StoredDocument,
        at path: String,
        deadline: ContinuousClock.Instant
    ) async -> Result<[UInt8], Refusal> {
        let left = max(.zero, ContinuousClock.now.duration(to: deadline))
        let read = await threads.run(within: left) {
            Result { () throws(DocumentReadError) in
                try event.encoded { (bytes: inout [UInt8]) throws(DocumentReadError) in
                    try InlineDocument.append(document, at: path, to: &bytes)
                }
            }
        }
        switch read {
        case .finished(.success(let body)): return .success(body)
        case .finished(.failure(let error)): return .failure(Refusal(.transient(reason: error.description)))
        case .abandoned: return .failure(Refusal(.transient(reason: "reading the document timed out")))
        case .refused(let count):
            return .failure(Refusal(.transient(reason: "\(count) earlier document reads still hang")))
        }
    }

    /// Tries one address after the other, as long as no connection comes about.
    private func post(
        _ body: [UInt8],
        parcel: Parcel,
        to addresses: [String],
        deadline: ContinuousClock.Instant
    ) async -> DeliveryOutcome {
        var request = HTTPClientRequest(url: target.url)
        request.method = .POST
        request.headers = [
            "content-type": CloudEvent.contentType, "user-agent": "ricevuta",
            "ricevuta-delivery-id": parcel.deliveryID,
        ]
        for header in signer.headers(id: parcel.notification.id, body: body, now: now()) {
            request.headers.add(name: header.name, value: header.value)
        }
        request.body = .bytes(body)

        var outcome = DeliveryOutcome.transient(reason: "no address to connect to")
        for address in addresses {
            let attempt = await clients.with(address: address) { client in
                await Self.send(request, with: client, deadline: deadline, now: now)
            }
            switch attempt {
            case .answered(let answer): return answer
            case .failed(let reason): return .transient(reason: reason)
            case .notConnected(let reason): outcome = .transient(reason: "\(reason) (\(address))")
            case nil: return .transient(reason: "the sink is closed")
            }
        }
        return outcome
    }
}

/// An outcome that ends an attempt before it began.
private struct Refusal: Error {
    let outcome: DeliveryOutcome

    init(_ outcome: DeliveryOutcome) { self.outcome = outcome }
}
