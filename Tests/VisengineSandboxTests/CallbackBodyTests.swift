import BaseKit
import Foundation
import HTTPListener
import Testing
import Visengine
import VisengineSandbox

/// How callbacks are written: both methods, every shape, and the caller's own data.
@Suite(.timeLimit(.minutes(1)))
struct CallbackBodyTests {
    @Test func jsonIsTheOrderUnderData() async throws {
        try await withCatcher { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url)))
            await wire.sandbox.callbacksSettled()

            let request = try #require(catcher.requests.first)
            let body = try JSONValue(parsing: request.body)
            let order = try await wire.order(id)
            #expect(catcher.requests.count == 1)
            #expect(request.head.method == "POST")
            #expect(request.head.target == "/in")
            #expect(request.head.headers["content-type"] == "application/json")
            #expect(body == ["data": order])
        }
    }

    @Test(arguments: CallbackShape.allCases)
    func jsonHasTheShapeAskedFor(shape: CallbackShape) async throws {
        try await withCatcher(SandboxConfiguration(callbackShape: shape)) { wire, catcher in
            let id = try await wire.place(Samples.pension(Samples.callback(catcher.url, field: "campo")))
            await wire.sandbox.callbacksSettled()

            let body = try JSONValue(parsing: try #require(catcher.requests.first).body)
            let order = try await wire.order(id)
            let expected: JSONValue =
                switch shape {
                case .wrapped: ["data": order]
                case .bare: order
                case .envelope: ["data": order, "success": true, "message": "", "error": nil]
                case .field: ["campo": order]
                case .text: ["data": .string(String(decoding: order.encoded(), as: UTF8.self))]
                case .custom: ["data": order, "custom": ["ricevuta": "nonce.mac"]]
                }
            #expect(body == expected)
        }
    }

    /// The envelope is the one shape that forms have too.
    @Test(arguments: CallbackShape.allCases)
    func aFormHoldsTheOrderInItsField(shape: CallbackShape) async throws {
        try await withCatcher(SandboxConfiguration(callbackShape: shape)) { wire, catcher in
            let registration = Samples.callback(catcher.url, method: "POST", field: "visengineData")
            let id = try await wire.place(Samples.pension(registration))
            await wire.sandbox.callbacksSettled()

            let request = try #require(catcher.requests.first)
            let form = try Form(request)
            let order = try await wire.order(id)
            #expect(request.head.method == "POST")
            #expect(form.fields.map(\.name) == (shape == .custom ? ["visengineData", "custom"] : ["visengineData"]))
            let value = try JSONValue(parsing: Array(try #require(form.fields.first).value.utf8))
            #expect(value == (shape == .envelope ? Envelope(data: order, isSuccess: true).json : order))
        }
    }

    @Test func aFormIsEscapedAsPHPDoesIt() async throws {
        try await withCatcher { wire, catcher in
            let data: JSONValue = ["testo": "è + & = % / ~ *"]
            _ = try await wire.place(
                Samples.pension(Samples.callback(catcher.url, method: "POST", field: "i dati&", data: data))
            )
            await wire.sandbox.callbacksSettled()

            let text = String(decoding: try #require(catcher.requests.first).body, as: UTF8.self)
            #expect(text.hasPrefix("i+dati%26=%7B%22_id%22%3A%22"))
            #expect(text.contains("%22testo%22%3A%22%C3%A8+%2B+%26+%3D+%25+%5C%2F+%7E+%2A%22"))
            #expect(text.contains("http%3A%5C%2F%5C%2F127.0.0.1%3A"))
        }
    }

    @Test func aRegistrationThatNamesOnlyItsAddressGetsAForm() async throws {
        try await withCatcher { wire, catcher in
            let registration: JSONValue = ["url": .string(catcher.url)]
            let id = try await wire.place(Samples.pension(["callback_data": registration]))
            await wire.sandbox.callbacksSettled()

            let form = try Form(try #require(catcher.requests.first))
            #expect(form.fields.map(\.name) == ["data"])
            #expect(try await wire.order(id)["callback_data"] == registration, "it is echoed as it was sent")
        }
    }

    struct Echo: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var data: JSONValue
    }

    static let echoes = [
        Echo(testDescription: "nothing", data: [:]),
        Echo(testDescription: "nothing, as PHP has it", data: []),
        Echo(testDescription: "a token", data: ["ricevuta": "nonce.mac"]),
        Echo(testDescription: "all kinds", data: ["a": [1, 2.50, nil, true], "b": ["c": "\"\\/\n\u{1F1EE}"], "": ""]),
    ]

    @Test(arguments: echoes, ["JSON", "POST"])
    func theCallersDataComesBackUnchanged(_ echo: Echo, method: String) async throws {
        try await withCatcher { wire, catcher in
            let registration = Samples.callback(catcher.url, method: method, data: echo.data)
            let id = try await wire.place(Samples.pension(registration))
            wire.sandbox.finish(id)
            await wire.sandbox.callbacksSettled()

            #expect(catcher.requests.count == 3)
            for request in catcher.requests {
                let order =
                    method == "JSON"
                    ? try JSONValue(parsing: request.body)["data"]
                    : try JSONValue(parsing: Array(try #require(try Form(request).fields.first).value.utf8))
                #expect(order?["callback_data"] == registration["callback_data"])
            }
        }
    }
}

/// A form's fields.
private struct Form {
    var fields: [(name: String, value: String)] = []

    init(_ request: Request) throws {
        #expect(request.head.headers["content-type"] == "application/x-www-form-urlencoded")
        for pair in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            try #require(parts.count == 2)
            fields.append((try Self.unescaped(parts[0]), try Self.unescaped(parts[1])))
        }
    }

    private static func unescaped(_ text: Substring) throws -> String {
        try #require(text.replacing("+", with: " ").removingPercentEncoding)
    }
}
