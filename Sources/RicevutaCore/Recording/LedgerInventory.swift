public import BaseKit

/// What a ledger holds, by name: to compare two ledgers, and a ledger with the files that belong to it.
public struct LedgerInventory: Sendable, Equatable {
    /// Orders: what they are called for people, by the nonce or else the provider's id.
    public var orders: [String: String]
    /// Documents, each content once.
    public var documents: [StoredDocument]
    /// How many callbacks are recorded.
    public var callbacks: Int
    /// When the newest of them arrived; `nil` without any.
    public var newestCallback: Timestamp?
    /// How far each receiver's journal has been handed over.
    public var handedOver: [ReceiverID: Int64]

    /// Creates an inventory; by default an empty ledger's.
    public init(
        orders: [String: String] = [:],
        documents: [StoredDocument] = [],
        callbacks: Int = 0,
        newestCallback: Timestamp? = nil,
        handedOver: [ReceiverID: Int64] = [:]
    ) {
        self.orders = orders
        self.documents = documents
        self.callbacks = callbacks
        self.newestCallback = newestCallback
        self.handedOver = handedOver
    }
}
