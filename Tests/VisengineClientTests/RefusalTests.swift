import HTTPListener
import Testing
import Visengine
import VisengineClient
import VisengineSandbox

/// What the provider refuses becomes an error with its status, number and words, and shows neither words nor token.
@Suite(.timeLimit(.minutes(1)))
struct RefusalTests {
    /// Something that the provider refuses, done to a sandbox.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status: Int
        var code: ProviderErrorCode
        var message: String
        var provoke: @Sendable (VisengineAPI, Sandbox) async throws -> Void

        init(
            _ testDescription: String,
            _ status: Int,
            _ code: ProviderErrorCode,
            _ message: String,
            _ provoke: @escaping @Sendable (VisengineAPI, Sandbox) async throws -> Void
        ) {
            self.testDescription = testDescription
            self.status = status
            self.code = code
            self.message = message
            self.provoke = provoke
        }
    }

    static let refusals = [
        Refusal("an item of the wrong hash", 400, .wrongItemHash, "wrong hash_visura") { client, _ in
            _ = try await client.readItem(try #require(ItemHash(rawValue: "0000")))
        },
        Refusal("an order with a bad address", 400, .invalidField, "email is considered invalid!") { client, _ in
            _ = try await client.placeOrder(try Samples.placement { $0.email = "nobody" })
        },
        Refusal("an order without money", 402, .insufficientCredit, "Insufficient Credit in Wallet: 0.00") {
            $1.setCredit(Price(thousandths: 0))
            _ = try await $0.placeOrder(try Samples.placement())
        },
        Refusal("an order without its fields", 412, .insufficientFields, "Insufficient data to validate") { client, _ in
            _ = try await client.placeOrder(try Samples.placement { $0.values = [:] })
        },
        Refusal("reading what is no id", 400, .invalidOrderID, "Invalid id") { client, _ in
            _ = try await client.readOrder(try Samples.id("7"))
        },
        Refusal("reading an unknown order", 404, .unknownOrder, "no request matches this id: ") { client, _ in
            _ = try await client.readOrder(try Samples.id())
        },
        Refusal("changing a final order", 400, .orderAlreadyFinal, "the request has already been closed") { client, _ in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            _ = try await client.updateDraft(id, DraftChanges(makesFinal: true))
        },
        Refusal("changing an unknown order", 404, .unknownOrderToChange, "no requests matches this id") { client, _ in
            _ = try await client.updateDraft(try Samples.id(), DraftChanges())
        },
        Refusal("changing an unknown field", 412, .invalidChange, "error in the input data: ") { client, _ in
            let id = try #require(try await client.placeOrder(try Samples.placement(isFinal: false)).order).id
            _ = try await client.updateDraft(id, DraftChanges(fields: ["$99": "x"]))
        },
        Refusal("searching for what is no id", 400, .invalidOrderIDForSearch, "Invalid id") { client, _ in
            _ = try await client.addSearch(to: try Samples.id("7"), values: [:])
        },
        Refusal("searching for a draft", 404, .orderNotFinal, "the request is in state 0") { client, _ in
            let id = try #require(try await client.placeOrder(try Samples.placement(isFinal: false)).order).id
            _ = try await client.addSearch(to: id, values: [:])
        },
        Refusal("searching where there is none", 409, .searchNotAllowed, "this request does not allow") { client, _ in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            _ = try await client.addSearch(to: id, values: [:])
        },
        Refusal("searching without money", 402, .insufficientCreditForSearch, "Insufficient Credit in Wallet") {
            let id = try #require(try await $0.placeOrder(try Samples.searchPlacement()).order).id
            $1.setCredit(Price(thousandths: 0))
            _ = try await $0.addSearch(to: id, values: ["$0": "PROVA"])
        },
        Refusal("choosing a negative index", 400, .negativeResultIndex, "indice must be >= 0") { client, _ in
            let id = try #require(try await client.placeOrder(try Samples.searchPlacement()).order).id
            _ = try await client.chooseSearchResult(of: id, search: "\(id)_0", index: -1)
        },
        Refusal("choosing where there is none", 409, .noResultsToChoose, "the request does not produce") { client, _ in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            _ = try await client.chooseSearchResult(of: id, search: "\(id)_0", index: 0)
        },
        Refusal("choosing no result", 428, .resultIndexRequired, "indice not valid or required") { client, _ in
            let id = try #require(try await client.placeOrder(try Samples.searchPlacement()).order).id
            _ = try await client.chooseSearchResult(of: id, search: "\(id)_0", index: 7)
        },
        Refusal("a document of what is no id", 400, .invalidDocumentID, "Invalid id") { client, _ in
            _ = try await client.readDocument(of: try Samples.id("7"), into: MemoryWriter())
        },
        Refusal("a document of an unknown order", 404, .unknownDocument, "no requests matches this id") { client, _ in
            _ = try await client.readDocument(of: try Samples.id(), into: MemoryWriter())
        },
        Refusal("a document too early", 422, .documentNotYetAvailable, "document not yet available") { client, _ in
            let id = try #require(try await client.placeOrder(try Samples.placement()).order).id
            _ = try await client.readDocument(of: id, into: MemoryWriter())
        },
    ]

    @Test(arguments: refusals)
    func says(_ refusal: Refusal) async throws {
        let clock = TestClock()
        try await withSandbox(clock: clock) { client, sandbox in
            let error = try #require(
                await #expect(throws: VisengineError.self) { try await refusal.provoke(client, sandbox) }
            )

            #expect(error.cause == .refused(status: refusal.status))
            #expect(error.status == refusal.status)
            #expect(error.code == refusal.code)
            #expect(error.message.hasPrefix(refusal.message))
            #expect(!error.mayHaveSucceeded)
            #expect(!error.isRetryable)
            #expect(error.description.contains("(HTTP \(refusal.status), error \(refusal.code))"))
            #expect(clock.waits.isEmpty, "asked twice")
        }
    }

    /// All numbers that are documented, whichever of them the sandbox can be brought to say.
    static let documented: [(VisengineCall, Int, Int)] = [
        (.item, 400, 200), (.orders, 404, 202), (.place, 400, 209), (.place, 402, 211), (.place, 412, 250),
        (.place, 428, 204), (.order, 400, 201), (.order, 404, 202), (.addSearch, 400, 219), (.addSearch, 402, 225),
        (.addSearch, 404, 221), (.addSearch, 409, 222), (.addSearch, 412, 250), (.addSearch, 428, 224),
        (.updateDraft, 400, 239), (.updateDraft, 404, 228), (.updateDraft, 412, 229), (.updateDraft, 428, 226),
        (.chooseSearchResult, 400, 234), (.chooseSearchResult, 402, 237), (.chooseSearchResult, 404, 228),
        (.chooseSearchResult, 409, 230), (.chooseSearchResult, 428, 233), (.document, 400, 243),
        (.document, 404, 244), (.document, 422, 247), (.document, 428, 242),
    ]

    @Test(arguments: documented)
    func keepsStatusAndNumber(call: VisengineCall, status: Int, code: Int) async throws {
        try await withProvider { _, _ in
            .refusal(status, code, message: "RSSMRA85T10A562S")
        } _: { client, provider in
            let error = try await failure(of: call, with: client)

            #expect(error.call == call)
            #expect(error.cause == .refused(status: status))
            #expect(error.code?.rawValue == code)
            #expect(error.message == "RSSMRA85T10A562S")
            #expect(provider.requests.count == 1)
            // A number that is documented is explained, not only repeated.
            #expect(!error.description.contains("the provider rejected the request"))
            try expectNothingShown(of: "RSSMRA85T10A562S", in: error)
        }
    }

    @Test func aWrongTokenIsRefusedAndNotShown() async throws {
        try await withSandbox(token: "a-token-of-another-account") { client, _ in
            let error = try await failure(of: .orders, with: client)

            #expect(error.status == 401)
            #expect(error.message == "Wrong Token")
            #expect(error.description.contains("the API token was rejected"))
            try expectNothingShown(of: "a-token-of-another-account", in: error)
        }
    }

    @Test(arguments: VisengineCall.allCases)
    func noErrorShowsTheToken(call: VisengineCall) async throws {
        // A provider that says everything back that it was told.
        let echo: @Sendable (Request, Int) async -> Response = { request, number in
            let text = request.head.headers.map { "\($0.name): \($0.value)" }.joined(separator: "; ")
            return number == 0 ? .refusal(400, nil, message: text) : .text(200, text)
        }
        try await withProvider(answer: echo) { client, _ in
            for _ in 0..<2 {
                let error = try await failure(of: call, with: client)

                try expectNothingShown(of: sampleToken, in: error)
            }
        }
    }

    @Test func aLongMessageIsCut() {
        let error = VisengineError(.order, .refused(status: 400), message: String(repeating: "è", count: 1000))

        #expect(error.message.count == 200)
    }

    @Test func aRefusalUnderAGoodStatusIsARefusal() async throws {
        try await withProvider { _, _ in
            .refusal(200, 202, message: "no")
        } _: { client, _ in
            let error = try await failure(of: .order, with: client)

            #expect(error.cause == .refused(status: 200))
            #expect(error.code == .unknownOrder)
        }
    }

    @Test(arguments: [301, 302, 307, 308])
    func redirectsAreNotFollowed(status: Int) async throws {
        let answer: @Sendable (Request, Int) async -> Response = { _, _ in
            Response(status: status, headers: [("Location", "/elsewhere")])
        }
        for call in VisengineCall.allCases {
            try await withProvider(answer: answer) { client, provider in
                let error = try await failure(of: call, with: client)

                #expect(error.status == status)
                #expect(error.description.contains("redirect"))
                #expect(provider.requests.count == 1)
            }
        }
    }

    private func expectNothingShown(of secret: String, in error: VisengineError) throws {
        var dumped = ""
        dump(error, to: &dumped)
        for text in [error.description, error.debugDescription, dumped, "\(error)", error.name] {
            #expect(!text.contains(secret))
        }
    }
}
