import BaseKit
import Crypto
import Foundation
import Sinks
import Testing

@Suite struct WebhookSignerTests {
    // The example of the specification's own libraries.
    static let published = (
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        seconds: Int64(1_614_265_330),
        body: Array(#"{"test": 2432232314}"#.utf8), signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )

    @Test func signsThePublishedExample() throws {
        let signer = WebhookSigner(secret: try #require(WebhookSecret(Self.published.secret)))

        let headers = signer.headers(
            id: Self.published.id,
            body: Self.published.body,
            now: Timestamp(milliseconds: Self.published.seconds * 1000 + 999)
        )

        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(headers.map(\.value) == [Self.published.id, "1614265330", Self.published.signature])
    }

    @Test func signsWithBothSecretsDuringRotation() throws {
        let (old, new) = (WebhookSecret.random(), WebhookSecret.random())
        let body = Array("body".utf8)
        let now = Timestamp(seconds: 1_700_000_000)

        let signature = WebhookSigner(secret: new, retiring: old).headers(id: "n1", body: body, now: now)[2].value

        #expect(signature.split(separator: " ").count == 2)
        for secret in [old, new] {
            try WebhookSigner(secret: secret)
                .verify(id: "n1", timestamp: "1700000000", signature: signature, body: body, now: now)
        }
        let newOnly = WebhookSigner(secret: new).headers(id: "n1", body: body, now: now)[2].value
        #expect(signature.hasPrefix(newOnly))
        try WebhookSigner(secret: new, retiring: old)
            .verify(id: "n1", timestamp: "1700000000", signature: newOnly, body: body, now: now)
    }

    struct Spoiled: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var id: String? = WebhookSignerTests.published.id
        var timestamp: String? = "1614265330"
        var signature: String? = WebhookSignerTests.published.signature
        var body = WebhookSignerTests.published.body
        var seconds = WebhookSignerTests.published.seconds
        var error: WebhookVerificationError?
    }

    static let spoiled = [
        Spoiled(testDescription: "nothing"),
        Spoiled(testDescription: "as old as it may be", seconds: published.seconds + 300),
        Spoiled(testDescription: "as young as it may be", seconds: published.seconds - 300),
        Spoiled(testDescription: "after others", signature: "v1a,AAAA v2,zz v1,AAAA v1,! \(published.signature)"),
        Spoiled(testDescription: "no id", id: nil, error: .missingHeader(name: "webhook-id")),
        Spoiled(testDescription: "no time", timestamp: nil, error: .missingHeader(name: "webhook-timestamp")),
        Spoiled(testDescription: "no signature", signature: nil, error: .missingHeader(name: "webhook-signature")),
        Spoiled(testDescription: "empty id", id: "", error: .malformedID),
        Spoiled(testDescription: "id with a space", id: "a b", error: .malformedID),
        Spoiled(testDescription: "time in words", timestamp: "now", error: .malformedTimestamp),
        Spoiled(testDescription: "time with a sign", timestamp: "+1614265330", error: .malformedTimestamp),
        Spoiled(
            testDescription: "too old",
            seconds: published.seconds + 301,
            error: .outsideTolerance(age: .seconds(301), tolerance: .seconds(300))
        ),
        Spoiled(
            testDescription: "too young",
            seconds: published.seconds - 301,
            error: .outsideTolerance(age: .seconds(-301), tolerance: .seconds(300))
        ),
        Spoiled(testDescription: "another id", id: "msg_other", error: .signatureMismatch(offered: 1)),
        Spoiled(testDescription: "another time", timestamp: "1614265331", error: .signatureMismatch(offered: 1)),
        Spoiled(testDescription: "another body", body: [1], error: .signatureMismatch(offered: 1)),
        Spoiled(testDescription: "empty signature", signature: "", error: .signatureMismatch(offered: 0)),
        Spoiled(
            testDescription: "another scheme",
            signature: "v2" + published.signature.dropFirst(2),
            error: .signatureMismatch(offered: 1)
        ),
        Spoiled(
            testDescription: "too many to look at",
            signature: String(repeating: "v1,AAAA ", count: 16) + published.signature,
            error: .signatureMismatch(offered: 16)
        ),
    ]

    @Test(arguments: spoiled)
    func verifies(_ message: Spoiled) throws {
        let signer = WebhookSigner(secret: try #require(WebhookSecret(Self.published.secret)))
        var found: WebhookVerificationError?

        do throws(WebhookVerificationError) {
            try signer.verify(
                id: message.id,
                timestamp: message.timestamp,
                signature: message.signature,
                body: message.body,
                now: Timestamp(seconds: message.seconds)
            )
        } catch {
            found = error
        }

        #expect(found == message.error)
        #expect(found.map { "\($0)" }?.contains("g0hM9SsE") != true, "an error never shows the right signature")
    }

    @Test(
        arguments: [
            (23, false), (24, true), (64, true), (65, false),
        ]
    )
    func takesSecretsOfTheSpecifiedLength(count: Int, isGood: Bool) {
        let text = "whsec_" + Data(repeating: 9, count: count).base64EncodedString()

        #expect((WebhookSecret(text) != nil) == isGood)
        #expect(WebhookSecret(text).map { $0.text == text } ?? true)
    }

    @Test(arguments: ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!"])
    func refusesWhatIsNoSecret(text: String) { #expect(WebhookSecret(text) == nil) }

    @Test func showsNoSecretByAccident() throws {
        let secret = WebhookSecret.random()

        #expect(WebhookSecret(secret.text) == secret)
        #expect(secret != .random())
        #expect("\(secret)" == "whsec_…")
    }
}
