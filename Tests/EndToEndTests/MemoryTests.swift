import BaseKit
import Testing

extension EndToEnd {
    @Suite(.timeLimit(.minutes(5)))
    struct MemoryTests {
        @Test func whatOnlyTheStartNeededIsGivenBackAndWhatComesAfterwardsIsServed() async throws {
            try await withGround { ground in
                try await ground.receiver { receiver in
                    try await ground.until {
                        try receiver.program.residentFileBytes() < receiver.program.peakResidentBytes() / 2
                    }

                    let registration = try await ground.registrations(1)[0]
                    let id = try await ground.order(calledBackAt: [registration])[0]
                    try await ground.advance(to: "Visura evasa")
                    let url = try #require(registration["url"]?.string)
                    let answer = try await ground.post(url, #"{"_id":"\#(id)","stato_richiesta":"Visura evasa"}"#)
                    #expect(answer == 200)
                    try await ground.until { try await ground.status()["documents"] == 1 }
                }
            }
        }
    }
}
