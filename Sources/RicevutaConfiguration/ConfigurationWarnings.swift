import BaseKit
import RicevutaCore

/// What works and is unsafe all the same: reported by `config check` and at the start, never refused.
struct ConfigurationWarnings {
    let root: SettingValues
    let table: ConfigurationTable

    /// Every unsafe value, at its place.
    func all() -> [(place: SettingPlace, message: String)] {
        provider() + sinks() + admin() + keys()
    }

    private func provider() -> [(place: SettingPlace, message: String)] {
        guard let provider = root.section("provider"), let url = provider.text("baseURL"), WebAddress.isClearText(url),
            let place = provider.place("baseURL")
        else { return [] }
        return [(place, "is http: the API token and all orders are sent in clear text; use https")]
    }

    private func sinks() -> [(place: SettingPlace, message: String)] {
        root.sections("sinks").flatMap { values in
            (table.sinkType(of: values)?.warnings(in: values) ?? []).compactMap { values.located($0) }
        }
    }

    private func admin() -> [(place: SettingPlace, message: String)] {
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

    private func keys() -> [(place: SettingPlace, message: String)] {
        guard let tokens = root.section("tokens") else { return [] }
        let groups =
            [("active", tokens.section("active").map { [$0] } ?? [])]
            + ["accepted", "retired"].map { ($0, tokens.sections($0)) }
        var seen: [(group: String, secret: Secret)] = []
        var warnings: [(place: SettingPlace, message: String)] = []
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

    /// Whether others than this machine and its private network may reach a listener there; a name may be anything.
    private static func isPublic(_ host: String) -> Bool {
        if WebAddress.isLoopback(host) { return false }
        guard let bytes = AddressRange.bytes(of: host) else { return true }
        return !privateNetworks.contains { $0.contains(bytes) }
    }

    private static let privateNetworks = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10",
    ]
    .compactMap { AddressRange($0) }
}
