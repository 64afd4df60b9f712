import BaseKit
import Testing

@testable import ricevuta

@Suite struct SinceOptionTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    @Test(
        arguments: [
            ("2d", 1_800_000_000 - 172_800), ("90m", 1_800_000_000 - 5400), ("2027-01-15", 1_799_971_200),
            ("2027-01-15T08:00Z", 1_800_000_000), ("2027-01-15T08:00:01", 1_800_000_001),
            ("2027-01-15 08:00:00Z", 1_800_000_000), ("2027-01-15T08:00:00.250Z", 1_800_000_000),
            ("2027-02-29", nil), ("2027-13-01", nil), ("2027-1-1", nil), ("2027-01-15T24:00", nil),
            ("2027-01-15T08", nil), ("yesterday", nil), ("", nil), ("2", nil), ("2027-01-15T08:00:60", nil),
            ("2027-01-15 08:00 09:00", nil),
        ] as [(String, Int64?)]
    )
    func readsTimesAsPeopleWriteThem(_ text: String, _ seconds: Int64?) {
        #expect(SinceOption.time(text, now: Self.now) == seconds.map(Timestamp.init(seconds:)))
    }
}
