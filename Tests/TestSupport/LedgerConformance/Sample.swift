package import BaseKit
package import RicevutaCore
package import Visengine

/// Values that the tests of ledgers share.
package enum Sample {
    /// Who receives, where a test says nothing else.
    package static let receiver = ReceiverID.random()
    package static let now = Timestamp(seconds: 1_800_000_000)
    package static let lease = Duration.seconds(60)
    package static let schedule = ReconciliationSchedule(minReadBackInterval: .seconds(10))
    package static let document = StoredDocument(
        sha256: String(repeating: "0a", count: 32),
        size: 3,
        kind: .pdf,
        name: "visura.pdf"
    )

    package static func id(_ text: String = "id1") throws -> OrderID { try required(OrderID(rawValue: text)) }

    package static func item(_ text: String = "item1") throws -> ItemHash { try required(ItemHash(rawValue: text)) }

    package static func sink(_ name: String = "crm") throws -> SinkName { try required(SinkName(rawValue: name)) }

    package static func nonce(_ letter: Character = "n") throws -> OrderNonce {
        try required(OrderNonce(rawValue: String(repeating: letter, count: 22)))
    }

    /// A callback with the token of order `nonce`, or with none.
    package static func callback(
        _ nonce: Character? = "n",
        from provider: ProviderID = .visengine,
        id: String? = "id1",
        state: OrderState? = .available,
        update: Timestamp? = now,
        body: String = "body",
        peer: String = "192.0.2.1",
        trace: TraceParent? = nil,
        at: Timestamp = now
    ) throws -> ReceivedCallback {
        ReceivedCallback(
            provider: provider,
            nonce: try nonce.map { try Sample.nonce($0) },
            claim: CallbackClaim(orderID: try id.map { try Sample.id($0) }, state: state, lastUpdate: update),
            body: Array(body.utf8),
            peer: peer,
            receivedAt: at,
            trace: trace
        )
    }

    package static func reading(_ state: OrderState?, id: String = "id1", update: Timestamp? = now) throws -> Order {
        Order(id: try Sample.id(id), state: state, lastUpdate: update)
    }

    /// A context whose routing sends everything to each of the sinks.
    package static func context(_ sinks: String..., at: Timestamp = now) throws -> ConfirmationContext {
        ConfirmationContext(now: at, schedule: schedule, routing: try routing(sinks))
    }

    package static func routing(_ sinks: [String]) throws -> DeliveryRouting {
        DeliveryRouting(try sinks.map { DeliveryRouting.Route(sink: try sink($0)) })
    }
}

/// Something that a test needs is missing.
package struct Missing: Error {
    let what: String
}

/// The value; throws when there is none.
///
/// For code that tests share, which has no `#require`.
package func required<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing(what: "\(Value.self)") }
    return value
}

extension LedgerMode {
    /// To serve as the receiver that most tests are about.
    package static var serve: LedgerMode { .serve(as: Sample.receiver) }
}
