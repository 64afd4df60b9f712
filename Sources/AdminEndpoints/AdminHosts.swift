import BaseKit
import FoundationEssentials
import HTTPListener
import RicevutaCore

/// The host names that the admin listener answers to.
///
/// A web page in a browser on this machine can have a name of its own point to 127.0.0.1, and then reads what is there
/// as its own (DNS rebinding). The name in `Host` gives it away. An IP address in its place does not have to be known:
/// no page's name leads to it.
public struct AdminHosts: Sendable, Equatable {
    private let names: Set<String>

    /// Names the hosts; `localhost` is always among them.
    ///
    /// - Parameters:
    ///   - names: Host names without a port.
    ///   - addresses: Web addresses whose hosts count, too.
    public init(names: [String] = [], addresses: [String] = []) {
        let hosts = addresses.compactMap { URL(string: $0)?.host() }
        self.names = Set((["localhost"] + names + hosts).map { $0.lowercased() })
    }

    /// Whether a request may be answered.
    ///
    /// - Parameter host: The value of `Host`; `nil` without one, as from no browser.
    /// - Returns: `false` under a name that is not known.
    public func allow(_ host: String?) -> Bool {
        guard let host else { return true }
        if host.hasPrefix("[") {
            let inside = host.dropFirst().prefix { $0 != "]" }
            return AddressRange.bytes(of: String(inside)) != nil
        }
        var name = host.prefix { $0 != ":" }.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        return names.contains(name) || AddressRange.bytes(of: name) != nil
    }
}
