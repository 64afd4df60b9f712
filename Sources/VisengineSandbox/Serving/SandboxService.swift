import BaseKit
import HTTPListener
import Visengine

/// Answers the provider's calls.
struct SandboxService: Sendable {
    let state: SandboxState

    /// Answers a request for one of the calls; 404 or 405 for anything else.
    func respond(_ request: Request, _ segments: [String]) -> Response {
        guard isAuthorized(request.head) else { return refused(Refusal(401, nil, "Wrong Token")) }
        guard let route = Route(method: request.head.method, segments: segments) else {
            let methods = Route.methods(segments)
            guard !methods.isEmpty else { return refused(Refusal(404, nil, "not found")) }
            var response = refused(Refusal(405, nil, "method not allowed"))
            response.headers.append(("Allow", methods.joined(separator: ", ")))
            return response
        }
        let (failure, pace) = state.begin(route.call)
        do throws(Refusal) {
            if let failure { throw failure.refusal(of: route.call) }
            return try answer(route, request.body, pace: pace)
        } catch {
            return Self.paced(refused(error), pace)
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
        case .cancel(let id): return try cancel(id, try Self.json(body), pace: pace)
        case .suppliers: return Self.success(.array(Self.suppliers), pace)
        case .supplier(let email):
            guard let supplier = Self.suppliers.first(where: { $0["email"]?.string == email }) else {
                throw Refusal(404, nil, "no supplier has this address: \(email)")
            }
            return Self.success(supplier, pace)
        }
    }

    /// What the provider shows of its suppliers is not known; this much a client can ask for by.
    private static let suppliers: [JSONValue] = [["email": "caf@example.test", "nome": "CAF di prova"]]

    private func cancel(_ id: String, _ body: JSONValue, pace: SlowBody?) throws(Refusal) -> Response {
        let order = try state.reading { (book) throws(Refusal) in try book.order(id) }
        guard state.cancel(order.id, reason: body["motivo"]?.string ?? "") else {
            // Which code this has is not known.
            throw Refusal(409, nil, "the request can no longer be cancelled")
        }
        return Self.success(try state.reading { (book) throws(Refusal) in try book.order(id).json }, pace)
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
        if (try? state.faults { $0.takeLostPlacing() }) == true {  // Taking one throws nothing.
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
        let order = try state.changing { (book, now) throws(Refusal) in try work(&book, json, now) }
        return Self.success(order.map { .object($0.json) } ?? nil, pace)
    }

    private func document(_ id: String, pace: SlowBody?) throws(Refusal) -> Response {
        let order = try state.reading { (book) throws(Refusal) in try book.orderWithDocument(id) }
        let fault = (try? state.faults { $0.takeDocumentFault() }) ?? nil  // Taking one throws nothing.
        let isText = state.quirks.contains(.sizeAsText)
        let document = state.document(of: order.id)
        let pieces = DocumentAnswer.pieces(of: document, fault: fault, sizeIsText: isText)
        // A body that is to break off needs a length that it does not reach.
        let length = pieces.size + (pieces.breaksOff ? 1024 : 0)
        return Response(
            status: 200,
            headers: [("Content-Type", "application/json")],
            body: .stream(length: length, PiecewiseBody(pieces, pace: pace))
        )
    }

    // MARK: Answers

    /// The provider reads a body whatever its content type says (seen); with none, everything in it is missing.
    private static func json(_ body: [UInt8]) throws(Refusal) -> JSONValue {
        guard !body.isEmpty else { return [:] }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw Refusal(400, nil, "the body is not JSON")
        }
    }

    private static func success(_ data: JSONValue, _ pace: SlowBody?) -> Response {
        paced(.json(200, Envelope(data: data, isSuccess: true).json.encoded()), pace)
    }

    private static func success(_ data: JSONObject, _ pace: SlowBody?) -> Response { success(.object(data), pace) }

    private func refused(_ refusal: Refusal) -> Response {
        let envelope = Envelope(isSuccess: false, message: refusal.message, error: refusal.code)
        var json = envelope.json
        if state.quirks.contains(.trace), var object = json.object {
            // ["index.php@123"] in base64, as a sister service sends it (seen).
            object["trace"] = "WyJpbmRleC5waHBAMTIzIl0="
            json = .object(object)
        }
        var response = Response.json(refusal.status, json.encoded())
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
