import BaseKit
import Foundation
import HTTPListener
import Sinks
import Testing

@testable import ricevuta

/// What `listen` makes of a request: an event, and whether it is to be trusted.
@Suite struct ReceivedEventTests {
    private let secret = WebhookSecret.random()

    private static let body = """
        {"id":"msg_1","type":"document.available","deliveryid":"dlv_1",\
        "data":{"order":{"id":"65b0"},"document":{"sha256":"0a"}}}
        """

    private func event(_ body: String = body, signedBy other: WebhookSecret? = nil) -> ReceivedEvent {
        let bytes = Array(body.utf8)
        let signer = WebhookSigner(secret: other ?? secret)
        let headers = signer.headers(id: "msg_1", body: bytes, now: .now())
        let head = RequestHead(
            method: "POST",
            target: "/",
            headers: HTTPHeaders(headers.map { ($0.name, $0.value) })
        )
        return ReceivedEvent(Request(head: head, body: bytes), WebhookSigner(secret: secret))
    }

    @Test func readsASignedEvent() {
        let event = event()

        #expect(event.problem == nil)
        #expect(event.id == "msg_1" && event.type == "document.available")
        #expect(event.order == "65b0" && event.delivery == "dlv_1" && event.document == "0a")
    }

    @Test func trustsNoOtherSignature() {
        #expect(event(signedBy: .random()).problem != nil)
        let head = RequestHead(method: "POST", target: "/")
        #expect(ReceivedEvent(Request(head: head), WebhookSigner(secret: secret)).problem != nil)
    }

    @Test func saysThatABodyIsNoJSON() {
        let event = event("{")

        #expect(event.problem == "the body is not JSON")
        #expect(event.type == "-" && event.order == "-" && event.document == nil)
    }
}
