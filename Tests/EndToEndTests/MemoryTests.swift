import BaseKit
import Testing

extension EndToEnd {
    @Suite(.timeLimit(.minutes(5)))
    struct MemoryTests {
        @Test func whatOnlyTheStartNeededIsGivenBackAndWhatComesAfterwardsIsServed() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    try await bed.until {
                        try receiver.program.residentFileBytes() < receiver.program.peakResidentBytes() / 2
                    }

                    let registration = try await bed.registrations(1)[0]
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    try await bed.advance(to: "Visura evasa")
                    let url = try #require(registration["url"]?.string)
                    let answer = try await bed.post(url, #"{"_id":"\#(id)","stato_richiesta":"Visura evasa"}"#)
                    #expect(answer == 200)
                    try await bed.until { try await bed.status()["documents"] == 1 }
                }
            }
        }
    }
}
