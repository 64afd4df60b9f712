public import BaseKit
public import Visengine

/// One document to fetch.
public struct FetchWork: Sendable, Equatable {
    /// The right to do it.
    public var lease: JobLease
    /// The order; its id is bound.
    public var order: OrderRecord
    /// The most bytes that an operator allowed this document, instead of the configured limit.
    public var maxBytes: Int64?

    /// Creates work.
    public init(lease: JobLease, order: OrderRecord, maxBytes: Int64? = nil) {
        self.lease = lease
        self.order = order
        self.maxBytes = maxBytes
    }
}

/// What fetching reads from and writes to the ledger.
public protocol FetchLedger: JobLedger {
    /// Takes due fetch jobs, oldest due first.
    ///
    /// - Throws: ``LedgerError``.
    func leaseFetches(limit: Int, now: Timestamp, leaseFor: Duration) async throws(LedgerError) -> [FetchWork]

    /// Records a document that is in the archive, synced, and publishes it: one `document.available` for each order and
    /// sink, however often a crash repeats the fetch.
    ///
    /// - Throws: ``LedgerError/leaseLost(job:)``.
    func stored(
        _ document: StoredDocument,
        for work: FetchWork,
        routing: DeliveryRouting,
        now: Timestamp
    )
        async throws(LedgerError)

    /// Records a document that failed a check and was quarantined, once for each content, and sets the next attempt.
    func quarantined(
        _ document: QuarantinedDocument,
        for work: FetchWork,
        retryAt: Timestamp,
        now: Timestamp
    )
        async throws(LedgerError)

    /// Gives up on a document; the order shows as failed and is listed for the operator.
    func abandonFetch(_ work: FetchWork, reason: String, now: Timestamp) async throws(LedgerError)
}

/// The port to the provider's documents.
public protocol DocumentSource: Sendable {
    /// Streams an order's document, decoded, into a writer, in constant memory (`GET /documento/{_id}`).
    ///
    /// - Returns: What the provider says of the document; nothing has been checked against it yet.
    /// - Throws: ``DocumentFetchError``. The caller discards the writer.
    func fetchDocument(
        of id: OrderID,
        into writer: any DocumentWriter
    ) async throws(DocumentFetchError)
        -> DocumentMetadata
}

/// Why a document did not arrive.
public enum DocumentFetchError: Error, Equatable, Sendable {
    /// The provider did not send it.
    case provider(ProviderFailure)
    /// It was sent, and is damaged: JSON or base64 that breaks off or is none.
    case damaged(reason: String)
    /// It could not be written: the disk may be full.
    case archive(ArchiveError)
}

extension DocumentFetchError: CustomStringConvertible {
    /// One line for logs and operators, free of secrets and personal data.
    public var description: String {
        switch self {
        case .provider(let failure): failure.description
        case .damaged(let reason): reason
        case .archive(let failure): failure.description
        }
    }
}
