import Callbacks
import Testing
import Visengine

@testable import Sinks

@Suite struct RetryAfterTests {
    // Sun, 06 Nov 1994 08:49:00 GMT
    static let now = Timestamp(seconds: 784_111_740)

    @Test(
        arguments: [
            ("0", Duration.seconds(0)), ("120", .seconds(120)), (" 7\t", .seconds(7)),
            ("99999999999999999999", .seconds(10 * 365 * 86_400)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)), ("sun, 06 nov 1994 08:49:37 gmt", .seconds(37)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", .seconds(37)), ("Sun Nov  6 08:49:37 1994", .seconds(37)),
            ("Mon, 06 Nov 1995 08:49:00 GMT", .seconds(365 * 86_400)), ("Sun, 06 Nov 1994 08:48:00 GMT", .zero),
        ]
    )
    func reads(text: String, duration: Duration) {
        #expect(RetryAfter.duration(text, now: Self.now) == duration)
    }

    @Test(
        arguments: [
            "", "soon", "-5", "1.5", "0x10", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 19945 08:49:37 GMT",
        ]
    )
    func readsNothing(text: String) { #expect(RetryAfter.duration(text, now: Self.now) == nil) }

    @Test func aLeapDayIsADay() {
        let now = Timestamp(seconds: 1_709_164_800)  // 2024-02-29T00:00:00Z
        #expect(RetryAfter.duration("Fri, 01 Mar 2024 00:00:00 GMT", now: now) == .seconds(86_400))
        #expect(RetryAfter.duration("Thursday, 29-Feb-24 00:00:01 GMT", now: now) == .seconds(1))
    }
}
