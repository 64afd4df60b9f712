import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// What operators watch while it happens.
    @Suite(.timeLimit(.minutes(3)))
    struct EventsCommandTests {
        /// Runs a command that does not end by itself, and interrupts it as Ctrl-C does.
        private static func interrupted(
            _ arguments: [String],
            after seconds: Int = 3,
            _ bed: TestBed
        ) async throws -> (text: String, problems: String, code: Int32) {
            let program = ["--preserve-status", "-s", "INT", "\(seconds)", Program.executable("ricevuta")]
            let output = try await Program.output(
                "/usr/bin/timeout",
                program + arguments + ["--config", bed.configuration],
                environment: TestBed.environment
            )
            return (String(decoding: output.bytes, as: UTF8.self), output.problems, output.code)
        }

        private static func lines(_ text: String) throws -> [JSONValue] {
            try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        }

        @Test func eventsAreFollowedAsTheyArePublished() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    // It ends by itself with the fourth event.
                    let four = ["events", "tail", "--json", "--limit", "4", "--after", "0"]
                    async let followed = Self.interrupted(four, after: 90, bed)
                    let first = try await bed.finishedOrders(1)[0]
                    try await bed.until { try await bed.status()["documents"] == 1 }
                    let second = try await bed.finishedOrders(1)[0]

                    let tail = try await followed
                    #expect(tail.code == 0, "\(tail.problems)")
                    let events = try Self.lines(tail.text)
                    try #require(events.count == 4)
                    #expect(events.compactMap { $0["number"]?.int64 } == [1, 2, 3, 4])
                    #expect(events.compactMap { $0["order"]?.string } == [first, first, second, second])
                    #expect(events[0]["type"] == "order.updated" && events[1]["type"] == "document.available")
                    #expect(events.allSatisfy { $0["sinks"] == ["folder", "service"] })
                    #expect(events[1]["document"]?["sha256"]?.string != nil)
                    let hash = try await bed.sandboxOrder(first)["sha256"]
                    #expect(events[1]["document"]?["sha256"] == hash)

                    let typed = ["events", "tail", "--json", "--no-follow", "--type", "document.available"]
                    let documents = try Self.lines(try await bed.command(typed).text)
                    #expect(documents.compactMap { $0["number"]?.int64 } == [2, 4])
                    let narrow = ["--since", "1h", "--sink", "folder", "--order", first]
                    let text = try await bed.command(["events", "tail", "--no-follow"] + narrow).text
                    #expect(text.split(separator: "\n").count == 2, "\(text)")
                    #expect(text.contains("document.available  \(first)"))
                    let later = try await bed.command(["events", "tail", "--json", "--no-follow", "--after", "3"])
                    #expect(try Self.lines(later.text).compactMap { $0["number"]?.int64 } == [4])
                    let wrong = try await bed.command(["events", "tail", "--no-follow", "--sink", "fodler"])
                    #expect(wrong.code == 65)
                    #expect(wrong.problems.contains("did you mean folder?"))
                }
            }
        }

        @Test func whoFollowsSeesWhatComesNextAndLeavesWithCtrlC() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(1)
                    try await bed.until { try await bed.status()["jobs"] == [:] }

                    let tail = try await Self.interrupted(["events", "tail", "--json"], bed)

                    #expect(tail.code == 0, "\(tail.problems)")
                    #expect(tail.text.isEmpty && tail.problems.isEmpty, "\(tail)")
                }
            }
        }

        @Test func statusIsShownAgainAndAgain() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    let blocks = try await Self.interrupted(["status", "--watch", "500ms"], bed)
                    #expect(blocks.code == 0, "\(blocks.problems)")
                    let heads = blocks.text.split(separator: "\n").filter { $0.hasSuffix("Z  all is well") }
                    #expect(heads.count > 1, "\(blocks.text)")
                    #expect(!blocks.text.contains("\u{1B}"), "this is no terminal")

                    let json = try await Self.interrupted(["status", "--json", "--watch"], bed)
                    #expect(json.code == 0, "\(json.problems)")
                    let documents = try Self.lines(json.text)
                    #expect(documents.count > 1 && documents.allSatisfy { $0["documents"] == 0 })
                    #expect(try await bed.command(["status", "--watch", "1h2"]).code == 64)
                }
            }
        }
    }
}
