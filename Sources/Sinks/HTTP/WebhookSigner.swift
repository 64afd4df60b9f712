public import BaseKit
import Crypto

/// Signs and verifies messages to the Standard Webhooks specification 1.0.0, scheme `v1`: HMAC-SHA256 over the id, a
/// dot, the timestamp, a dot and the body's bytes.
public struct WebhookSigner: Sendable {
    /// The longest that a message's timestamp may differ from the endpoint's clock, either way.
    public static let defaultTolerance: Duration = .seconds(300)

    // A header that is longer holds nothing that a sender of ours would write.
    private static let maxSignatures = 16

    private let keys: [SymmetricKey]

    /// Creates a signer.
    ///
    /// - Parameters:
    ///   - secret: The secret in force.
    ///   - retiring: The one before it, while endpoints move to the new one: both sign, and either verifies.
    public init(secret: WebhookSecret, retiring: WebhookSecret? = nil) {
        keys = [secret.key] + (retiring.map { [$0.key] } ?? [])
    }

    /// The headers of one message, names in lower case.
    ///
    /// - Parameters:
    ///   - id: 1 to 256 visible ASCII characters; the same for every attempt at the same notification.
    ///   - body: The request's body, every byte of it.
    ///   - now: The time of this attempt.
    /// - Returns: `webhook-id`, `webhook-timestamp` in Unix seconds, and `webhook-signature` with one signature for
    ///   each secret.
    public func headers(id: String, body: [UInt8], now: Timestamp) -> [(name: String, value: String)] {
        let timestamp = String(now.seconds)
        let signatures = keys.map { key in
            "v1," + Base64.text(Self.code(id: id, timestamp: timestamp, body: body, key: key))
        }
        return [
            (name: "webhook-id", value: id), (name: "webhook-timestamp", value: timestamp),
            (name: "webhook-signature", value: signatures.joined(separator: " ")),
        ]
    }

    /// Checks a message's signature and age.
    ///
    /// - Parameters:
    ///   - id: The header `webhook-id`.
    ///   - timestamp: The header `webhook-timestamp`.
    ///   - signature: The header `webhook-signature`: signatures with spaces between them; one good one suffices, and
    ///     those of other schemes are passed over.
    ///   - body: The request's body.
    ///   - now: The current time.
    ///   - tolerance: How far the timestamp may be from `now`, either way.
    /// - Throws: ``WebhookVerificationError``; a missing header wins over a malformed one, that over the age, that over
    ///   the signature.
    public func verify(
        id: String?,
        timestamp: String?,
        signature: String?,
        body: [UInt8],
        now: Timestamp,
        tolerance: Duration = defaultTolerance
    ) throws(WebhookVerificationError) {
        guard let id else { throw .missingHeader(name: "webhook-id") }
        guard let timestamp else { throw .missingHeader(name: "webhook-timestamp") }
        guard let signature else { throw .missingHeader(name: "webhook-signature") }
        guard (1...256).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformedID
        }
        guard let seconds = Int64(timestamp), String(seconds) == timestamp else { throw .malformedTimestamp }
        let age = Duration.seconds(now.seconds) - Duration.seconds(seconds)
        guard age <= tolerance, age >= .zero - tolerance else {
            throw .outsideTolerance(age: age, tolerance: tolerance)
        }

        let offered = signature.split(separator: " ").prefix(Self.maxSignatures)
        let codes = offered.filter { $0.hasPrefix("v1,") }.compactMap { Base64.decode(exactly: $0.utf8.dropFirst(3)) }
        for key in keys {
            let own = Self.code(id: id, timestamp: timestamp, body: body, key: key)
            // Comparing with a code of the library's own type is done in constant time.
            if codes.contains(where: { own == $0 }) { return }
        }
        throw .signatureMismatch(offered: offered.count)
    }

    private static func code(id: String, timestamp: String, body: [UInt8], key: SymmetricKey) -> HMAC<SHA256>.MAC {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return code.finalize()
    }
}

/// Why a message is not to be trusted.
public enum WebhookVerificationError: Error, Equatable, Sendable {
    /// A header is not there.
    case missingHeader(name: String)
    /// The id is empty, longer than 256 bytes, or not of visible ASCII characters.
    case malformedID
    /// The timestamp is not a whole number of seconds.
    case malformedTimestamp
    /// The message is too old, or from the future: a replay, or a clock that is wrong.
    case outsideTolerance(age: Duration, tolerance: Duration)
    /// No signature is of a secret that is known here.
    case signatureMismatch(offered: Int)
}

extension WebhookVerificationError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .missingHeader(let name): "missing header '\(name)'"
        case .malformedID: "invalid header 'webhook-id': expected 1 to 256 visible ASCII characters"
        case .malformedTimestamp: "invalid header 'webhook-timestamp': expected a number of seconds"
        case .outsideTolerance(let age, let tolerance):
            "timestamp is \(age) old (tolerance \(tolerance)); check both clocks"
        case .signatureMismatch(let offered):
            "no signature matches the configured secret (\(offered) checked); both sides need the same secret"
        }
    }
}
