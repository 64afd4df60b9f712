import BaseKit
import RicevutaCore

/// What works and is unsafe all the same, or is probably not what was meant.
///
/// Reported by `config check` and at the start, never refused.
struct ConfigurationWarnings {
    let root: SettingValues
    let table: ConfigurationTable

    /// Every such value, at its place.
    func all() -> [(place: SettingPlace, message: String)] {
        provider() + publicURL() + sinks() + folders() + links() + admin() + keys() + intervals()
    }

    private func publicURL() -> [(place: SettingPlace, message: String)] {
        guard let listener = root.section("listener"), let url = listener.text("publicURL"),
            let place = listener.place("publicURL")
        else { return [] }
        if WebAddress.isClearText(url) {
            return [(place, "is http: callback tokens and orders' data arrive in clear text; use https")]
        }
        guard WebAddress.isLoopback(WebAddress.host(of: url)), let base = root.section("provider")?.text("baseURL"),
            !WebAddress.isLoopback(WebAddress.host(of: base))
        else { return [] }
        return [(place, "leads to this machine only: the provider cannot send callbacks there")]
    }

    private func folders() -> [(place: SettingPlace, message: String)] {
        let data = root.text("dataDirectory").map(PathResolution.normalized)
        var seen: [FolderSetting] = []
        var warnings: [(place: SettingPlace, message: String)] = []
        for folder in FolderSetting.all(root, table) {
            if let other = seen.first(where: { $0.path == folder.path }) {
                warnings.append((folder.place, "is the same folder as \(other.place.key): their files mix"))
            } else if let other = seen.first(where: {
                PathResolution.holds($0.path, folder.path) || PathResolution.holds(folder.path, $0.path)
            }) {
                warnings.append((folder.place, "and \(other.place.key) lie within each other: their files may mix"))
            }
            if let data, PathResolution.holds(data, folder.path) {
                warnings.append((folder.place, "is in dataDirectory, which nobody but the service may enter"))
            }
            seen.append(folder)
        }
        return warnings
    }

    private func intervals() -> [(place: SettingPlace, message: String)] {
        guard let section = root.section("reconciliation"), let least = section.duration("minReadBackInterval"),
            let first = section.duration("firstInterval"), least > first
        else { return [] }
        let key = section.isDefault("minReadBackInterval") ? "firstInterval" : "minReadBackInterval"
        let message =
            key == "firstInterval"
            ? "is shorter than minReadBackInterval, which holds for polls, too"
            : "is longer than firstInterval: the first polls wait for it"
        return section.place(key).map { [($0, message)] } ?? []
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
        var seen: [(name: String, secret: Secret)] = []
        var warnings: [(place: SettingPlace, message: String)] = []
        for (name, section, key) in secrets() {
            guard let secret = section.secret(key), let place = section.place(key) else { continue }
            if let other = seen.first(where: { $0.secret.bytes == secret.bytes }) {
                warnings.append((place, "is the same secret as \(other.name)"))
            }
            seen.append((name, secret))
        }
        return warnings
    }

    /// Keys that sign, and should differ from each other, each with a name for a sentence.
    private func secrets() -> [(name: String, section: SettingValues, key: String)] {
        var all: [(name: String, section: SettingValues, key: String)] = []
        if let tokens = root.section("tokens") {
            if let active = tokens.section("active") { all.append(("in an active key", active, "secret")) }
            for group in ["accepted", "retired"] {
                all += tokens.sections(group).map { ("in \(Self.article(group)) key", $0, "secret") }
            }
        }
        if let admin = root.section("admin") { all.append(("admin.linkKey", admin, "linkKey")) }
        return all
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
