import BaseKit
import HTTPListener
import Testing
import VisengineSandbox

/// What is written in another way than documented, on request.
@Suite(.timeLimit(.minutes(1)))
struct QuirkTests {
    /// The callback of a new order under quirks, and the order as it is read back.
    private func callback(
        _ quirks: Set<SandboxQuirk>,
        method: String = "JSON",
        data: JSONValue = ["ricevuta": "nonce.mac"],
        shape: CallbackShape = .wrapped,
        _ check: (Request, JSONValue) throws -> Void
    ) async throws {
        var configuration = SandboxConfiguration(callbackShape: shape)
        configuration.faults.quirks = quirks
        try await withCatcher(configuration) { wire, catcher in
            let registration = Samples.callback(catcher.url, method: method, data: data)
            let id = try await wire.place(Samples.pension(registration))
            await wire.sandbox.callbacksSettled()

            try check(try #require(catcher.requests.first), try await wire.order(id))
        }
    }

    @Test func anOrderIsNamedWithoutTheUnderscore() async throws {
        try await callback([.plainID]) { request, order in
            let told = try JSONValue(parsing: request.body)["data"]
            #expect(told?["id"] == order["_id"])
            #expect(told?["_id"] == nil)
        }
    }

    @Test func theOutcomesCodeIsANumber() async throws {
        try await callback([.numericCode]) { request, _ in
            let told = try JSONValue(parsing: request.body)["data"]
            #expect(told?["esito"] == ["codice": 0, "info": "OK"])
        }
    }

    @Test func anEmptyObjectIsAList() async throws {
        try await callback([.emptyObjectAsList], data: [:]) { request, _ in
            let told = try JSONValue(parsing: request.body)["data"]
            #expect(told?["callback_data"]?["data"] == [])
        }
    }

    @Test func jsonHasEscapedSlashes() async throws {
        try await callback([.escapedSlashes]) { request, order in
            let text = String(decoding: request.body, as: UTF8.self)
            #expect(text.contains(#""url":"http:\/\/127.0.0.1:"#))
            let told = try JSONValue(parsing: request.body)["data"]
            #expect(told == order)
        }
    }

    @Test(arguments: [("JSON", "application/x-www-form-urlencoded"), ("POST", "application/json")])
    func theContentTypeIsTheOtherOne(method: String, type: String) async throws {
        try await callback([.wrongContentType], method: method) { request, _ in
            #expect(request.head.headers["content-type"] == type)
        }
    }

    @Test(arguments: [CallbackShape.bare, .custom])
    func aFormIsMultipart(shape: CallbackShape) async throws {
        try await callback([.multipart], method: "POST", shape: shape) { request, order in
            let type = try #require(request.head.headers["content-type"])
            #expect(type.hasPrefix("multipart/form-data; boundary="))
            let boundary = type.dropFirst("multipart/form-data; boundary=".count)
            let escaped = String(decoding: order.encoded(), as: UTF8.self).replacing("/", with: #"\/"#)
            var expected = part("data", escaped, boundary)
            if shape == .custom { expected += part("custom", #"{"ricevuta":"nonce.mac"}"#, boundary) }
            #expect(String(decoding: request.body, as: UTF8.self) == expected + "--\(boundary)--\r\n")
        }
    }

    private func part(_ name: String, _ value: String, _ boundary: Substring) -> String {
        "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }

    @Test func allOrdersHaveTheSameDocument() async throws {
        try await withSandbox { wire in
            let (first, second) = (try await wire.place(), try await wire.place())
            #expect(try await wire.download(first).bytes != wire.download(second).bytes)
            wire.sandbox.setFaults { $0.quirks = [.equalDocuments] }

            let document = try await wire.download(first)

            #expect(document.bytes != nil)
            #expect(try await wire.download(second).bytes == document.bytes)
            #expect(wire.sandbox.report(first)?.sha256 == wire.sandbox.report(second)?.sha256)
        }
    }

    @Test func refusalsHaveATrace() async throws {
        try await withSandbox { wire in
            #expect(try await wire.send(.get, "/visure/0000").json["trace"] == nil)
            wire.sandbox.setFaults { $0.quirks = [.trace] }

            let answer = try await wire.send(.get, "/visure/0000")

            #expect(answer.summary == "400/200 wrong hash_visura")
            #expect(answer.json["trace"]?.string?.isEmpty == false)
        }
    }
}
