import BaseKit
import RicevutaCore
import Testing
import Visengine

/// Values that the tests share.
enum Sample {
    static let now = Timestamp(seconds: 1_800_000_000)

    static func id(_ text: String = "id1") throws -> OrderID { try #require(OrderID(rawValue: text)) }

    static func item(_ text: String = "item1") throws -> ItemHash { try #require(ItemHash(rawValue: text)) }

    static func sink(_ name: String) throws -> SinkName { try #require(SinkName(rawValue: name)) }

    static func nonce(_ letter: Character = "n") throws -> OrderNonce {
        try #require(OrderNonce(rawValue: String(repeating: letter, count: 22)))
    }

    static func record(_ state: OrderState? = nil, document: DocumentProgress = .none) throws -> OrderRecord {
        OrderRecord(
            key: 1,
            provider: .visengine,
            nonce: try nonce(),
            id: try id(),
            origin: .placed,
            placement: .placed,
            state: state,
            rank: state?.rank ?? 0,
            document: document,
            createdAt: now
        )
    }

    static func notification(
        _ type: NotificationType = .orderUpdated,
        item: ItemHash? = nil,
        id: OrderID? = nil
    ) throws -> Notification {
        Notification(
            id: "n1",
            type: type,
            occurredAt: now,
            orderKey: 1,
            provider: .visengine,
            orderID: try id ?? Sample.id(),
            item: item
        )
    }

    static func provider(_ name: String) throws -> ProviderID { try #require(ProviderID(rawValue: name)) }

    static func callback(
        provider: ProviderID = .visengine,
        nonce: OrderNonce? = nil,
        claim: CallbackClaim = CallbackClaim(),
        body: String = "body"
    ) -> ReceivedCallback {
        ReceivedCallback(
            provider: provider,
            nonce: nonce,
            claim: claim,
            body: Array(body.utf8),
            peer: "192.0.2.1",
            receivedAt: now
        )
    }
}
