import BaseKit
import Foundation
import RicevutaCore
import Testing

@testable import Sinks

@Suite struct HTTPAnswerTests {
    enum Meaning { case accepted, transient, permanent, gone }

    @Test(
        arguments: [
            (200, Meaning.accepted), (201, .accepted), (202, .accepted), (204, .accepted), (299, .accepted),
            (410, .gone),
            (300, .permanent), (301, .permanent), (302, .permanent), (304, .permanent), (307, .permanent),
            (308, .permanent), (400, .permanent), (405, .permanent), (413, .permanent), (415, .permanent),
            (422, .permanent), (451, .permanent), (401, .transient), (403, .transient), (404, .transient),
            (408, .transient), (409, .transient), (425, .transient), (429, .transient), (500, .transient),
            (501, .transient), (502, .transient), (503, .transient), (504, .transient), (599, .transient),
            (600, .transient),
        ]
    )
    func classifies(status: Int, meaning: Meaning) {
        let outcome = HTTPAnswer.outcome(status: status, retryAfter: "17", now: Timestamp(seconds: 0))

        switch (outcome, meaning) {
        case (.accepted, .accepted): break
        case (.transient(let reason, let retryAfter), .transient):
            #expect(reason.contains("\(status)"))
            #expect(retryAfter == .seconds(17))
        case (.permanent(let reason), .permanent), (.gone(let reason), .gone): #expect(reason.contains("\(status)"))
        default: Issue.record("\(outcome)")
        }
    }
}

/// The table of answers in the article for operators, against the code that decides.
@Suite struct AnswerArticleTests {
    @Test func theArticleSaysWhatFollowsFromEachStatus() throws {
        let file = URL(filePath: #filePath).appending(
            path: "../../../Sources/RicevutaCore/RicevutaCore.docc/Deliveries.md"
        )
        let text = try String(contentsOf: file.standardized, encoding: .utf8)
        var said: [Int: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, ["accepted", "failed", "refused", "gone"].contains(cells[1]) else { continue }
            for word in cells[0].split(whereSeparator: { " ,".contains($0) }) {
                if let status = Int(word) { said[status] = cells[1] }
                guard word.hasSuffix("xx"), let hundreds = Int(word.prefix(1)) else { continue }
                for status in hundreds * 100..<hundreds * 100 + 100 where said[status] == nil {
                    said[status] = cells[1]
                }
            }
        }
        #expect(said[401] == "failed" && said[410] == "gone" && said[503] == "failed", "the table was found")

        for status in 200..<600 {
            let outcome = HTTPAnswer.outcome(status: status, retryAfter: nil, now: Timestamp(seconds: 0))
            let attempt = AttemptEntry(
                DeliveryResult(outcome),
                number: 1,
                startedAt: Timestamp(seconds: 0),
                duration: .zero
            )
            #expect(said[status] == attempt.outcome.rawValue, "\(status)")
        }
    }
}
