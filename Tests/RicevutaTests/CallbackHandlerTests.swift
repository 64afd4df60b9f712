import BaseKit
import HTTPListener
import Logging
import Pipeline
import RicevutaCore
import Synchronization
import Testing

@testable import ricevuta

/// HTTP in, HTTP out: paths, methods and status codes.
@Suite struct CallbackHandlerTests {
    private let keys: CallbackTokenKeys
    private let token: String

    init() throws {
        let key = try #require(TokenKey(id: "k1", secret: [UInt8](repeating: 1, count: 32)))
        keys = CallbackTokenKeys(active: key)
        token = keys.mint(try #require(OrderNonce(rawValue: String(repeating: "n", count: 22))))
    }

    /// Answers as it is told.
    private struct Journal: CallbackJournaling {
        var outcome: JournalOutcome

        func record(_ entries: [RecordEntry]) {
            for entry in entries { entry.completion(outcome) }
        }

        func shortage(besides count: Int) -> Duration? { nil }
    }

    private func handler(
        _ policy: SourcePolicy = SourcePolicy(),
        _ outcome: JournalOutcome = .accepted(number: 1)
    )
        -> CallbackHandler
    {
        let intake = Intake(
            journal: Journal(outcome: outcome),
            provider: .visengine,
            keys: keys,
            policy: policy,
            memory: IntakeMemory(limiter: FailureLimiter(burst: 1, refillPerSecond: 0.1)),
            now: { Timestamp(seconds: 1_800_000_000) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return CallbackHandler(intake: intake, policy: policy, healthPath: "/alive")
    }

    private func refusal(_ decision: HeadDecision) throws -> Response {
        guard case .refuse(let response) = decision else {
            Issue.record("not refused: \(decision)")
            throw CancellationError()
        }
        return response
    }

    /// Answers a request that is read, through the intake.
    private func answer(_ handler: CallbackHandler, _ head: RequestHead, _ body: String = "{}") throws -> Response {
        guard case .readBody(_, _, let passed, _) = handler.decide(head) else {
            Issue.record("refused")
            throw CancellationError()
        }
        let answers = Mutex<[Response]>([])
        let request = Request(head: head, body: Array(body.utf8), passed: passed)
        handler.handle(request, reply: .capturing { response in answers.withLock { $0.append(response) } })
        handler.turnEnded()
        let all = answers.withLock { $0 }
        #expect(all.count == 1)
        return try #require(all.first)
    }

    private func header(_ name: String, of response: Response) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    @Test(arguments: [
        ("POST", "/", 404), ("POST", "/callback", 404), ("POST", "/callbacksx", 404), ("POST", "/Callbacks/x", 404),
        ("GET", "/callbacks/x", 405), ("post", "/callbacks", 405), ("GET", "/callbacks", 405),
        ("POST", "/callbacks/x", 401), ("POST", "/callbacks/v1.a.b.c/d", 401), ("PUT", "/alive", 405),
    ])
    func refusesWhatIsNoCallback(method: String, target: String, status: Int) throws {
        let response = try refusal(handler().decide(RequestHead(method: method, target: target)))

        #expect(response.status == status)
        if status == 401 { #expect(header("WWW-Authenticate", of: response) == "CallbackToken") }
        if status == 405 {
            #expect(header("Allow", of: response) == (target == "/alive" ? "GET, HEAD" : "POST"))
        }
    }

    @Test(arguments: ["GET", "HEAD"])
    func saysThatItLives(method: String) throws {
        #expect(try answer(handler(), RequestHead(method: method, target: "/alive"), "").status == 200)
    }

    @Test(
        arguments: [
            (.accepted(number: 1), 200, "accepted\n"), (.duplicate(of: 1), 200, "duplicate\n"),
            (.overloaded(retryAfter: .seconds(3)), 503, nil), (.failed, 503, nil), (.timedOut, 503, nil),
        ] as [(JournalOutcome, Int, String?)]
    )
    func answersByWhatBecameOfIt(outcome: JournalOutcome, status: Int, text: String?) throws {
        let head = RequestHead(method: "POST", target: "/callbacks/\(token)")

        let response = try answer(handler(SourcePolicy(), outcome), head)

        #expect(response.status == status)
        if let text, case .bytes(let bytes) = response.body { #expect(bytes == Array(text.utf8)) }
    }

    @Test(arguments: [(SourceCredentials.Scheme.basic, "Basic"), (.bearer, "Bearer")])
    func asksForTheCredentialsOfItsPolicy(scheme: SourceCredentials.Scheme, name: String) throws {
        let policy = SourcePolicy(credentials: SourceCredentials(scheme, value: "dTpw"))

        let response = try refusal(
            handler(policy).decide(RequestHead(method: "POST", target: "/callbacks/\(token)"))
        )

        #expect(response.status == 401)
        #expect(header("WWW-Authenticate", of: response) == "\(name) realm=\"callbacks\"")
    }

    @Test func readsTheProxysHeaderOnlyWhereOneIsTrusted() throws {
        let network = try #require(AddressRange("192.0.2.0/24"))
        let head = RequestHead(
            method: "POST",
            target: "/callbacks/\(token)",
            headers: HTTPHeaders([("x-forwarded-for", "192.0.2.7")])
        )
        let direct = SourcePolicy(allowedNetworks: [network])
        let behind = SourcePolicy(
            allowedNetworks: [network],
            trustedProxies: [try #require(AddressRange("127.0.0.0/8"))]
        )

        #expect(try refusal(handler(direct).decide(head)).status == 403)
        #expect(try answer(handler(behind), head).status == 200)
    }

    @Test func limitsWhoGuesses() throws {
        let handler = handler()
        let head = RequestHead(method: "POST", target: "/callbacks/wrong")

        #expect(try refusal(handler.decide(head)).status == 401)
        let response = try refusal(handler.decide(head))
        #expect(response.status == 429)
        #expect(header("Retry-After", of: response) != nil)
    }

    @Test func takesNoCodedBodyWithoutAToken() throws {
        let head = RequestHead(
            method: "POST",
            target: "/callbacks",
            headers: HTTPHeaders([("content-encoding", "gzip")])
        )

        let response = try refusal(handler().decide(head))

        #expect(response.status == 415)
        #expect(header("Accept-Encoding", of: response) == "identity")
    }
}
