import BaseKit
import Testing

@testable import ricevuta

@Suite struct PointInTimeTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    @Test(
        arguments: [
            ("2h", 1_799_992_800), ("30s", 1_799_999_970), ("7d", 1_799_395_200), ("2027-01-15", 1_799_971_200),
            ("2027-01-15T08:00:00Z", 1_800_000_000), ("2027-01-15T09:00:00+01:00", 1_800_000_000),
        ] as [(String, Int64)]
    )
    func isAnAgeOrADateOrATime(text: String, seconds: Int64) {
        #expect(PointInTime(text, now: Self.now)?.timestamp == Timestamp(seconds: seconds))
    }

    @Test(arguments: ["", "2", "yesterday", "2027-13-01", "2027-01-15 08:00", "-2h"])
    func isNothingElse(text: String) { #expect(PointInTime(text, now: Self.now) == nil) }

    @Test func speaksOfTimesAsPeopleDo() {
        #expect((Self.now - .seconds(90)).age(at: Self.now) == "1 min 30 s ago")
        #expect((Self.now + .seconds(5)).wait(at: Self.now) == "in 5 s")
        #expect(Self.now.wait(at: Self.now) == "now")
    }
}
