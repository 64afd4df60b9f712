import HTTPListener
import Visengine

/// Answers the provider's nine calls.
struct SandboxService: Sendable {
    let state: SandboxState

    /// Answers a request for one of the nine calls; 404 or 405 for anything else.
    func respond(_ request: Request, _ segments: [String]) -> Response {
        guard isAuthorized(request.head) else {
            return Self.response(Refusal(401, nil, "Wrong Token"))
        }
        guard let route = Route(method: request.head.method, segments: segments) else {
            return Route.isKnown(segments)
                ? Self.response(Refusal(405, nil, "method not allowed"))
                : Self.response(Refusal(404, nil, "not found"))
        }
        let (failure, pace) = state.begin(route.call)
        do throws(Refusal) {
            if let failure { throw failure.refusal(of: route.call) }
            return try answer(route, request.body, pace: pace)
        } catch {
            return Self.paced(Self.response(error), pace)
        }
    }

    private func isAuthorized(_ head: RequestHead) -> Bool {
        head.headers["authorization"] == "Bearer " + state.configuration.token
    }

    private func answer(_ route: Route, _ body: [UInt8], pace: SlowBody?) throws(Refusal) -> Response {
        switch route {
        case .catalogue:
            let list = try state.reading { book in JSONValue.array(book.catalogue.items.map(\.summary)) }
            return Self.success(list, pace)
        case .item(let hash):
            return Self.success(try state.reading { (book) throws(Refusal) in try book.item(hash).json }, pace)
        case .orders:
            return Self.success(try state.reading { (book) throws(Refusal) in try book.list() }, pace)
        case .order(let id):
            return Self.success(try state.reading { (book) throws(Refusal) in try book.order(id).json }, pace)
        case .place: return try place(try Self.json(body), pace: pace)
        case .updateDraft(let id):
            return try change(body, pace) { (book, json, now) throws(Refusal) in try book.change(id, json, now: now) }
        case .addSearch(let id):
            return try change(body, pace) { (book, json, now) throws(Refusal) in
                try book.addSearch(id, json, now: now)
            }
        case .chooseSearchResult(let id):
            return try change(body, pace) { (book, json, now) throws(Refusal) in try book.choose(id, json, now: now) }
        case .document(let id): return try document(id, pace: pace)
        }
    }

    private func place(_ body: JSONValue, pace: SlowBody?) throws(Refusal) -> Response {
        var test: JSONValue?
        let order = try state.changing { (book, now) throws(Refusal) -> SandboxOrder? in
            switch try book.place(body, now: now) {
            case .order(let order): return order
            case .test(let prices):
                test = prices
                return nil
            }
        }
        if let test {
            let envelope = Envelope(data: test, isSuccess: true, message: "Test Request, deleting")
            return Self.paced(.json(200, envelope.json.encoded()), pace)
        }
        if (try? state.faults { $0.takeLostPlacing() }) == true {
            return Response(status: 200, body: .stream(length: 512, PiecewiseBody(BodyPieces([], breaksOff: true))))
        }
        return Self.success(order.map { .object($0.json) } ?? nil, pace)
    }

    private func change(
        _ body: [UInt8],
        _ pace: SlowBody?,
        _ work: (inout OrderBook, JSONValue, Int64) throws(Refusal) -> SandboxOrder
    ) throws(Refusal) -> Response {
        let json = try Self.json(body)
        let order = try state.changing { (book, now) throws(Refusal) -> SandboxOrder? in try work(&book, json, now) }
        return Self.success(order.map { .object($0.json) } ?? nil, pace)
    }

    private func document(_ id: String, pace: SlowBody?) throws(Refusal) -> Response {
        let order = try state.reading { (book) throws(Refusal) in try book.orderWithDocument(id) }
        let fault = (try? state.faults { $0.takeDocumentFault() }) ?? nil
        let pieces = DocumentAnswer.pieces(of: state.configuration.document(of: order.id), fault: fault)
        // A body that is to break off needs a length that it does not reach.
        let length = pieces.size + (pieces.breaksOff ? 1024 : 0)
        return Response(
            status: 200,
            headers: [("Content-Type", "application/json")],
            body: .stream(length: length, PiecewiseBody(pieces, pace: pace))
        )
    }

    // MARK: Answers

    /// The provider reads a body whatever its content type says (seen).
    private static func json(_ body: [UInt8]) throws(Refusal) -> JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw Refusal(400, nil, "the body is no JSON")
        }
    }

    private static func success(_ data: JSONValue, _ pace: SlowBody?) -> Response {
        paced(.json(200, Envelope(data: data, isSuccess: true).json.encoded()), pace)
    }

    private static func success(_ data: JSONObject, _ pace: SlowBody?) -> Response { success(.object(data), pace) }

    private static func response(_ refusal: Refusal) -> Response {
        let envelope = Envelope(isSuccess: false, message: refusal.message, error: refusal.code)
        var response = Response.json(refusal.status, envelope.json.encoded())
        if let seconds = refusal.retryAfter { response.headers.append(("Retry-After", String(seconds))) }
        return response
    }

    private static func paced(_ response: Response, _ pace: SlowBody?) -> Response {
        guard let pace, case .bytes(let bytes) = response.body else { return response }
        var response = response
        response.body = .stream(length: bytes.count, PiecewiseBody(BodyPieces([.init(bytes)]), pace: pace))
        return response
    }
}
