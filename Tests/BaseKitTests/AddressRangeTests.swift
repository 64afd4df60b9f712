import BaseKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct AddressRangeTests {
    @Test(
        arguments: [
            ("0.0.0.0", [0, 0, 0, 0]), ("192.0.2.255", [192, 0, 2, 255]), ("::ffff:192.0.2.1", [192, 0, 2, 1]),
            ("::FFFF:c000:0201", [192, 0, 2, 1]), ("::", [UInt8](repeating: 0, count: 16)),
            ("::1", [UInt8](repeating: 0, count: 15) + [1]),
            ("64:ff9b::192.0.2.1", [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1]),
            ("1:2:3:4:5:6:7::", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]),
            ("::2:3:4:5:6:7:8", [0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
            ("fe80::AbCd", [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xAB, 0xCD]),
        ] as [(String, [UInt8])]
    )
    func readsAnAddress(text: String, bytes: [UInt8]) { #expect(AddressRange.bytes(of: text) == bytes) }

    @Test(
        arguments: [
            "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1.2.3.4 ", "1..3.4", "٣.2.3.4", ":",
            ":1", "1:", "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3", "::12345", "::g",
            "1.2.3.4::", "1.2.3.4::1", "::1.2.3.4:5", "::1.2.3", "::ffff:1.2.3.04", "1:2:3:4:5:6:7:1.2.3.4",
            "fe80::1%1",
        ]
    )
    func refusesWhatIsNoAddress(text: String) {
        #expect(AddressRange.bytes(of: text) == nil)
        #expect(AddressRange(text) == nil)
    }

    @Test(arguments: ["10.0.0.0/8", "2001:db8::/33", "192.0.2.1", "::/0", "0.0.0.0/0"])
    func holdsItsOwnFirstAddress(text: String) throws {
        let range = try #require(AddressRange(text))
        let first = String(text.prefix { $0 != "/" })

        #expect(range.contains(first))
        #expect(range.contains(try #require(AddressRange.bytes(of: first))))
    }

    @Test func holdsExactlyItsOwnPrefix() throws {
        for length in 1...32 {
            let ones = UInt32.max << UInt32(32 - length)
            let range = try #require(AddressRange("\(text(ones))/\(length)"))

            #expect(range.contains(text(ones | ~ones)))
            #expect(!range.contains(text(ones ^ (1 << UInt32(32 - length)))), "the last bit of a prefix of \(length)")
        }
    }

    @Test(arguments: [[], [10], [10, 0, 0], [10, 0, 0, 0, 0], [UInt8](repeating: 10, count: 17)] as [[UInt8]])
    func holdsNothingOfAnotherLength(address: [UInt8]) throws {
        #expect(try !#require(AddressRange("0.0.0.0/0")).contains(address))
        #expect(try !#require(AddressRange("::/0")).contains(address))
    }

    private func text(_ address: UInt32) -> String {
        AddressRange.text(of: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: address >> UInt32($0)) })
    }
}
