import BaseKit
import Crypto
import Foundation
import HTTPListener
import RicevutaCore
import Sinks
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPSinkTests {
    @Test func postsASignedEvent() async throws {
        try await withReceiver { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/hooks/in?tenant=1")

            let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

            #expect(outcome == .accepted)
            let request = try #require(receiver.requests.first)
            let headers = request.head.headers
            #expect(receiver.requests.count == 1)
            #expect(request.head.method == "POST")
            #expect(request.head.target == "/hooks/in?tenant=1")
            #expect(headers["content-type"] == "application/cloudevents+json; charset=utf-8")
            #expect(headers["content-length"] == String(request.body.count))
            #expect(headers["webhook-id"] == "ntf_1")
            #expect(headers["webhook-timestamp"] == "1800000000")
            #expect(headers["ricevuta-delivery-id"] == "dlv_1")
            let event = try JSONValue(parsing: request.body)
            #expect(event["id"]?.string == "ntf_1")
            #expect(event["deliveryid"]?.string == "dlv_1")
            #expect(event["specversion"]?.string == "1.0")
            #expect(event["data"]?["order"]?["id"]?.string == "65b0a1f2c3d4e5f601020304")

            // By hand, from the specification's text: HMAC-SHA256 over id, timestamp and body with dots between.
            let key = try #require(Data(base64Encoded: String(TestSink.secret.text.dropFirst("whsec_".count))))
            let message = Data("ntf_1.1800000000.".utf8) + request.body
            let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))
            #expect(headers["webhook-signature"] == "v1," + Data(code).base64EncodedString())
        }
    }

    @Test func passesTheTraceOnWithASpanOfItsOwn() async throws {
        try await withReceiver { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")
            let trace = try #require(TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
            let notification = try SampleNotifications.notification()

            for trace in [trace, nil] {
                let delivery = SampleNotifications.delivery(notification, trace: trace)
                #expect(await sink.outcome(of: delivery) == .accepted)
            }

            let values = receiver.requests.map { $0.head.headers[TraceParent.header] }
            let sent = try #require(values.first.flatMap { $0 }.flatMap(TraceParent.init))
            #expect(sent.traceID == trace.traceID && sent.spanID != trace.spanID && sent.flags == "01")
            #expect(values.count == 2 && values.last == .some(nil), "none is made up")
        }
    }

    @Test func aReplayHasTheSameEventAndAnotherDelivery() async throws {
        try await withReceiver { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")
            let notification = try SampleNotifications.notification()

            for delivery in ["dlv_1", "dlv_2"] {
                #expect(
                    await sink.outcome(of: SampleNotifications.delivery(notification, delivery: delivery)) == .accepted
                )
            }

            let requests = receiver.requests
            #expect(requests.map { $0.head.headers["webhook-id"] } == ["ntf_1", "ntf_1"])
            #expect(requests.map { $0.head.headers["ricevuta-delivery-id"] } == ["dlv_1", "dlv_2"])
            let bodies = try requests.map { try JSONValue(parsing: $0.body) }
            #expect(bodies.map { $0["deliveryid"]?.string } == ["dlv_1", "dlv_2"])
            #expect(bodies.map { $0["id"]?.string } == ["ntf_1", "ntf_1"])
            for request in requests { try verify(request, with: WebhookSigner(secret: TestSink.secret)) }
        }
    }

    @Test func bothSecretsVerifyDuringRotation() async throws {
        try await withReceiver { receiver in
            let (old, new) = (WebhookSecret.random(), WebhookSecret.random())
            let signer = WebhookSigner(secret: new, retiring: old)
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/", signer: signer)

            #expect(
                await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                    == .accepted
            )

            let request = try #require(receiver.requests.first)
            try verify(request, with: WebhookSigner(secret: old))
            try verify(request, with: WebhookSigner(secret: new))
            #expect(throws: WebhookVerificationError.self) {
                try verify(request, with: WebhookSigner(secret: .random()))
            }
        }
    }

    @Test(arguments: [(0, false), (35, false), (36, true), (1000, true)])
    func sendsTheDocumentInsideOrByLink(limit: Int, isInline: Bool) async throws {
        try await withDocument { path, document in
            try await withReceiver { receiver in
                let sink = try TestSink.make(
                    "http://127.0.0.1:\(receiver.port)/",
                    link: { "http://127.0.0.1:1/documents/\($0.sha256)?expires=\($1.seconds)" },
                    adjust: { $0.inlineLimit = limit }
                )
                #expect(document.size == 36)
                let notification = try SampleNotifications.notification(document: document)

                #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)

                let request = try #require(receiver.requests.first)
                let described = try #require(try JSONValue(parsing: request.body)["data"]?["document"])
                #expect(described["sha256"]?.string == document.sha256)
                #expect(described["size"]?.int64 == 36)
                #expect(described["mimeType"]?.string == "application/zip")
                #expect(described["name"]?.string == "visura.zip")
                if isInline {
                    let content = described["content_base64"]?.string.flatMap { Data(base64Encoded: $0) }
                    #expect(content.map(Array.init) == SampleNotifications.content)
                    #expect(described["link"] == nil)
                } else {
                    let link = "http://127.0.0.1:1/documents/\(document.sha256)?expires=1800000000"
                    #expect(described["link"]?.string == link)
                    #expect(described["content_base64"] == nil)
                }
                try verify(request, with: WebhookSigner(secret: TestSink.secret))
            }
        }
    }

    @Test func sendsALargeDocumentInside() async throws {
        let content = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withDocument(content) { path, document in
            try await withReceiver { receiver in
                let sink = try TestSink.make(
                    "http://127.0.0.1:\(receiver.port)/",
                    adjust: { $0.inlineLimit = HTTPSinkSettings.maxInlineBytes }
                )
                let notification = try SampleNotifications.notification(document: document)

                #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)

                let described = try JSONValue(parsing: try #require(receiver.requests.first).body)["data"]?["document"]
                let sent = described?["content_base64"]?.string.flatMap { Data(base64Encoded: $0) }
                #expect(sent.map { SHA256.hash(data: $0) == SHA256.hash(data: content) } == true)
            }
        }
    }

    @Test func sendsNoDocumentThatIsNotTheArchivedOne() async throws {
        try await withDocument { path, document in
            try await withReceiver { receiver in
                let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")
                let notification = try SampleNotifications.notification(document: document)
                for spoiled in [
                    Array(SampleNotifications.content.dropLast()), SampleNotifications.content + [1], [], nil,
                ] {
                    try FileManager.default.removeItem(atPath: path)
                    if let spoiled { try Data(spoiled).write(to: URL(fileURLWithPath: path)) }

                    let outcome = await sink.outcome(of: SampleNotifications.delivery(notification, path: path))

                    guard case .unreadable(let reason) = outcome else {
                        Issue.record("\(outcome)")
                        continue
                    }
                    #expect(reason.contains(path))
                    if spoiled == nil { try Data().write(to: URL(fileURLWithPath: path)) }
                }
                #expect(receiver.requests.isEmpty)
            }
        }
    }

    @Test(
        arguments: [
            (503, "12", DeliveryOutcome.transient(reason: "the endpoint answered 503", retryAfter: .seconds(12))),
            (
                429, "Fri, 15 Jan 2027 08:01:40 GMT",
                .transient(reason: "the endpoint answered 429", retryAfter: .seconds(100))
            ),
            (500, "", .transient(reason: "the endpoint answered 500")),
            (410, "", .gone(reason: "the endpoint answered 410 Gone")),
            (422, "", .permanent(reason: "the endpoint rejected the message with 422")),
        ]
    )
    func readsTheAnswer(status: Int, retryAfter: String, outcome: DeliveryOutcome) async throws {
        let headers = retryAfter.isEmpty ? [] : [(name: "Retry-After", value: retryAfter)]
        let answer: @Sendable (Request) async -> Response = { _ in Response(status: status, headers: headers) }
        try await withReceiver(answer: answer) { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")

            #expect(
                await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification())) == outcome
            )
        }
    }

    @Test(arguments: [
        (200, "{\"ok\":true}"), (400, "{\"error\":\"signature mismatch: clock skew\"}"), (503, ""),
    ])
    func keepsWhatWasAnswered(status: Int, body: String) async throws {
        let answer: @Sendable (Request) async -> Response = { _ in
            Response(status: status, body: .bytes(Array(body.utf8)))
        }
        try await withReceiver(answer: answer) { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")

            let result = await sink.deliver(SampleNotifications.delivery(try SampleNotifications.notification()))

            #expect(result.answer == SinkAnswer(status: status, body: Array(body.utf8)))
            #expect(result.answer?.body == body)
        }
    }

    @Test func keepsTheBeginningOfALongAnswer() async throws {
        let text = "a" + String(repeating: "è", count: 100_000)
        let answer: @Sendable (Request) async -> Response = { _ in
            Response(status: 400, body: .bytes(Array(text.utf8)))
        }
        try await withReceiver(answer: answer) { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")

            let result = await sink.deliver(SampleNotifications.delivery(try SampleNotifications.notification()))

            let kept = try #require(result.answer?.body)
            #expect(kept.utf8.count == SinkAnswer.maxBodyBytes - 1, "no half of a letter is kept")
            #expect(text.hasPrefix(kept))
        }
    }

    @Test func anAnswerIsText() {
        #expect(SinkAnswer(status: 500, body: [0x61, 0, 0xFF, 0x62]).body == "a\u{FFFD}\u{FFFD}b")
    }

    @Test(arguments: [301, 302, 307, 308])
    func followsNoRedirect(status: Int) async throws {
        let answer: @Sendable (Request) async -> Response = { _ in
            Response(status: status, headers: [(name: "Location", value: "/elsewhere")])
        }
        try await withReceiver(answer: answer) { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/here")

            let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

            guard case .permanent(let reason) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(reason.contains("redirects are not followed"))
            #expect(receiver.requests.map(\.head.path) == ["/here"])
        }
    }

    @Test func doesNotReadALongAnswerToItsEnd() async throws {
        let answer: @Sendable (Request) async -> Response = { _ in
            Response(status: 200, body: .bytes([UInt8](repeating: 1, count: 1 << 20)))
        }
        try await withReceiver(answer: answer) { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")

            for _ in 0..<3 {
                #expect(
                    await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                        == .accepted
                )
            }
        }
    }

    @Test func keepsTheConnection() async throws {
        try await withReceiver { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/")

            for _ in 0..<5 {
                #expect(
                    await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                        == .accepted
                )
            }

            #expect(Set(receiver.requests.map(\.head.peer.port)).count == 1)
        }
    }

    private func verify(_ request: Request, with signer: WebhookSigner) throws {
        let headers = request.head.headers
        try signer.verify(
            id: headers["webhook-id"],
            timestamp: headers["webhook-timestamp"],
            signature: headers["webhook-signature"],
            body: request.body,
            now: TestSink.now
        )
    }
}
