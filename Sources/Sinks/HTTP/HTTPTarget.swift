import BaseKit
import Foundation
import RicevutaCore

/// Where an HTTP sink posts to: a URL that was looked at once, when it was configured.
struct HTTPTarget: Sendable {
    let url: String
    /// The host as it stands in the URL, without the brackets of an IPv6 address.
    let host: String

    init(_ text: String) throws(HTTPSinkError) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let parts = URL(string: text),
            let scheme = parts.scheme?.lowercased(), let found = parts.host, !found.isEmpty
        else { throw .badURL("it is not an absolute URL of visible ASCII characters") }
        guard scheme == "http" || scheme == "https" else { throw .badURL("its scheme is neither http nor https") }
        guard parts.user == nil, parts.password == nil else { throw .badURL("it contains credentials") }
        guard parts.fragment == nil else { throw .badURL("it contains a fragment, which is never sent") }
        let host = found.hasPrefix("[") ? String(found.dropFirst().dropLast()) : found
        // Nothing that two readers of a URL could read in two ways: the host that is checked is the one connected to.
        guard host.allSatisfy(Self.isNameCharacter) || AddressRange.bytes(of: host) != nil else {
            throw .badURL("its host is neither a name nor an address")
        }
        url = text
        self.host = host
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-" || character == "_")
            || character == "."
    }

    /// Whether the host is an address, so that there is no name to look up.
    var isAddress: Bool { AddressRange.bytes(of: host) != nil }
}

/// Why an HTTP sink cannot be made as configured.
public enum HTTPSinkError: Error, Equatable, Sendable {
    /// The URL is none that can be posted to; the URL itself is not repeated, since it may hold a secret.
    case badURL(String)
    /// The URL's host is an address outside the allowed networks.
    case addressNotAllowed(String)
    /// The inline limit is above ``HTTPSinkSettings/maxInlineBytes``.
    case inlineLimitTooHigh(Int)
    /// The source is empty, or not of visible ASCII characters.
    case badSource
}

extension HTTPSinkError: CustomStringConvertible {
    /// One line for an operator, with what to do next.
    public var description: String {
        switch self {
        case .badURL(let reason): "cannot post to the sink's URL: \(reason)"
        case .addressNotAllowed(let address):
            "the sink's URL resolves to \(address), outside its allowedNetworks; add that network"
        case .inlineLimitTooHigh(let bytes):
            "cannot embed documents of up to \(bytes) bytes; the maximum is \(HTTPSinkSettings.maxInlineBytes)"
        case .badSource: "the source of events must be a URI reference"
        }
    }
}
