import HTTPListener
import Testing

@testable import VisengineClient

/// Whatever comes instead of an answer is a typed error, once.
@Suite(.timeLimit(.minutes(1)))
struct UnreadableAnswerTests {
    struct Nonsense: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var body: [UInt8]

        init(_ testDescription: String, _ body: [UInt8]) {
            self.testDescription = testDescription
            self.body = body
        }

        init(_ testDescription: String, _ text: String) { self.init(testDescription, Array(text.utf8)) }
    }

    static let nonsense = [
        Nonsense("nothing", ""),
        Nonsense("a page", "<html><body>welcome</body></html>"),
        Nonsense("half of the JSON", #"{"data":{"_id":"65f0c0"#),
        Nonsense("JSON and more", #"{"data":[],"success":true}}"#),
        Nonsense("unescaped control character", "{\"data\":\"\n\",\"success\":true}"),
        Nonsense("no UTF-8", Array(#"{"message":""#.utf8) + [0xC3, 0x28] + Array(#"","success":true}"#.utf8)),
        Nonsense("zeros", [UInt8](repeating: 0, count: 1000)),
        Nonsense("a list", "[1,2]"),
        Nonsense("an object without an envelope", #"{"_id":"65f0c0ffee0123456789abcd"}"#),
        Nonsense("brackets without end", String(repeating: "[", count: 100_000)),
        Nonsense("data of another kind", #"{"data":7,"success":true,"message":"","error":null}"#),
        Nonsense("data of another shape", #"{"data":{"x":[{}]},"success":true,"message":"","error":null}"#),
    ]

    @Test(arguments: nonsense)
    func isNoAnswer(_ nonsense: Nonsense) async throws {
        for call in VisengineCall.allCases where call != .document {
            try await withProvider { _, _ in
                .json(200, nonsense.body)
            } _: { client, provider in
                let error = try await failure(of: call, with: client)

                guard case .unreadable(let reason) = error.cause else {
                    Issue.record("\(call): \(error)")
                    return
                }
                #expect(!reason.isEmpty)
                #expect(error.mayHaveSucceeded == VisengineCall.changings.contains(call), "\(call)")
                #expect(provider.requests.count == 1, "\(call)")
            }
        }
    }

    @Test func aWebPageIsCalledOneAndTheAddressIsTold() async throws {
        try await withProvider { _, _ in
            .json(200, Array("<html>welcome</html>".utf8))
        } _: { client, _ in
            let error = try await failure(of: .order, with: client)

            #expect(error.description.contains("a web page instead of the API's JSON; check provider.baseURL"))
            #expect(error.description.hasPrefix("cannot read the order (http://127.0.0.1:"))
            #expect(error.url.contains("/richiesta/"))
        }
    }

    @Test func aPortThatSpeaksNoTLSIsCalledOne() {
        let text =
            "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435703 error:100000f7:SSL routines:"
            + "OPENSSL_internal:WRONG_VERSION_NUMBER at swift-nio-ssl/tls_record.cc:127]))"
        let cause = ConnectionFailure.handshakeFailure(text)
        #expect(
            cause
                == .notConnected("that port does not speak TLS; provider.baseURL may have to begin with http://")
        )
        #expect(ConnectionFailure.handshakeFailure("handshakeFailed(x)") == .notConnected("TLS handshake failed"))
        #expect(ConnectionFailure.handshakeFailure("uncleanShutdown") == nil)
    }

    @Test(arguments: nonsense)
    func isNoDocument(_ nonsense: Nonsense) async throws {
        try await withProvider { _, _ in
            .json(200, nonsense.body)
        } _: { client, provider in
            let error = try await failure(of: .document, with: client)

            guard case .damagedDocument = error.cause else {
                Issue.record("\(error)")
                return
            }
            #expect(error.name.hasPrefix("document_"))
            #expect(provider.requests.count == 1)
        }
    }

    @Test(arguments: [204, 205])
    func aSuccessWithoutABodyIsNoDocument(status: Int) async throws {
        try await withProvider { _, _ in
            Response(status: status)
        } _: { client, _ in
            let refused = try await failure(of: .document, with: client)
            #expect(refused.name == "unreadable")
        }
    }

    @Test(arguments: [true, false])
    func aLongAnswerIsNotRead(isChunked: Bool) async throws {
        let body = Array(#"{"data":[],"success":true,"message":""#.utf8) + [UInt8](repeating: 0x61, count: 1 << 20)
        let answer: @Sendable (Request, Int) async -> Response = { _, _ in
            let pieces = BrokenBody(body.pieces(of: 16_384), breaksOff: false)
            return Response(status: 200, body: .stream(length: isChunked ? nil : body.count, pieces))
        }
        for call in [VisengineCall.catalogue, .orders, .place] {
            try await withProvider(adjust: { $0.maxAnswerBytes = 65_536 }, answer: answer) { client, provider in
                let error = try await failure(of: call, with: client)

                #expect(error.cause == .unreadable("larger than 65536 bytes"))
                #expect(error.mayHaveSucceeded == (call == .place))
                #expect(provider.requests.count == 1)
            }
        }
    }

    @Test func anAnswerMayBeAsLongAsTheLimit() async throws {
        let body = Array(#"{"data":[],"success":true}"#.utf8)
        try await withProvider(
            adjust: { $0.maxAnswerBytes = body.count },
            answer: { _, _ in .json(200, body) }
        ) { client, _ in
            let items = try await client.readCatalogue()

            #expect(items.isEmpty)
        }
    }

    @Test func aRefusalThatIsNoEnvelopeKeepsItsStatus() async throws {
        try await withProvider { _, _ in
            .text(403, "<html>forbidden</html>")
        } _: { client, _ in
            let error = try await failure(of: .orders, with: client)

            #expect(error.status == 403)
            #expect(error.code == nil)
            #expect(error.message.isEmpty)
        }
    }

    @Test(arguments: [
        "nothing of HTTP\r\n\r\n", "HTTP/1.1 OK 200\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":", "HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{\"data\":",
    ])
    func whatIsNoHTTPIsAFailureOfTheNetwork(answer: String) async throws {
        try await withRawProvider(.bytes(answer)) { provider in
            try await withClient(of: provider.baseURL, adjust: { $0.retry = RetryPolicy(maxAttempts: 2) }) { client in
                let reading = try await failure(of: .order, with: client)
                #expect(reading.name == "network")
                #expect(provider.count == 2)

                let placing = try await failure(of: .place, with: client)
                #expect(placing.name == "network")
                #expect(placing.mayHaveSucceeded)
                #expect(provider.count == 3)
            }
        }
    }

    @Test(arguments: ["", "127.0.0.1", "http://"])
    func whatIsNoAddressIsNotCalled(address: String) async throws {
        try await withClient(of: address) { client in
            let error = try await failure(of: .place, with: client)

            #expect(error.cause == .badAddress)
            #expect(!error.mayHaveSucceeded)
        }
    }
}
