import BaseKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RetryAfterTests {
    /// 2027-01-15T08:00:00Z.
    static let now = Timestamp(seconds: 1_800_000_000)

    @Test(arguments: [
        ("0", 0), ("1", 1), ("120", 120), (" 7 ", 7), ("\t7", 7), ("007", 7),
        ("Fri, 15 Jan 2027 08:00:40 GMT", 40), ("fri, 15 jan 2027 08:00:40 gmt", 40),
        ("Friday, 15-Jan-27 08:01:00 GMT", 60), ("Fri Jan 15 08:00:01 2027", 1),
        ("Mon Mar  1 08:00:00 2027", 45 * 86_400), ("Tue, 29 Feb 2028 08:00:00 GMT", 410 * 86_400),
        ("Fri, 15 Jan 2027 07:59:59 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0), ("Sun Nov  6 08:49:37 1994", 0),
    ])
    func reads(text: String, seconds: Int) {
        #expect(RetryAfter.duration(text, now: Self.now) == .seconds(seconds))
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.5", "soon", "1s", "٣", "Fri, 15 Jan 2027", "Fri, 15 Foo 2027 08:00:40 GMT",
        "Fri, 0 Jan 2027 08:00:40 GMT", "Fri, 32 Jan 2027 08:00:40 GMT", "Fri, 15 Jan 2027 24:00:00 GMT",
        "Fri, 15 Jan 2027 08:60:00 GMT", "Fri, 15 Jan 2027 08:00 GMT", "Fri, 15 Jan 20270 08:00:40 GMT",
        "Fri, 15 Jan 2027 08:00:-1 GMT", "Fri, 15 Jan 2027 08:00:40 GMT or later",
    ])
    func doesNotRead(text: String) {
        #expect(RetryAfter.duration(text, now: Self.now) == nil)
    }

    @Test(arguments: ["99999999999", "99999999999999999999999999"])
    func moreThanCanBeCountedIsLong(text: String) throws {
        let duration = try #require(RetryAfter.duration(text, now: Self.now))

        #expect(duration >= .seconds(9 * 365 * 86_400))
    }

    @Test func aYearOfTwoDigitsFarAheadIsOfTheLastCentury() {
        #expect(RetryAfter.duration("Friday, 15-Jan-78 08:00:00 GMT", now: Self.now) == .zero)
        #expect(RetryAfter.duration("Friday, 15-Jan-77 08:00:00 GMT", now: Self.now) != .zero)
    }
}
