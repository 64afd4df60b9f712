import BaseKit
import HTTPListener
import Testing

@testable import ricevuta

/// What `doctor` and `config check --connect` print, and what they make of it.
@Suite struct CheckTests {
    @Test func checksLineUp() {
        let checks = [
            Check("clock", .ok, "as it should be"), Check("sink folder", .failed, "is gone", cure: "make it"),
        ]

        #expect(
            checks.text(marks: true) == """
                ✓  clock        as it should be
                ✗  sink folder  is gone
                                -> make it
                """
        )
        #expect(checks.text(marks: false).hasPrefix("ok      clock        as"))
        #expect(checks.haveFailed)
        #expect(!checks.dropLast().map(\.self).haveFailed)
    }

    @Test(
        arguments: [
            (nil, .skipped, "not compared"), (.seconds(0), .ok, "as the provider's"),
            (.seconds(-60), .ok, "60 s apart"), (.seconds(61), .failed, "61 s behind the provider's"),
            (.seconds(-90), .failed, "90 s ahead of the provider's"),
        ] as [(Duration?, Check.State, String)]
    )
    func clocksAreCompared(lead: Duration?, state: Check.State, text: String) {
        let check = ConnectionChecks.clock(lead)
        #expect(check.state == state)
        #expect(check.detail.hasPrefix(text), "\(check.detail)")
        #expect((check.cure != nil) == (state == .failed))
    }

    @Test(
        arguments: [
            (-1, "is not valid before 2025-06-15", false), (0, nil, true), (86_400, nil, true),
            (17 * 86_400, "expires on 2025-07-15; renew it", true),
            (31 * 86_400, "expired on 2025-07-15; renew it", false),
        ] as [(Int64, String?, Bool)]
    )
    func certificatesExpire(age: Int64, problem: String?, isValid: Bool) {
        // 2025-06-15T15:06:40Z, for thirty days.
        let start: Int64 = 1_750_000_000
        let validity = CertificateValidity(from: start, until: start + 30 * 86_400)

        let expiry = CertificateExpiry(validity, now: Timestamp(seconds: start + age))

        #expect(expiry.problem == problem)
        #expect(expiry.isValid == isValid)
        #expect(expiry.lastDay == "2025-07-15")
    }
}
