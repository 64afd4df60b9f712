import HTTPListener
import Pipeline
import RicevutaCore

/// Puts the intake behind the listener: paths, methods and status codes here, the decision on a callback there.
///
/// | what the intake says | answer |
/// |---|---|
/// | in the journal, synced (accepted, duplicate) | 200 |
/// | no such path, no such method | 404, 405 |
/// | token or credentials missing or wrong | 401 |
/// | address or client certificate not allowed | 403 |
/// | too many bad tokens from the address | 429 with `Retry-After` |
/// | body names no order, and there is no token | 400 |
/// | no token, and a body that is too long, or coded as gzip or the like | 413, 415 |
/// | queue full, journal failing, disk not answering | 503 with `Retry-After` |
///
/// Where the configuration has a path for it, 200 also says that the program lives.
struct CallbackHandler: RequestHandler {
    private let intake: Intake
    /// The header in which trusted proxies say whom they speak for, in lower case; `nil` when there are none.
    private let proxyHeader: String?
    /// Where a balancer may ask whether the program lives.
    private let healthPath: String?
    private let credentialsRefused: Response
    /// Where each request has a line; `nil` for nowhere.
    private let access: AccessLog?

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - intake: Decides, and takes callbacks.
    ///   - policy: Whom callbacks are taken from, as far as requests and answers speak of it.
    ///   - healthPath: Where a balancer may ask whether the program lives; `nil` for nowhere.
    ///   - access: Gets each request; `nil` for none.
    init(intake: Intake, policy: SourcePolicy, healthPath: String? = nil, access: AccessLog? = nil) {
        self.access = access
        self.intake = intake
        self.healthPath = healthPath
        proxyHeader = policy.trustedProxies.isEmpty ? nil : policy.proxyHeader.rawValue
        let challenge = policy.credentials.map { "\($0.scheme.rawValue) realm=\"callbacks\"" }
        credentialsRefused = .problem(
            401,
            detail: "Missing or invalid credentials.",
            headers: challenge.map { [("WWW-Authenticate", $0)] } ?? []
        )
    }

    /// Who has shown no token yet gets little room for a body that may hold one.
    private static let maxBytesWithoutToken = 256 << 10

    func decide(_ head: RequestHead) -> HeadDecision {
        let decision = decision(on: head)
        return access?.watch(decision, head) ?? decision
    }

    private func decision(on head: RequestHead) -> HeadDecision {
        let path = head.path
        if path == healthPath { return Self.decideOnHealth(head) }
        guard let place = CallbackPath.token(in: path) else { return .refuse(.notFound()) }
        guard head.method == "POST" else { return .refuse(.methodNotAllowed(allow: ["POST"])) }
        let admission = intake.admit(
            token: place,
            peer: head.peer.bytes,
            forwardedFor: proxyHeader.map(head.headers.all) ?? [],
            query: head.query,
            authorization: head.headers.all("authorization"),
            certificate: head.clientCertificate
        )
        switch admission {
        case .admitted(let callback):
            guard callback.hasToken else {
                let isCoded = Self.coding(head).map { $0.lowercased() != "identity" } ?? false
                if isCoded { return .refuse(Self.codingRefused) }
                return .readBody(limit: Self.maxBytesWithoutToken, passing: callback)
            }
            return .readBody(ifLonger: .cut(to: AdmittedCallback.keptBytes), passing: callback, givesWay: false)
        case .unauthorized: return .refuse(Self.unauthorized)
        case .credentialsNeeded: return .refuse(credentialsRefused)
        case .certificateNotAllowed:
            return .refuse(.problem(403, detail: "Client certificate required or not allowed."))
        case .networkNotAllowed: return .refuse(.problem(403, detail: "Source address not allowed."))
        case .tooManyFailures(let retryAfter):
            return .refuse(.tooManyRequests(retryAfter: retryAfter, detail: "Too many requests with invalid tokens."))
        }
    }

    func handle(_ request: Request, reply: consuming PendingReply) {
        guard let access, let watched = request.passed as? AccessLog.Passed else {
            return answer(request, request.passed, reply: reply) { _ in }
        }
        let bytes = request.body.count
        answer(request, watched.passed, reply: reply) { access.write(watched.entry, $0, bytes: bytes) }
    }

    private func answer(
        _ request: Request,
        _ passed: (any AnyObject & Sendable)?,
        reply: consuming PendingReply,
        then log: @escaping @Sendable (Response) -> Void
    ) {
        guard let admitted = passed as? AdmittedCallback else {
            let response = passed is HealthCheck ? Self.alive : .problem(500)
            reply.send(response)
            return log(response)
        }
        let reply = reply.shared()
        intake.take(
            admitted,
            body: request.body,
            contentType: request.head.headers["content-type"],
            coding: admitted.hasToken ? Self.coding(request.head) : nil,
            isCut: request.isCut,
            trace: Self.trace(request.head)
        ) { answer in
            let response = Self.response(to: answer)
            reply.send(response)
            log(response)
        }
    }

    private static func decideOnHealth(_ head: RequestHead) -> HeadDecision {
        guard ["GET", "HEAD"].contains(head.method) else {
            return .refuse(.methodNotAllowed(allow: ["GET", "HEAD"]))
        }
        return .readBody(limit: 0, passing: HealthCheck.one)
    }

    /// What marks a request that asks whether the program lives.
    private final class HealthCheck: Sendable {
        static let one = HealthCheck()
    }

    func turnEnded() {
        intake.flush()
    }

    /// What `Content-Encoding` says; `nil` without it.
    private static func coding(_ head: RequestHead) -> String? {
        guard let first = head.headers["content-encoding"] else { return nil }
        let all = head.headers.all("content-encoding")
        return all.count == 1 ? first : all.joined(separator: ",")
    }

    /// The trace that the caller has put the request into.
    private static func trace(_ head: RequestHead) -> TraceParent? {
        // One look where there is none, as with most.
        guard head.headers[TraceParent.header] != nil else { return nil }
        return TraceParent(headers: head.headers.all(TraceParent.header))
    }

    static func response(to answer: IntakeAnswer) -> Response {
        switch answer {
        case .journal(.accepted): accepted
        case .journal(.duplicate): duplicate
        case .journal(.overloaded(let retryAfter)):
            .unavailable(retryAfter: retryAfter, detail: "Server overloaded.")
        case .journal(.failed), .journal(.timedOut): .unavailable(detail: "Storing the callback failed.")
        case .unauthorized: unauthorized
        case .undecodable: .problem(400, detail: "Cannot decode the body: it identifies no order.")
        }
    }

    private static let alive = Response.text(200, "ok\n").reusable()
    // The provider counts 200 as delivered and nothing else (doc).
    private static let accepted = Response.text(200, "accepted\n").reusable()
    private static let duplicate = Response.text(200, "duplicate\n").reusable()
    private static let unauthorized = Response.problem(
        401,
        detail: "Missing or invalid callback token.",
        headers: [("WWW-Authenticate", "CallbackToken")]
    )
    private static let codingRefused = Response.problem(
        415,
        detail: "Content-Encoding is not supported here.",
        headers: [("Accept-Encoding", "identity")]
    )
}
