public import BaseKit
import Visengine

/// A notification as a CloudEvents 1.0 event, in the JSON format: the one form in which sinks pass it on.
///
/// Members without a value are left out. `document` is the last member of `data`, and `data` the last of the event, so
/// that a content can be put in where it is read; see ``encoded(inlining:)``.
public struct CloudEvent: Sendable {
    /// The media type of the structured mode (CloudEvents JSON format 1.0.2, section 3).
    public static let contentType = "application/cloudevents+json; charset=utf-8"

    /// What an event says of its document beside the facts about it.
    public enum Content: Sendable, Equatable {
        /// Nothing.
        case none
        /// Where to fetch it: member `link`.
        case link(String)
        /// The name of the file beside the event's own: member `file`.
        case file(String)
        /// The document itself: member `content_base64`.
        case inline
    }

    /// What is published.
    public let notification: Notification
    /// CloudEvents `source`: a URI reference.
    public let source: String
    /// The delivery's own id.
    public let deliveryID: String
    /// What the event says of the notification's document.
    public var content: Content

    /// Creates an event.
    public init(notification: Notification, source: String, deliveryID: String, content: Content = .none) {
        self.notification = notification
        self.source = source
        self.deliveryID = deliveryID
        self.content = content
    }

    /// The event of a delivery.
    public init(_ delivery: DeliveryAttempt, source: String, content: Content = .none) {
        self.init(
            notification: delivery.notification,
            source: source,
            deliveryID: delivery.deliveryID,
            content: content
        )
    }

    /// The event as compact JSON in UTF-8, without a line feed at its end.
    public func encoded() -> [UInt8] { json.encoded() }

    /// The event with the document inside, as compact JSON in UTF-8.
    ///
    /// As much memory as the text takes, and a piece of the document.
    ///
    /// - Parameter reader: Reads the notification's document.
    /// - Returns: The text, without a line feed at its end.
    /// - Throws: ``DocumentReadError``.
    public func encoded(inlining reader: any DocumentReader) async throws(DocumentReadError) -> [UInt8] {
        var event = self
        event.content = .inline
        var bytes = event.encoded()
        // The content, still empty, ends the text, but for its quote and three braces.
        let tail = Array(bytes.suffix(4))
        bytes.removeLast(tail.count)
        bytes.reserveCapacity(bytes.count + (Int(reader.document.size) + 2) / 3 * 4 + 8)
        while let piece = try await reader.read(upTo: Self.pieceSize) {
            bytes.append(contentsOf: Base64.encode(piece))
        }
        bytes.append(contentsOf: tail)
        return bytes
    }

    // A multiple of three, so that the pieces' base64 follow one another without filling.
    private static let pieceSize = 3 << 17

    /// The event; an inline content is left empty.
    public var json: JSONValue {
        .object([
            "specversion": "1.0", "id": .string(notification.id), "source": .string(source),
            "type": .string(notification.type.rawValue), "subject": .string(notification.orderID.rawValue),
            "time": .string(notification.occurredAt.description), "datacontenttype": "application/json",
            "deliveryid": .string(deliveryID), "data": data,
        ])
    }

    private var data: JSONValue {
        var data: JSONObject = ["order": order]
        data["document"] = notification.document.map(describe)
        return .object(data)
    }

    private var order: JSONValue {
        var order: JSONObject = [
            "id": .string(notification.orderID.rawValue), "provider": .string(notification.provider.rawValue),
        ]
        order["reference"] = notification.reference.map { .string($0.rawValue) }
        order["item"] = notification.item.map { .string($0.rawValue) }
        order["itemName"] = notification.itemName.map { .string($0) }
        order["state"] = notification.state.map { .string($0.name) }
        order["previousState"] = notification.previousState.map { .string($0.name) }
        order["lastUpdate"] = notification.lastUpdate.map { .string($0.description) }
        order["outcome"] = notification.outcome.map { outcome in
            ["code": .string(outcome.code), "info": .string(outcome.info), "isGood": .bool(outcome.isGood)]
        }
        order["cancellationReason"] = notification.cancellationReason.map { .string($0) }
        return .object(order)
    }

    private func describe(_ document: StoredDocument) -> JSONValue {
        var described: JSONObject = [
            "sha256": .string(document.sha256), "size": JSONValue(document.size),
            "mimeType": .string(document.kind.mimeType),
        ]
        described["name"] = document.name.map { .string($0) }
        switch content {
        case .none: break
        case .link(let link): described["link"] = .string(link)
        case .file(let name): described["file"] = .string(name)
        case .inline: described["content_base64"] = ""
        }
        return .object(described)
    }
}
