import HTTPListener
import RicevutaCore

/// What the admin server has, by path.
enum AdminRoute: Equatable {
    case index
    case health
    case readiness
    case metrics
    case document(sha256: String)

    /// The methods that every route takes.
    static let methods = ["GET", "HEAD"]

    /// Finds a route by the raw path: nothing is decoded, so nothing can hide in an escape.
    init?(path: String) {
        switch path {
        case "/": self = .index
        case "/healthz": self = .health
        case "/readyz": self = .readiness
        case "/metrics": self = .metrics
        default:
            guard path.hasPrefix(DocumentLinks.path) else { return nil }
            let sha256 = path.dropFirst(DocumentLinks.path.count)
            guard sha256.utf8.count == 64, sha256.utf8.allSatisfy(Self.isHexDigit) else { return nil }
            self = .document(sha256: String(sha256))
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
