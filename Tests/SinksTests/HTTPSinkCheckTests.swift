import BaseKit
import HTTPListener
import RicevutaCore
import Testing

@testable import Sinks

@Suite(.timeLimit(.minutes(1)))
struct HTTPSinkCheckTests {
    @Test(arguments: [204, 404, 405, 500])
    func anyAnswerSaysThatTheReceiverIsThere(status: Int) async throws {
        try await withReceiver(answer: { _ in Response(status: status) }) { receiver in
            let sink = try TestSink.make("http://127.0.0.1:\(receiver.port)/hook")

            #expect(try await sink.prepare() == [])
            #expect(receiver.requests.isEmpty)
            #expect(try await sink.check() == [])

            let request = try #require(receiver.requests.first)
            #expect(request.head.method == "HEAD" && request.head.path == "/hook" && request.body.isEmpty)
            #expect(request.head.headers["webhook-id"] == nil)
            await sink.close()
        }
    }

    @Test func aReceiverThatDoesNotListenMayLater() async throws {
        let sink = try TestSink.make("http://127.0.0.1:1/")

        await #expect(
            throws: SinkFailure.unreachable(reason: "127.0.0.1: cannot connect: connection refused (127.0.0.1)")
        ) {
            try await sink.check()
        }
        await sink.close()
    }

    @Test func aNameThatLeadsOutsideNeedsSomebodysDoing() async throws {
        let outside = HostResolver { _, _ in .success(["10.0.0.1"]) }
        let nowhere = HostResolver { _, _ in .failure(.notFound("no such name")) }

        let reason = "receiver.invalid resolves to 10.0.0.1, outside the sink's allowedNetworks"
        await #expect(throws: SinkFailure.unusable(reason: reason)) {
            try await TestSink.make("https://receiver.invalid/", addresses: outside).check()
        }
        await #expect(throws: SinkFailure.unreachable(reason: "cannot resolve receiver.invalid: no such name")) {
            try await TestSink.make("https://receiver.invalid/", addresses: nowhere).check()
        }
    }
}
