import RicevutaCore
import Visengine

extension TextForm {
    /// A sum of money.
    static let amount = TextForm(
        "an amount in euro, such as 50.00 EUR",
        pattern: #"^[0-9]{1,9}(\.[0-9]{1,2})? EUR$"#
    ) { Price(text: $0) != nil }

    /// The id of a token key.
    static let keyID = TextForm("1 to 16 characters of a-z and 0-9", pattern: "^[a-z0-9]{1,16}$") { text in
        text.utf8.count <= 16 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    }

    /// A catalogue item, by name or hash.
    static let itemName = TextForm("a catalogue item's name or hash, up to 200 characters", pattern: "^.{1,200}$") {
        (1...200).contains($0.count) && !$0.contains(where: \.isNewline)
    }

    /// A certificate's fingerprint.
    static let fingerprint = TextForm(
        "a certificate's SHA-256 fingerprint: 64 hexadecimal digits, with or without colons",
        pattern: "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"
    ) { text in
        let digits = text.utf8.filter { $0 != UInt8(ascii: ":") }
        return digits.count == 64 && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    }

    /// The user name of Basic authentication.
    static let user = TextForm("1 to 128 visible characters without a colon", pattern: "^[!-9;-~]{1,128}$") { text in
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
    }
}
