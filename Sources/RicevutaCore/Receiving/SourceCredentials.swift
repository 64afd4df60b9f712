/// What a source has to show in `Authorization`, besides its token.
public struct SourceCredentials: Sendable, Equatable {
    /// How it is shown.
    public enum Scheme: String, Sendable {
        /// User and password (RFC 7617).
        case basic = "Basic"
        /// A secret of its own (RFC 6750).
        case bearer = "Bearer"
    }

    /// How it is shown.
    public var scheme: Scheme
    private let value: [UInt8]

    /// Creates credentials.
    ///
    /// - Parameters:
    ///   - scheme: How they are shown.
    ///   - value: What stands behind the scheme's name: for Basic the base64 of user, colon and password.
    public init(_ scheme: Scheme, value: String) {
        self.scheme = scheme
        self.value = Array(value.utf8)
    }

    /// Whether these are the credentials, in time that does not depend on how much of them is right.
    ///
    /// - Parameter authorization: The values of `Authorization`: exactly one counts.
    /// - Returns: `false` for any other scheme, more than one value, or none.
    public func allow(_ authorization: [String]) -> Bool {
        guard authorization.count == 1, let presented = Self.credentials(scheme, in: authorization[0]) else {
            return false
        }
        return Self.isEqual(Array(presented), to: value)
    }

    /// Compares in time that depends on nothing but how long the secret is.
    static func isEqual(_ presented: some RandomAccessCollection<UInt8>, to secret: [UInt8]) -> Bool {
        guard !secret.isEmpty, !presented.isEmpty else { return false }
        var difference = presented.count ^ secret.count
        for place in secret.indices {
            let byte = presented[presented.index(presented.startIndex, offsetBy: place % presented.count)]
            difference |= Int(byte ^ secret[place])
        }
        return difference == 0
    }

    /// What stands behind the scheme's name, which may be in any case; `nil` for another scheme.
    public static func credentials(_ scheme: Scheme, in authorization: String) -> Substring.UTF8View? {
        let name = scheme.rawValue.utf8
        let text = authorization.utf8
        guard text.count > name.count, zip(text, name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { return nil }
        var rest = text.dropFirst(name.count)
        guard rest.first == UInt8(ascii: " ") else { return nil }
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        return rest.isEmpty ? nil : rest
    }
}

/// Where a token may stand besides the path and `callback_data.data`.
public enum TokenPlace: String, Sendable, CaseIterable {
    /// `?token=TOKEN`, once.
    case query
    /// `Authorization: Bearer TOKEN`, once.
    case header
}
