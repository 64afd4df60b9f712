import BaseKit
import RicevutaCore

/// What works and is unsafe all the same: told by `config check` and at the start, refused never.
struct ConfigurationWarnings {
    let root: ConfigurationSection

    /// Every unsafe value, at its place.
    func all() -> [(place: ConfigurationPlace, message: String)] {
        provider() + sinks() + admin() + keys()
    }

    private func provider() -> [(place: ConfigurationPlace, message: String)] {
        guard let provider = root.section("provider"), let url = provider.text("baseURL"), Self.isClear(url),
            let place = provider.place("baseURL")
        else { return [] }
        return [(place, "is http: the API token and all orders are sent in clear text; use https")]
    }

    private func sinks() -> [(place: ConfigurationPlace, message: String)] {
        root.sections("sinks").compactMap { sink in
            guard let url = sink.text("url"), Self.isClear(url), let place = sink.place("url") else { return nil }
            return (place, "is http: notifications and documents are sent in clear text; use https")
        }
    }

    private func admin() -> [(place: ConfigurationPlace, message: String)] {
        guard let admin = root.section("admin"), let host = admin.text("host"), Self.isPublic(host),
            let place = admin.place("host")
        else { return [] }
        return [
            (
                place,
                "is not a private address: metrics and document links are served there without TLS; "
                    + "use a loopback or private address"
            )
        ]
    }

    private func keys() -> [(place: ConfigurationPlace, message: String)] {
        guard let tokens = root.section("tokens") else { return [] }
        let groups =
            [("active", tokens.section("active").map { [$0] } ?? [])]
            + ["accepted", "retired"].map { ($0, tokens.sections($0)) }
        var seen: [(group: String, secret: Secret)] = []
        var warnings: [(place: ConfigurationPlace, message: String)] = []
        for (group, keys) in groups {
            for key in keys {
                guard let secret = key.secret("secret"), let place = key.place("secret") else { continue }
                if let other = seen.first(where: { $0.secret.bytes == secret.bytes }) {
                    warnings.append((place, "is the same secret as in \(Self.article(other.group)) key"))
                }
                seen.append((group, secret))
            }
        }
        return warnings
    }

    private static func article(_ group: String) -> String { group == "retired" ? "a retired" : "an \(group)" }

    /// Whether an address is plain HTTP to another machine.
    private static func isClear(_ url: String) -> Bool {
        guard url.lowercased().hasPrefix("http://") else { return false }
        let authority = url.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" }
        let host: Substring =
            if authority.first == "[" {
                authority.dropFirst().prefix { $0 != "]" }
            } else {
                authority.prefix { $0 != ":" }
            }
        return !isLoopback(String(host))
    }

    private static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        return AddressRange.bytes(of: host).map { bytes in loopback.contains { $0.contains(bytes) } } ?? false
    }

    /// Whether others than this machine and its private network may reach a listener there; a name may be anything.
    private static func isPublic(_ host: String) -> Bool {
        if isLoopback(host) { return false }
        guard let bytes = AddressRange.bytes(of: host) else { return true }
        return !privateNetworks.contains { $0.contains(bytes) }
    }

    private static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { AddressRange($0) }
    private static let privateNetworks = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10",
    ]
    .compactMap { AddressRange($0) }
}
