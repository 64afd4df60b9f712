import BaseKit
import Foundation
import RicevutaCore
import Testing
import Visengine

@testable import Sinks

@Suite struct CloudEventTests {
    @Test func holdsTheWholeFact() throws {
        let document = SampleNotifications.document()
        let event = CloudEvent(
            notification: try SampleNotifications.notification(document: document),
            source: "urn:ricevuta",
            deliveryID: "dlv_1",
            content: .link("http://127.0.0.1/documents/x")
        )

        let json = try JSONValue(parsing: event.encoded())

        #expect(
            json == [
                "specversion": "1.0", "id": "ntf_1", "source": "urn:ricevuta", "type": "document.available",
                "subject": "65b0a1f2c3d4e5f601020304", "time": "2026-03-01T09:30:00.123Z",
                "datacontenttype": "application/json", "deliveryid": "dlv_1",
                "data": [
                    "order": [
                        "id": "65b0a1f2c3d4e5f601020304", "provider": "visengine",
                        "item": "5c1a2b3c4d5e6f708192a3b4c5d6e7f8",
                        "itemName": "Pensione di vecchiaia", "state": "fulfilled", "previousState": "available",
                        "lastUpdate": "2026-03-01T09:29:59.000Z",
                        "outcome": ["code": "0", "info": "ok", "isGood": true],
                    ],
                    "document": [
                        "sha256": .string(document.sha256), "size": JSONValue(document.size),
                        "mimeType": "application/zip",
                        "name": "visura.zip", "link": "http://127.0.0.1/documents/x",
                    ],
                ],
            ]
        )
    }

    @Test func saysWhyAnOrderWasCancelled() throws {
        var notification = try SampleNotifications.notification()
        notification.cancellationReason = "Dati non corretti"

        let json = CloudEvent(notification: notification, source: "s", deliveryID: "d").json

        #expect(json["data"]?["order"]?["cancellationReason"] == "Dati non corretti")
    }

    @Test func tellsTheCallersReference() throws {
        var notification = try SampleNotifications.notification()
        notification.reference = OrderReference(rawValue: "Pratica 7/2026")

        let json = CloudEvent(notification: notification, source: "s", deliveryID: "d").json

        #expect(json["data"]?["order"]?["reference"] == "Pratica 7/2026")
    }

    @Test func leavesOutWhatIsNotKnown() throws {
        let notification = Notification(
            id: "n",
            type: .orderLate,
            occurredAt: Timestamp(seconds: 0),
            orderKey: 1,
            provider: .visengine,
            orderID: try #require(OrderID("o"))
        )

        let json = CloudEvent(notification: notification, source: "s", deliveryID: "d").json

        #expect(json["data"] == ["order": ["id": "o", "provider": "visengine"]])
        #expect(json["time"] == "1970-01-01T00:00:00.000Z")
    }

    @Test(arguments: [0, 1, 2, 3, 1000, 3 << 17, 3 << 17 | 1, 1_000_000])
    func putsTheContentInItsPlace(count: Int) async throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let event = CloudEvent(
            notification: try SampleNotifications.notification(
                document: SampleNotifications.document(content, name: nil)
            ),
            source: "s",
            deliveryID: "d"
        )
        let reader = RemoteDocuments(content: content).open(SampleNotifications.document(content))

        let bytes = try await event.encoded(inlining: reader)
        let text = try JSONValue(parsing: bytes)["data"]?["document"]?["content_base64"]?.string

        #expect(text.flatMap { Data(base64Encoded: $0) } == Data(content))
    }
}
