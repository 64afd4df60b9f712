import BaseKit
import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct NotificationIDTests {
    private static let document = StoredDocument(
        sha256: String(repeating: "0a", count: 32),
        size: 3,
        kind: .pdf,
        name: nil
    )

    /// Facts about orders, all different.
    private static func facts() throws -> [Notification] {
        var other = document
        other.sha256 = String(repeating: "0b", count: 32)
        var elsewhere = try Sample.record(.available)
        elsewhere.id = try Sample.id("id2")
        var namesake = try Sample.record(.available)
        namesake.provider = try Sample.provider("docuengine")
        return [
            try Notification(.orderUpdated, of: Sample.record(.available), occurrence: 0, now: Sample.now),
            try Notification(.orderLate, of: Sample.record(.available), occurrence: 0, now: Sample.now),
            try Notification(.orderUpdated, of: elsewhere, occurrence: 0, now: Sample.now),
            try Notification(.orderUpdated, of: namesake, occurrence: 0, now: Sample.now),
            try Notification(.orderUpdated, of: Sample.record(.fulfilled), occurrence: 0, now: Sample.now),
            try Notification(.orderUpdated, of: Sample.record(.available), occurrence: 1, now: Sample.now),
            try Notification(.orderUpdated, of: Sample.record(), occurrence: 0, now: Sample.now),
            try Notification(
                .documentAvailable,
                of: Sample.record(.available),
                document: document,
                occurrence: 0,
                now: Sample.now
            ),
            try Notification(
                .documentAvailable,
                of: Sample.record(.available),
                document: other,
                occurrence: 0,
                now: Sample.now
            ),
        ]
    }

    @Test func tellsFactsApart() throws {
        let ids = try Self.facts().map(\.id)

        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.hasPrefix("msg_") && $0.utf8.count == 26 })
    }

    @Test func isTheSameForTheSameFactWheneverAndWherever() throws {
        var order = try Sample.record(.available)
        order.key = 99
        order.itemName = "Visura"
        let first = try Notification(.orderUpdated, of: order, occurrence: 0, now: Sample.now)
        let later = try Notification(
            .orderUpdated,
            of: Sample.record(.available),
            previousState: .searching,
            occurrence: 0,
            now: Sample.now + .seconds(9999)
        )

        #expect(first.id == later.id)
        // Receivers keep these: a change here tells everything once more.
        #expect(first.id == "msg_w0VDfJVtLRGr5e9-vrWTIQ")
    }

    @Test func ofADocumentIsTheSameThoughItsOrderMovesOn() throws {
        let ids = try [OrderState.available, .fulfilled].enumerated().map { occurrence, state in
            try Notification(
                .documentAvailable,
                of: Sample.record(state),
                document: Self.document,
                occurrence: Int64(occurrence),
                now: Sample.now
            ).id
        }

        #expect(Set(ids).count == 1)
    }

    @Test func tellsNothingOfAnOrderWithoutAnID() throws {
        var order = try Sample.record(.available)
        order.id = nil

        #expect(throws: LedgerError.conflict("the order has no ID yet")) {
            try Notification(.orderUpdated, of: order, occurrence: 0, now: Sample.now)
        }
    }

    @Test func saysWhatIsConfirmed() throws {
        var order = try Sample.record(.available)
        order.itemName = "Visura"
        order.lastUpdate = Sample.now - .seconds(5)
        let notification = try Notification(
            .orderUpdated,
            of: order,
            previousState: .searching,
            occurrence: 0,
            now: Sample.now
        )

        #expect(notification.orderKey == order.key)
        #expect(notification.orderID == order.id)
        #expect(notification.itemName == "Visura")
        #expect(notification.state == .available)
        #expect(notification.previousState == .searching)
        #expect(notification.lastUpdate == order.lastUpdate)
        #expect(notification.occurredAt == Sample.now)
    }
}
