import BaseKit
import RicevutaCore
import Visengine

/// A notification as a CloudEvents 1.0 event, in the JSON format.
///
/// Members without a value are left out. `document` is the last member of `data`, and `data` the last of the event, so
/// that a content can be put in where it is read; see ``encoded(content:)``.
struct CloudEvent {
    /// The media type of the structured mode (CloudEvents JSON format 1.0.2, section 3).
    static let contentType = "application/cloudevents+json; charset=utf-8"

    /// What an event says of its document beside the facts about it.
    enum Content {
        case none
        /// Where to fetch it.
        case link(String)
        /// The name of the file beside the event's own.
        case file(String)
        /// The document itself.
        case inline
    }

    let notification: Notification
    let source: String
    let deliveryID: String
    var content = Content.none

    /// The event as compact JSON in UTF-8.
    ///
    /// - Parameter append: Appends the document's base64; called for an inline content only.
    /// - Returns: The text, without a line feed at its end.
    /// - Throws: What `append` throws.
    func encoded<Failure: Error>(content append: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) -> [UInt8] {
        var bytes = json.encoded()
        guard case .inline = content else { return bytes }
        // The content, still empty, ends the text, but for its quote and three braces.
        let tail = Array(bytes.suffix(4))
        bytes.removeLast(tail.count)
        try append(&bytes)
        bytes.append(contentsOf: tail)
        return bytes
    }

    /// The event; an inline content is left empty.
    var json: JSONValue {
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
        var order: JSONObject = ["id": .string(notification.orderID.rawValue)]
        order["item"] = notification.item.map { .string($0.rawValue) }
        order["itemName"] = notification.itemName.map { .string($0) }
        order["state"] = notification.state.map { .string($0.name) }
        order["previousState"] = notification.previousState.map { .string($0.name) }
        order["lastUpdate"] = notification.lastUpdate.map { .string($0.description) }
        order["outcome"] = notification.outcome.map { outcome in
            ["code": .string(outcome.code), "info": .string(outcome.info), "isGood": .bool(outcome.isGood)]
        }
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
