import AsyncHTTPClient
import BaseKit
import HTTPListener
import NIOCore
import NIOHTTP1
import Testing
import Visengine

@testable import VisengineSandbox

/// Bodies that come in pieces, with pauses between them.
@Suite(.timeLimit(.minutes(1)))
struct SlowBodyTests {
    /// With a pause that outlasts every test, only the first piece comes.
    @Test(arguments: [SandboxCall.document, .catalogue])
    func onePieceComesAndThenAPause(call: SandboxCall) async throws {
        try await withSandbox { wire in
            let id = try await wire.place()
            wire.sandbox.finish(id)
            wire.sandbox.setFaults { $0.slowBody = SlowBody(calls: [call], pieceBytes: 8, pause: .seconds(3600)) }
            let path = call == .document ? "/documento/\(id)" : "/visure"
            var request = HTTPClientRequest(url: wire.sandbox.baseURL + path)
            request.headers.add(name: "authorization", value: "Bearer sandbox-token")

            let response = try await wire.http.execute(request, deadline: .now() + .seconds(30))
            var pieces = response.body.makeAsyncIterator()
            let piece = try #require(try await pieces.next())

            #expect(response.status == .ok)
            #expect(String(buffer: piece) == #"{"data":"#)
            #expect(response.headers.first(name: "content-length").flatMap { Int($0) } ?? 0 > 8)
        }
    }

    @Test func otherCallsAreNotSlow() async throws {
        try await withSandbox { wire in
            wire.sandbox.setFaults { $0.slowBody = SlowBody(calls: [.document], pieceBytes: 1, pause: .seconds(3600)) }

            let list = try await wire.send(.get, "/visure")
            let placed = try await wire.send(.post, "/richiesta", Samples.pension())

            #expect(list.status == 200)
            #expect(placed.status == 200)
        }
    }

    @Test func aSlowBodyIsTheSameInTheEnd() async throws {
        try await withSandbox { wire in
            let id = try await wire.place()
            wire.sandbox.finish(id)
            let calls: [(Method, String, JSONValue?)] = [
                (.get, "/documento/\(id)", nil), (.get, "/visure", nil), (.get, "/richiesta/\(id)", nil),
                (.get, "/richiesta/7", nil), (.post, "/richiesta", Samples.pension(["test": true])),
            ]
            for (method, path, body) in calls {
                wire.sandbox.setFaults { $0.slowBody = nil }
                let whole = try await wire.send(method, path, body)
                wire.sandbox.setFaults { $0.slowBody = SlowBody(pieceBytes: 5000, pause: .milliseconds(1)) }
                let slow = try await wire.send(method, path, body)

                #expect(slow.status == whole.status, "\(path)")
                #expect(slow.body == whole.body, "\(path)")
            }
        }
    }

    @Test(arguments: [1, 3, 4, 100])
    func piecesAndPausesAlternate(length: Int) {
        let text = Array("abcdefghij".utf8)
        let pace = SlowBody(pieceBytes: length, pause: .milliseconds(7))
        let body = PiecewiseBody(BodyPieces([.init(text, times: 2), .init([]), .init([0])]), pace: pace)

        var sent: [UInt8] = []
        var isPauseDue = false
        while true {
            let step = body.next(upTo: 1 << 20)
            if case .end = step { break }
            switch step {
            case .bytes(let bytes):
                #expect(!isPauseDue)
                #expect((1...length).contains(bytes.count))
                sent += bytes
            case .pause(let pause):
                #expect(isPauseDue)
                #expect(pause == .milliseconds(7))
            default: Issue.record("\(step)")
            }
            isPauseDue.toggle()
        }

        #expect(sent == text + text + [0])
    }
}
