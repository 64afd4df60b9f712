import BaseKit
import RicevutaCore
import Testing

@Suite struct AddressRangeTests {
    @Test(
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("192.0.2.128/25", "192.0.2.128", true), ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false), ("::/0", "10.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.1.2.3", "10.1.2.3", true),
            ("2001:db8::/32", "2001:db8:1::5", true), ("2001:db8::/32", "2001:db9::", false),
            ("2001:db8::/33", "2001:db8:8000::", false), ("::1", "0:0:0:0:0:0:0:1", true), ("::1/128", "::2", false),
            ("10.0.0.0/8", "10.0.0.256", false), ("10.0.0.0/8", "host", false), ("fe80::/10", "fe80::1%eth0", false),
        ]
    )
    func contains(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == isInside)
    }

    @Test(
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.1/8",
            "10.0.0/8",
            "10.0.0.0.0", "010.0.0.0/8", "10.0.0.0x/8", "::/129", "2001:db8::1/32", "1:2:3:4:5:6:7", "1::2::3", ":::",
            "12345::", "g::", "::-1", "::+1", "1:2:3:4:5:6:7:8:9", "[::1]", "localhost", " 10.0.0.0/8",
        ]
    )
    func refuses(text: String) { #expect(AddressRange(text) == nil) }

    @Test func writesWhatItReads() {
        for text in ["127.0.0.1", "2001:db8:0:0:0:0:0:1"] {
            #expect(AddressRange.bytes(of: text).map(AddressRange.text) == text)
        }
    }
}
