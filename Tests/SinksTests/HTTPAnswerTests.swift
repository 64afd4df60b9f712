import BaseKit
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
