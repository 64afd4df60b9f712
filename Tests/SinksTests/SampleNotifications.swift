import BaseKit
import Crypto
import RicevutaCore
import Visengine

extension Sink {
    /// How one attempt ends, whatever the destination says.
    func outcome(of delivery: DeliveryAttempt) async -> DeliveryOutcome { await deliver(delivery).outcome }
}

enum SampleNotifications {
    static let content = Array("no real document, but content enough".utf8)

    static func document(_ content: [UInt8] = content, name: String? = "visura.zip") -> StoredDocument {
        let hash = SHA256.hash(data: content).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return StoredDocument(sha256: hash, size: Int64(content.count), kind: .zip, name: name)
    }

    static func notification(
        id: String = "ntf_1",
        type: NotificationType = .documentAvailable,
        order: String = "65b0a1f2c3d4e5f601020304",
        document: StoredDocument? = nil
    ) throws -> RicevutaCore.Notification {
        Notification(
            id: id,
            type: type,
            occurredAt: Timestamp(milliseconds: 1_772_357_400_123),
            orderKey: 7,
            provider: .visengine,
            orderID: try need(OrderID(order)),
            item: ItemHash("5c1a2b3c4d5e6f708192a3b4c5d6e7f8"),
            itemName: "Pensione di vecchiaia",
            state: .fulfilled,
            previousState: .available,
            lastUpdate: Timestamp(seconds: 1_772_357_399),
            outcome: Outcome(code: "0", info: "ok"),
            document: document
        )
    }

    static func delivery(
        _ notification: RicevutaCore.Notification,
        delivery: String = "dlv_1",
        path: String? = nil,
        trace: TraceParent? = nil
    ) -> DeliveryAttempt {
        DeliveryAttempt(
            notification: notification,
            deliveryID: delivery,
            attempt: 1,
            trace: trace,
            documents: FileDocuments(path: path)
        )
    }

    private struct Missing: Error {}

    private static func need<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }
}
