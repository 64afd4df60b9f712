import AsyncHTTPClient
import BaseKit
import Foundation
import NIOCore
import NIOHTTP1

extension TestBed {
    /// One callback to post.
    struct Call: Sendable {
        var url: String
        var contentType: String?
        var body: String
        var headers: [(String, String)] = []
    }

    // MARK: To the receiver

    /// Posts a callback, and gives the status of the answer.
    func post(_ call: Call) async throws -> Int {
        var request = HTTPClientRequest(url: call.url)
        request.method = .POST
        if let contentType = call.contentType { request.headers.add(name: "content-type", value: contentType) }
        for (name, value) in call.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(Array(call.body.utf8))
        let response = try await http.execute(request, timeout: .seconds(30))
        for try await _ in response.body {}
        return Int(response.status.code)
    }

    /// Posts JSON, and gives the status of the answer.
    func post(_ url: String, _ body: String) async throws -> Int {
        try await post(Call(url: url, contentType: "application/json", body: body))
    }

    /// Posts JSON, and gives the status and the text of the answer.
    func answer(_ url: String, _ body: String) async throws -> String {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(Array(body.utf8))
        let response = try await http.execute(request, timeout: .seconds(30))
        let text = String(buffer: try await response.body.collect(upTo: 64 << 10))
        return "\(response.status.code) \(text.trimmingCharacters(in: .whitespacesAndNewlines))"
    }

    /// Posts callbacks, 64 at a time, and counts the answers by status.
    func postAll(_ calls: [Call]) async throws -> [Int: Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            var counts: [Int: Int] = [:]
            for (index, call) in calls.enumerated() {
                if index >= 64, let status = try await group.next() { counts[status, default: 0] += 1 }
                group.addTask { try await post(call) }
            }
            for try await status in group { counts[status, default: 0] += 1 }
            return counts
        }
    }

    /// What a page says.
    func text(_ url: String) async throws -> String {
        let response = try await http.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
        return String(buffer: try await response.body.collect(upTo: 16 << 20))
    }

    // MARK: To the sandbox

    /// Makes orders at the sandbox.
    ///
    /// - Parameters:
    ///   - registrations: Their `callback_data`.
    ///   - item: The hash of their item; the sandbox's first by default.
    /// - Returns: Their ids.
    /// - Throws: What the client throws.
    func order(calledBackAt registrations: [JSONValue], item: String? = nil) async throws -> [String] {
        var body: JSONObject = ["callbacks": .array(registrations)]
        body["item"] = item.map { .string($0) }
        let answer = try await control("orders", .object(body))
        return answer["ids"]?.array?.compactMap(\.string) ?? []
    }

    /// Moves all orders on.
    func advance(to state: String) async throws {
        _ = try await control("advance", ["to": .string(state)])
    }

    /// Moves one order on by one step.
    func advanceOnce(_ id: String) async throws { _ = try await control("advance", ["order": .string(id)]) }

    /// Chooses the first result of an order's first search, as a person would at the provider.
    func choose(for id: String) async throws {
        var request = HTTPClientRequest(url: "\(provider)/richiesta/\(id)/ricerche")
        request.method = .PUT
        request.headers.add(name: "authorization", value: "Bearer sandbox-token")
        let choice: JSONValue = ["id_ricerca": .string("\(id)_0"), "indice": 0]
        request.body = .bytes(choice.encoded())
        _ = try await answer(to: request)
    }

    /// Changes how the sandbox misbehaves.
    func faults(_ faults: JSONValue) async throws { _ = try await control("faults", faults) }

    /// Cancels an order at the sandbox.
    func cancel(_ id: String, reason: String) async throws {
        _ = try await control("cancel", ["order": .string(id), "reason": .string(reason)])
    }

    /// Dates an order at the sandbox back.
    func age(_ id: String, hours: Int) async throws {
        _ = try await control("age", ["order": .string(id), "hours": JSONValue(hours)])
    }

    /// What the sandbox says of one order.
    func sandboxOrder(_ id: String) async throws -> JSONValue {
        try await answer(to: HTTPClientRequest(url: "\(provider)/sandbox/orders/\(id)"))
    }

    /// Sets what the account has, in euro.
    func setCredit(_ euro: Int64) async throws { _ = try await control("credit", ["credit": JSONValue(euro)]) }

    /// Makes the sandbox fail in some way, as its control API says it.
    func fault(_ faults: JSONValue) async throws { _ = try await control("faults", faults) }

    private func control(_ call: String, _ body: JSONValue) async throws -> JSONValue {
        var request = HTTPClientRequest(url: "\(provider)/sandbox/\(call)")
        request.method = .POST
        request.body = .bytes(body.encoded())
        return try await answer(to: request)
    }

    private func answer(to request: HTTPClientRequest) async throws -> JSONValue {
        let response = try await http.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return try JSONValue(parsing: Array(bytes.readableBytesView))
    }
}
