import BaseKit
import HTTPListener
import Sinks

/// One request as a downstream service sees it.
struct ReceivedEvent: Sendable {
    let id: String
    let type: String
    let order: String
    let delivery: String
    let document: String?
    /// Why it is not to be trusted; `nil` when its signature holds.
    let problem: String?
    /// The event itself; `nil` when the body is not JSON.
    let body: JSONValue?

    init(_ request: Request, _ signer: WebhookSigner) {
        let headers = request.head.headers
        var problem: String?
        do throws(WebhookVerificationError) {
            try signer.verify(
                id: headers["webhook-id"],
                timestamp: headers["webhook-timestamp"],
                signature: headers["webhook-signature"],
                body: request.body,
                now: .now()
            )
        } catch {
            problem = error.description
        }
        let event = try? JSONValue(parsing: request.body)  // Reported below.
        if event == nil { problem = problem ?? "the body is not JSON" }
        self.problem = problem
        body = event
        id = headers["webhook-id"] ?? "-"
        type = event?["type"]?.string ?? "-"
        order = event?["data"]?["order"]?["id"]?.string ?? "-"
        delivery = event?["deliveryid"]?.string ?? "-"
        document = event?["data"]?["document"]?["sha256"]?.string
    }

    /// Prints it.
    ///
    /// - Parameters:
    ///   - isJSON: Whether for programs, on one line.
    ///   - withBody: Whether with the event itself.
    ///   - status: What it is answered.
    func print(asJSON isJSON: Bool, withBody: Bool = false, status: Int? = nil) {
        if isJSON {
            var json: JSONObject = JSONObject([
                .init("time", .string(Timestamp.now().description)), .init("id", .string(id)),
                .init("type", .string(type)), .init("order", .string(order)), .init("delivery", .string(delivery)),
                .init("document", JSONValue(document)), .init("verified", .bool(problem == nil)),
                .init("problem", JSONValue(problem)),
            ])
            if let status { json["status"] = JSONValue(status) }
            if withBody { json["body"] = body ?? .null }
            return Terminal.print(json: JSONValue.object(json).encoded())
        }
        let verdict = problem.map { "NOT VERIFIED: \($0)" } ?? "signature valid"
        let answer = status.map { ", answered \($0)" } ?? ""
        // On one line, whatever the sender has put into it.
        Terminal.print(
            TerminalText.escaped(
                "\(Timestamp.now()) \(type) order \(order) id \(id) delivery \(delivery) \(verdict)\(answer)"
            )
        )
        if withBody, let body { Terminal.print(body) }
    }
}
