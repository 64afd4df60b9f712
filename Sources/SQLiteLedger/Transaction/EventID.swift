import BaseKit
import Crypto
import RicevutaCore
import Visengine

/// The id of a notification, which follows from the fact that it tells: told again by a ledger that has lost it, the
/// same fact has the same id, so that receivers and folders recognize it.
enum EventID {
    /// Makes the id of a fact.
    ///
    /// - Parameters:
    ///   - type: What happened.
    ///   - order: The provider's id of the order.
    ///   - state: The state confirmed with the fact.
    ///   - document: For a document: its content makes it another.
    ///   - occurrence: How often the order has come to that state before: known states come once, odd ones may come
    ///     back.
    /// - Returns: 26 visible ASCII characters.
    static func of(
        _ type: NotificationType,
        order: OrderID,
        state: OrderState?,
        document: StoredDocument?,
        occurrence: Int64
    ) -> String {
        var parts = ["ricevuta-event", "1", type.rawValue, order.rawValue]
        if let document { parts.append(document.sha256) } else { parts += [state?.name ?? "", String(occurrence)] }
        // No part can hold a NUL: ids are checked, and names are cleaned of control characters.
        let digest = SHA256.hash(data: Array(parts.joined(separator: "\u{0}").utf8))
        return "msg_" + Base64.text(digest.prefix(16), alphabet: .url)
    }
}
