import BaseKit
import Testing

@Suite struct QuantityTests {
    @Test(
        arguments: [
            (.zero, "0 ms"), (.milliseconds(668), "668 ms"), (.milliseconds(999), "999 ms"), (.seconds(5), "5 s"),
            (.milliseconds(1499), "1 s"), (.milliseconds(1500), "2 s"), (.milliseconds(59_500), "1 min"),
            (.seconds(90), "1 min 30 s"), (.seconds(3600), "1 h"), (.seconds(3605), "1 h"),
            (.seconds(7500), "2 h 5 min"), (.seconds(86_400 + 30), "1 d"), (.seconds(3 * 86_400 + 4 * 3600), "3 d 4 h"),
            (.seconds(-5), "0 ms"),
        ] as [(Duration, String)]
    )
    func isSpokenInTheTwoLargestUnits(duration: Duration, text: String) {
        #expect(Quantity.spoken(duration) == text)
    }

    @Test(
        arguments: [
            (
                "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435703 error:100000f7:SSL routines:"
                    + "OPENSSL_internal:WRONG_VERSION_NUMBER at /build/swift-nio-ssl/tls_record.cc:127]))",
                "may be one for http"
            ),
            (
                "handshakeFailed(NIOSSL.BoringSSLError.sslError([error:1000007d:CERTIFICATE_VERIFY_FAILED]))",
                "not trusted"
            ),
            ("handshakeFailed(something new)", "not completed"), ("connection reset", nil),
        ] as [(String, String?)]
    )
    func aTLSErrorIsASentence(description: String, part: String?) throws {
        let reason = TLSFailure.reason(in: description)
        guard let part else { return #expect(reason == nil) }
        #expect(try #require(reason).contains(part))
        #expect(reason?.contains("/") == false && reason?.contains("NIOSSL") == false)
    }
}
