import BaseKit
internal import Crypto

/// The keys that sign and check callback tokens.
///
/// A token is `v1.KEYID.NONCE.MAC`: 22 characters of nonce, and HMAC-SHA256 as 43 characters of base64url. It rides in
/// the callback's URL and in `callback_data.data`, since the provider signs nothing. Checking needs no look-up. To
/// rotate, make a new key active and move the old one to the accepted keys until its orders are done, then to the
/// retired ones.
public struct CallbackTokenKeys: Sendable {
    private let active: TokenKey
    private let usable: [String: TokenKey]
    private let retired: [String: TokenKey]

    /// Creates the set.
    ///
    /// - Parameters:
    ///   - active: the key that signs new tokens.
    ///   - accepted: keys whose tokens are still good.
    ///   - retired: keys whose tokens should be seen no more: known from forgeries, and worth an alarm.
    ///
    /// When an id comes more than once, active goes before accepted, and accepted before retired.
    public init(active: TokenKey, accepted: [TokenKey] = [], retired: [TokenKey] = []) {
        self.active = active
        usable = Dictionary([active] + accepted, by: \.id)
        self.retired = Dictionary(retired, by: \.id)
    }

    /// The ids of all keys, active first.
    public var keyIDs: [String] {
        [active.id] + usable.keys.filter { $0 != active.id }.sorted() + retired.keys.sorted()
    }

    /// Makes the token of an order: the same one each time, with the active key.
    public func mint(_ nonce: OrderNonce) -> String {
        let code = active.mac(of: nonce)
        return "v1.\(active.id).\(nonce.rawValue)." + String(decoding: code, as: UTF8.self)
    }

    /// Checks a token in time that does not depend on how much of its code is right.
    public func check(_ text: some StringProtocol) -> TokenVerdict {
        let text = Substring(text)
        return check(bytes: text.utf8.span)
    }

    /// Says why a token is not good; asked only of one that ``check(_:)`` has refused.
    ///
    /// - Parameter text: The text that was shown as a token.
    /// - Returns: What is wrong; nothing in it is secret.
    public func fault(of text: some StringProtocol) -> TokenFault {
        guard !text.isEmpty else { return .missing }
        let text = Substring(text)
        guard let parts = Self.parts(of: text.utf8.span), TokenKey.isID(parts.keyID) else { return .malformed }
        let isKnown = usable[parts.keyID] != nil || retired[parts.keyID] != nil
        return isKnown ? .wrongSignature(keyID: parts.keyID) : .unknownKey(parts.keyID)
    }

    private func check(bytes: Span<UInt8>) -> TokenVerdict {
        guard let (keyID, nonce, codeStart) = Self.parts(of: bytes) else { return .invalid }
        let code = bytes.extracting(codeStart...)
        if let key = usable[keyID] {
            return Self.isEqual(code, key.mac(of: nonce)) ? .valid(nonce, keyID: key.id) : .invalid
        }
        if let key = retired[keyID] {
            return Self.isEqual(code, key.mac(of: nonce)) ? .retired(nonce, keyID: key.id) : .invalid
        }
        return .invalid
    }

    /// What stands in a token before its code, and where that begins; nothing when it has another form.
    private static func parts(of bytes: Span<UInt8>) -> (keyID: String, nonce: OrderNonce, codeStart: Int)? {
        // `v1.`, the id, a dot, the nonce, a dot and the code, of which all but the id have their lengths.
        let idLength = bytes.count - (maxLength - maxIDLength)
        guard idLength >= 1, idLength <= maxIDLength, bytes[0] == UInt8(ascii: "v"), bytes[1] == UInt8(ascii: "1"),
            bytes[2] == dot, bytes[3 + idLength] == dot, bytes[4 + idLength + nonceLength] == dot
        else { return nil }
        let nonceStart = 4 + idLength
        let codeStart = nonceStart + nonceLength + 1
        guard let nonce = OrderNonce(bytes.extracting(nonceStart..<codeStart - 1)),
            let keyID = String(copying: bytes.extracting(3..<3 + idLength))
        else { return nil }
        return (keyID, nonce, codeStart)
    }

    /// A name for a token in logs: the first 8 hexadecimal digits of the SHA-256 of its UTF-8.
    public static func fingerprint(of text: String) -> String {
        ASCII.hex(SHA256.hash(data: Array(text.utf8)).prefix(4))
    }

    private static let dot = UInt8(ascii: ".")
    private static let maxIDLength = 16
    private static let nonceLength = 22
    /// `v1`, 16 characters of key id, 22 of nonce, 43 of code, and three dots.
    private static let maxLength = 2 + maxIDLength + nonceLength + 43 + 3

    /// Compares every byte, whichever differ; only the length, which is public, ends it early.
    private static func isEqual(_ left: Span<UInt8>, _ right: [UInt8]) -> Bool {
        let right = right.span
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for place in right.indices { difference |= left[place] ^ right[place] }
        return difference == 0
    }
}

extension Dictionary where Key == String, Value == TokenKey {
    fileprivate init(_ keys: [TokenKey], by id: (TokenKey) -> String) {
        self.init(keys.map { (id($0), $0) }) { first, _ in first }
    }
}
