public import BaseKit
import Crypto
public import Visengine

extension Notification {
    /// Makes the notification of a fact about an order.
    ///
    /// An order has one ``NotificationType/documentAvailable``, and every fact one notification: a ledger that has one
    /// of the same id, or of the order's document, notifies nobody again.
    ///
    /// - Parameters:
    ///   - type: What happened.
    ///   - order: The order as confirmed; it has an id.
    ///   - previousState: The state before; `nil` when there was none, or when the fact is no change of state.
    ///   - document: The document, for ``NotificationType/documentAvailable``.
    ///   - occurrence: How many notifications of that type and state the order has already.
    ///   - now: The current time.
    /// - Throws: ``LedgerError/conflict(_:)`` when the order has no id.
    public init(
        _ type: NotificationType,
        of order: OrderRecord,
        previousState: OrderState? = nil,
        document: StoredDocument? = nil,
        occurrence: Int64,
        now: Timestamp
    ) throws(LedgerError) {
        guard let orderID = order.id else { throw .conflict("the order has no ID yet") }
        self.init(
            id: Self.id(
                of: type,
                order: orderID,
                at: order.provider,
                state: order.state,
                document: document,
                occurrence: occurrence
            ),
            type: type,
            occurredAt: now,
            orderKey: order.key,
            provider: order.provider,
            orderID: orderID,
            item: order.item,
            itemName: order.itemName,
            reference: order.reference,
            state: order.state,
            previousState: previousState,
            lastUpdate: order.lastUpdate,
            outcome: order.outcome,
            cancellationReason: order.cancellationReason,
            document: document
        )
    }

    /// The id of a notification, which follows from its fact: published again by a ledger that has lost it,
    /// the same fact has the same id, so that endpoints and folders recognize it.
    ///
    /// - Parameters:
    ///   - type: What happened.
    ///   - order: The provider's id of the order.
    ///   - provider: Where the order is.
    ///   - state: The state confirmed with the fact.
    ///   - document: For a document: its content makes it another.
    ///   - occurrence: How often the order has come to that state before: known states come once, odd ones may come
    ///     back.
    /// - Returns: 26 visible ASCII characters.
    public static func id(
        of type: NotificationType,
        order: OrderID,
        at provider: ProviderID,
        state: OrderState?,
        document: StoredDocument?,
        occurrence: Int64
    ) -> String {
        var parts = ["ricevuta-event", "1", type.rawValue, provider.rawValue, order.rawValue]
        if let document { parts.append(document.sha256) } else { parts += [state?.name ?? "", String(occurrence)] }
        // No part can hold a NUL: ids are checked, and names are cleaned of control characters.
        let digest = SHA256.hash(data: Array(parts.joined(separator: "\u{0}").utf8))
        return "msg_" + Base64.text(digest.prefix(16), alphabet: .url)
    }
}
