public import BaseKit

/// Which documents and quarantined contents to list.
public struct DocumentQuery: Sendable, Equatable {
    /// A place in a list of documents: that of one of them.
    public struct Place: Sendable, Equatable, LosslessStringConvertible {
        /// When it was recorded.
        public var recordedAt: Timestamp
        /// Its order's number in the ledger.
        public var orderKey: Int64

        /// The place of a document.
        public init(of entry: DocumentEntry) {
            recordedAt = entry.recordedAt
            orderKey = entry.orderKey
        }

        /// Reads ``description``.
        public init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let time = Int64(parts[0]), let key = Int64(parts[1]) else { return nil }
            recordedAt = Timestamp(milliseconds: time)
            orderKey = key
        }

        /// Both numbers, the time in milliseconds.
        public var description: String { "\(recordedAt.milliseconds)-\(orderKey)" }
    }

    /// Only those of this order.
    public var orderKey: Int64?
    /// Only those of orders of this item: its hash, or a part of its name in any case of ASCII letters.
    public var item: String?
    /// Only those of orders with this reference.
    public var reference: OrderReference?
    /// Only those recorded then or later.
    public var since: Timestamp?
    /// Only those behind this place: the next page of a list.
    public var before: Place?
    /// At most so many.
    public var limit: Int

    /// Creates a query.
    public init(
        orderKey: Int64? = nil,
        item: String? = nil,
        reference: OrderReference? = nil,
        since: Timestamp? = nil,
        before: Place? = nil,
        limit: Int = 100
    ) {
        self.orderKey = orderKey
        self.item = item
        self.reference = reference
        self.since = since
        self.before = before
        self.limit = limit
    }
}

extension LedgerReader {
    /// Documents, newest first; of one order when `orderKey` is given.
    public func documents(ofOrder key: Int64?, limit: Int) async throws(LedgerError) -> [DocumentEntry] {
        try await documents(DocumentQuery(orderKey: key, limit: limit))
    }
}
