import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// A receiver's trouble, from its first sign to its end, with nothing but the commands.
    @Suite(.timeLimit(.minutes(3)))
    struct SinkCommandTests {
        /// Where nobody listens.
        private static func unreachable(_ bed: TestBed) throws {
            try bed.configure("url: \"\(bed.downstream.url)/\"", as: "url: \"http://127.0.0.1:1/\"")
        }

        private static func reachable(_ bed: TestBed) throws {
            try bed.configure("url: \"http://127.0.0.1:1/\"", as: "url: \"\(bed.downstream.url)/\"")
        }

        private static func sink(_ name: String, _ bed: TestBed) async throws -> JSONValue? {
            try await bed.json(["sink", "list"]).array?.first { $0["name"]?.string == name }
        }

        /// Waits until so many documents are there, and deliveries of them.
        private static func documents(_ count: Int, _ bed: TestBed) async throws {
            try await bed.until {
                let status = try await bed.status()
                return status["documents"]?.int64 == Int64(count) && status["jobs"]?["fetch"] == nil
            }
        }

        @Test func aSinkThatIsDownIsToldOnceAndSeenWithItsReason() async throws {
            try await withTestBed { bed in
                try Self.unreachable(bed)
                try bed.configure(
                    "sinks:",
                    as: "delivery: {firstDelay: 50ms, maxDelay: 100ms, maxAttempts: 1000}\nsinks:"
                )
                try await bed.receiver { receiver in
                    _ = try await bed.finishedOrders(2)
                    try await bed.until { try bed.log().contains("Sink is failing") }
                    try await Self.documents(2, bed)

                    let sink = try #require(try await Self.sink("service", bed))
                    #expect(sink["waiting"]?.int64 ?? 0 >= 2)
                    #expect(sink["retrying"]?.int64 ?? 0 >= 1)
                    #expect(sink["lastError"]?.string?.contains("connection refused") == true)
                    #expect(sink["oldestWaiting"]?.string != nil && sink["nextAttempt"]?.string != nil)
                    #expect(try await Self.sink("folder", bed)?["state"] == "ok")
                    let status = try await bed.command(["status"])
                    #expect(status.text.contains("sink service"))
                    #expect(status.text.contains("connection refused"))
                    #expect(try await bed.metric("ricevuta_sink_failing{sink=\"service\"}", of: receiver) == 1)
                    #expect(try await bed.metric("ricevuta_sink_failing{sink=\"folder\"}", of: receiver) == 0)
                    let pending = try await bed.metric("ricevuta_sink_pending{sink=\"service\"}", of: receiver)
                    #expect(pending == sink["waiting"]?.double)
                    #expect(try await bed.alarms(of: receiver, "sink_failing") == 1)
                }
                try Self.reachable(bed)
                try await bed.receiver { receiver in
                    try await bed.until { try await Self.sink("service", bed)?["waiting"] == 0 }
                    #expect(try await Self.sink("service", bed)?["state"] == "ok")
                    #expect(try await bed.metric("ricevuta_sink_failing{sink=\"service\"}", of: receiver) == 0)
                    #expect(try await bed.command(["status"]).code == 0)
                }
                let lines = try bed.log().split(separator: "\n")
                #expect(lines.count { $0.contains("Sink is failing") } == 1)
                #expect(!lines.contains { $0.contains("Delivery attempt failed") }, "single attempts are for debugging")
            }
        }

        @Test func eachAttemptIsShownWithWhatTheReceiverAnswered() async throws {
            try await withTestBed(downstream: .stranger) { bed in
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(1)
                    try await bed.until { try await bed.json(["dead-letter", "list"]).array?.isEmpty == false }
                    let letter = try #require(try await bed.json(["dead-letter", "list"]).array?.first)
                    let id = try #require(letter["id"]?.string)

                    let shown = try await bed.json(["delivery", "show", String(id.prefix(12))])

                    #expect(shown["id"]?.string == id)
                    let attempts = shown["attemptsMade"]?.array ?? []
                    #expect(attempts.count == 1)
                    #expect(attempts.first?["status"] == 400)
                    #expect(attempts.first?["outcome"] == "refused")
                    #expect(attempts.first?["answer"]?.string?.isEmpty == false, "it says why")
                    let text = try await bed.command(["delivery", "show", id]).text
                    #expect(text.contains("Attempts") && text.contains("400"))
                    let none = try await bed.command(["delivery", "show", "dlv_nonesuch"])
                    #expect(none.code == 66)
                    let order = try #require(letter["order"]?.string)
                    let filters = [
                        ["--order", order, "--sink", "service"], ["--since", "1h"], ["--type", "document.available"],
                    ]
                    for filter in filters {
                        let found = try await bed.json(["delivery", "list"] + filter).array ?? []
                        #expect(!found.isEmpty && found.allSatisfy { $0["order"]?.string == order }, "\(filter)")
                    }
                    let dropped = try await bed.json(["dead-letter", "dismiss", String(id.prefix(14))])
                    #expect(dropped == [.string(id)])
                }
            }
        }

        @Test func aPausedSinkWaitsAndIsDeliveredToWhenItIsResumed() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    #expect(try await bed.command(["sink", "pause", "service", "--reason", "new host"]).code == 0)
                    _ = try await bed.finishedOrders(1)
                    try await bed.until { try await Self.sink("folder", bed)?["waiting"] == 0 }
                    try await bed.until { try bed.deliveredDocuments().count == 1 }

                    let sink = try #require(try await Self.sink("service", bed))
                    #expect(sink["state"] == "paused" && sink["waiting"]?.int64 ?? 0 >= 1)
                    #expect(sink["paused"]?["reason"] == "new host")
                    let status = try await bed.command(["status"])
                    #expect(status.text.contains("ricevuta sink resume service"))
                    #expect(status.code == 0, "somebody wanted it so")
                    #expect(try await bed.metric("ricevuta_sink_paused{sink=\"service\"}", of: receiver) == 1)
                    #expect(try bed.downstream.arrivals().isEmpty)

                    #expect(try await bed.command(["sink", "resume", "service"]).text == "service resumed\n")

                    try await bed.until { try await Self.sink("service", bed)?["waiting"] == 0 }
                    #expect(try !bed.downstream.arrivals().isEmpty)
                }
            }
        }

        @Test func whatWaitsForASinkThatIsGoneIsToldAndMoved() async throws {
            try await withTestBed { bed in
                try Self.unreachable(bed)
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(1)
                    try await Self.documents(1, bed)
                    #expect(try await Self.sink("service", bed)?["waiting"]?.int64 ?? 0 >= 1)
                }
                try bed.configure("name: service", as: "name: crm")
                try Self.reachable(bed)
                let check = try await bed.command(["config", "check"])
                #expect(check.problems.contains("sink service: not configured"))
                #expect(check.problems.contains("ricevuta sink move service TO"))

                try await bed.receiver { receiver in
                    #expect(try bed.log().contains("Deliveries wait for a sink that is not configured"))
                    #expect(try await bed.alarms(of: receiver, "sink_missing") == 1)
                    let status = try await bed.command(["status"])
                    #expect(status.code == 1)
                    #expect(status.text.contains("not configured"))
                    #expect(try await Self.sink("service", bed)?["state"] == "missing")
                    #expect(try await bed.command(["sink", "dead-letter", "service"]).code == 0)
                    let replay = try await bed.command(["dead-letter", "replay", "--all", "--sink", "service"])
                    #expect(replay.code == 65)
                    #expect(replay.problems.contains("ricevuta sink move service TO"))
                    let asked = try await bed.command(["sink", "drop", "service"])
                    #expect(asked.code == 64 && asked.problems.contains("--yes"))

                    let moved = try await bed.json(["sink", "move", "service", "crm"]).array ?? []

                    #expect(!moved.isEmpty)
                    try await bed.until { try bed.downstream.arrivals().count == moved.count }
                    try await bed.until { try await bed.command(["status"]).code == 0 }
                    #expect(try await Self.sink("service", bed) == nil)
                    let again = try await bed.command(["sink", "drop", "service", "--yes"])
                    #expect(again.text == "dropped 0\n")
                }
            }
        }
    }
}
