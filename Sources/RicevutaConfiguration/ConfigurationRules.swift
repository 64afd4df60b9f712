import BaseKit
import RicevutaCore
import Sinks

/// What single values cannot tell: combinations that cannot work.
///
/// Each rule looks only at values that are good by themselves, so that one slip is one problem.
struct ConfigurationRules {
    let root: ConfigurationSection

    /// Every impossible combination, at the value that would have to change.
    func problems() -> [(place: ConfigurationPlace, message: String)] {
        ports() + connections() + health() + verifiers() + certificates() + intervals() + sinkNames() + keyIDs()
            + templates() + targets()
    }

    private func ports() -> [(place: ConfigurationPlace, message: String)] {
        guard let listener = root.section("listener"), let admin = root.section("admin"),
            let port = listener.integer("port"), port != 0, port == admin.integer("port"),
            let host = listener.text("host"), let adminHost = admin.text("host"),
            host == adminHost || Self.allAddresses.contains(host) || Self.allAddresses.contains(adminHost),
            let place = admin.place("port")
        else { return [] }
        return [(place, "is the same as listener.port; the two listeners need different ports")]
    }

    private static let allAddresses: Set<String> = ["0.0.0.0", "::"]

    private func connections() -> [(place: ConfigurationPlace, message: String)] {
        guard let listener = root.section("listener"), let all = listener.integer("maxConnections"),
            let each = listener.integer("maxConnectionsPerAddress"), each > all,
            !listener.isDefault("maxConnectionsPerAddress"),
            let place = listener.place("maxConnectionsPerAddress")
        else { return [] }
        return [(place, "is greater than listener.maxConnections; 0 means no limit")]
    }

    private func health() -> [(place: ConfigurationPlace, message: String)] {
        guard let listener = root.section("listener"), let path = listener.text("healthPath"),
            path == "/callbacks" || path.hasPrefix("/callbacks/"), let place = listener.place("healthPath")
        else { return [] }
        return [(place, "conflicts with the callback path; choose another, such as /healthz")]
    }

    private func verifiers() -> [(place: ConfigurationPlace, message: String)] {
        guard let source = root.section("source") else { return [] }
        var problems: [(place: ConfigurationPlace, message: String)] = []
        let isVerified =
            !source.list("allowedNetworks").isEmpty || source.text("clientCertificate") == "required"
            || source.section("credentials") != nil
        if source.text("token") == "optional", !isVerified, let place = source.place("token") {
            problems.append(
                (place, "needs allowedNetworks, clientCertificate or credentials: anyone could trigger API calls")
            )
        }
        if source.section("credentials") != nil, source.texts("tokenIn").contains("header"),
            let place = source.place("tokenIn")
        {
            problems.append((place, "'header' conflicts with source.credentials, which uses the same header"))
        }
        return problems
    }

    private func certificates() -> [(place: ConfigurationPlace, message: String)] {
        guard let source = root.section("source"), source.text("clientCertificate") == "required",
            let place = source.place("clientCertificate"), let listener = root.section("listener"),
            listener.section("tls")?.text("clientAuthorities") == nil
        else { return [] }
        return [(place, "needs listener.tls.clientAuthorities: without it every client certificate is rejected")]
    }

    private func intervals() -> [(place: ConfigurationPlace, message: String)] {
        [
            ("reconciliation", "firstInterval", "maxInterval"), ("delivery", "firstDelay", "maxDelay"),
            ("retention", "bodies", "callbacks"),
        ]
        .compactMap { name, first, last in
            guard let section = root.section(name), let shortest = section.duration(first),
                let longest = section.duration(last), longest < shortest, let place = section.place(last)
            else { return nil }
            return (place, "is shorter than \(name).\(first)")
        }
    }

    private func sinkNames() -> [(place: ConfigurationPlace, message: String)] {
        repeated(root.sections("sinks").map { ($0, "name") }, "duplicate sink name")
    }

    private func keyIDs() -> [(place: ConfigurationPlace, message: String)] {
        guard let tokens = root.section("tokens") else { return [] }
        let active = tokens.section("active").map { [$0] } ?? []
        let keys = active + tokens.sections("accepted") + tokens.sections("retired")
        return repeated(keys.map { ($0, "id") }, "duplicate token key id")
    }

    private func templates() -> [(place: ConfigurationPlace, message: String)] {
        root.sections("sinks").compactMap { sink in
            guard let text = sink.text("template"), let place = sink.place("template") else { return nil }
            do throws(NameTemplateError) {
                _ = try NameTemplate(text)
                return nil
            } catch {
                return (place, error.description)
            }
        }
    }

    private func targets() -> [(place: ConfigurationPlace, message: String)] {
        root.sections("sinks").flatMap { sink -> [(place: ConfigurationPlace, message: String)] in
            guard let url = sink.text("url"), let place = sink.place("url") else { return [] }
            var problems: [(place: ConfigurationPlace, message: String)] = []
            if sink.list("secrets").count > 2, let place = sink.place("secrets") {
                problems.append((place, "has more than two secrets; at most the current and the previous one"))
            }
            let networks = sink.texts("allowedNetworks").compactMap { AddressRange($0) }
            do throws(HTTPSinkError) {
                try HTTPSink.check(HTTPSinkSettings(url: url, allowedNetworks: networks))
            } catch {
                problems.append((place, error.description))
            }
            return problems
        }
    }

    private func repeated(
        _ texts: [(section: ConfigurationSection, key: String)],
        _ message: String
    ) -> [(place: ConfigurationPlace, message: String)] {
        var seen: Set<String> = []
        return texts.compactMap { section, key in
            guard let text = section.text(key), let place = section.place(key), !seen.insert(text).inserted else {
                return nil
            }
            return (place, message)
        }
    }
}
