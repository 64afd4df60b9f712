import BaseKit

/// What `GET /sandbox` answers: the calls of the control API, so that nobody has to look for them.
enum ControlGuide {
    /// One call.
    private struct Call {
        var request: String
        var does: String
        var body: JSONValue?
    }

    private static let calls = [
        Call(
            request: "POST /sandbox/advance",
            does: "moves an order on, or all; \"to\" stands instead of \"steps\"",
            body: ["order": "ID", "steps": 1, "to": "Visura evasa", "wait": true]
        ),
        Call(
            request: "POST /sandbox/cancel",
            does: "cancels an order",
            body: ["order": "ID", "reason": "Dati non corretti", "wait": true]
        ),
        Call(
            request: "POST /sandbox/age",
            does: "dates an order back by so many hours; sends no callback",
            body: ["order": "ID", "hours": 48]
        ),
        Call(
            request: "POST /sandbox/orders",
            does: "makes orders without check or charge",
            body: ["count": 1, "item": "HASH", "callback": ["url": "http://127.0.0.1:8080/callbacks/TOKEN"]]
        ),
        Call(request: "GET /sandbox/orders", does: "lists the orders"),
        Call(request: "GET /sandbox/orders/ID", does: "shows an order, its document and its callbacks"),
        Call(
            request: "POST /sandbox/callbacks",
            does: "sends a callback for an order as it stands, or with another state",
            body: ["order": "ID", "state": "Visura evasa", "times": 1, "wait": true]
        ),
        Call(request: "GET /sandbox/faults", does: "shows all faults"),
        Call(
            request: "POST /sandbox/faults",
            does: "changes the faults that it names",
            body: [
                "duplicates": 2, "reverse": true, "delayMilliseconds": 500, "silent": true,
                "claimedState": "Visura evasa", "lostPlacings": 1,
                "failures": [["call": "document", "status": 429, "times": 2, "retryAfter": 1]],
                "document": ["fault": "truncatedBase64", "times": 1],
                "slow": ["calls": ["document"], "pieceBytes": 1024, "pauseMilliseconds": 10], "quirks": ["multipart"],
            ]
        ),
        Call(request: "DELETE /sandbox/faults", does: "takes all faults back"),
        Call(request: "POST /sandbox/credit", does: "sets the wallet's credit in euro", body: ["credit": 12.5]),
        Call(request: "GET /sandbox/status", does: "counts orders, calls and callbacks"),
    ]

    /// The calls, each with a body for example; all of a body is optional where it can be.
    static var json: JSONValue {
        [
            "calls": .array(
                calls.map { call in
                    var members = [
                        JSONObject.Member("request", .string(call.request)),
                        JSONObject.Member("does", .string(call.does)),
                    ]
                    if let body = call.body { members.append(JSONObject.Member("body", body)) }
                    return .object(JSONObject(members))
                }
            )
        ]
    }
}
