import BaseKit
import Logging
import RicevutaCore
import Synchronization
import Testing
import Visengine

@testable import Pipeline

/// Values that the tests share.
enum Sample {
    static let now = Timestamp(seconds: 1_800_000_000)
    static let document = StoredDocument(
        sha256: String(repeating: "0a", count: 32),
        size: 3,
        kind: .pdf,
        name: "visura.pdf"
    )
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let environment = FlowEnvironment(now: { now }, random: { 1 })

    static func key(_ id: String) throws -> TokenKey {
        try #require(TokenKey(id: id, secret: [UInt8](repeating: id.utf8.first ?? 0, count: 32)))
    }

    static func keys() throws -> CallbackTokenKeys {
        try CallbackTokenKeys(active: key("a"), accepted: [key("b")], retired: [key("r")])
    }

    static func nonce(_ letter: Character = "n") throws -> OrderNonce {
        try #require(OrderNonce(rawValue: String(repeating: letter, count: 22)))
    }

    static func id(_ text: String = "id1") throws -> OrderID { try #require(OrderID(rawValue: text)) }

    static func sink(_ name: String) throws -> SinkName { try #require(SinkName(rawValue: name)) }

    static func lease(_ kind: JobKind, attempt: Int = 1, refusals: Refusals = Refusals()) -> JobLease {
        JobLease(
            job: 1,
            kind: kind,
            attempt: attempt,
            holder: LeaseHolder(receiver: .random(), boot: 1),
            revision: 1,
            refusals: refusals
        )
    }

    /// Refusals up to now.
    static func refusals(_ count: Int, for time: Duration) -> Refusals { Refusals(count: count, since: now - time) }

    static func verifyWork(
        id: OrderID? = nil,
        candidates: [OrderID] = [],
        attempt: Int = 1,
        age: Duration = .zero,
        refusals: Refusals = Refusals()
    ) throws -> VerifyWork {
        VerifyWork(
            lease: lease(.verify, attempt: attempt, refusals: refusals),
            order: OrderRecord(
                key: 1,
                provider: .visengine,
                nonce: try nonce(),
                id: id,
                origin: .placed,
                placement: .pending,
                createdAt: now - age
            ),
            candidates: candidates,
            trigger: .callback
        )
    }

    static func fetchWork(
        attempt: Int = 1,
        age: Duration = .zero,
        refusals: Refusals = Refusals()
    ) throws -> FetchWork {
        var order = try verifyWork(id: id(), age: age).order
        order.document = .due
        return FetchWork(lease: lease(.fetch, attempt: attempt, refusals: refusals), order: order)
    }

    static func delivery(_ id: String, to sink: SinkName, attempt: Int = 1) throws -> DeliverWork {
        DeliverWork(
            lease: lease(.deliver, attempt: attempt),
            deliveryID: id,
            sink: sink,
            notification: Notification(
                id: "n1",
                type: .orderUpdated,
                occurredAt: now,
                orderKey: 1,
                provider: .visengine,
                orderID: try Sample.id()
            )
        )
    }
}
