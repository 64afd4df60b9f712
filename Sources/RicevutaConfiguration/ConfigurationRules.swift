import RicevutaCore

/// What single values cannot tell: combinations that cannot work.
///
/// Each rule looks only at values that are good by themselves, so that one slip is one problem.
struct ConfigurationRules {
    let root: SettingValues
    let table: ConfigurationTable

    /// Every impossible combination, at the value that would have to change.
    func problems() -> [(place: SettingPlace, message: String)] {
        ports() + connections() + health() + verifiers() + certificates() + intervals() + sinkNames() + keyIDs()
            + sinks() + folders()
    }

    private func ports() -> [(place: SettingPlace, message: String)] {
        guard let listener = root.section("listener"), let admin = root.section("admin"),
            let port = listener.integer("port"), port != 0, port == admin.integer("port"),
            let host = listener.text("host"), let adminHost = admin.text("host"),
            host == adminHost || Self.allAddresses.contains(host) || Self.allAddresses.contains(adminHost),
            let place = admin.place("port")
        else { return [] }
        return [(place, "is the same as listener.port; the two listeners need different ports")]
    }

    private static let allAddresses: Set<String> = ["0.0.0.0", "::"]

    private func connections() -> [(place: SettingPlace, message: String)] {
        guard let listener = root.section("listener"), let all = listener.integer("maxConnections"),
            let each = listener.integer("maxConnectionsPerAddress"), each > all,
            !listener.isDefault("maxConnectionsPerAddress"),
            let place = listener.place("maxConnectionsPerAddress")
        else { return [] }
        return [(place, "is greater than listener.maxConnections; 0 means no limit")]
    }

    private func health() -> [(place: SettingPlace, message: String)] {
        guard let listener = root.section("listener"), let path = listener.text("healthPath"),
            CallbackPath.covers(path), let place = listener.place("healthPath")
        else { return [] }
        return [(place, "conflicts with the callback path; choose another, such as /healthz")]
    }

    private func verifiers() -> [(place: SettingPlace, message: String)] {
        guard let source = root.section("source") else { return [] }
        var problems: [(place: SettingPlace, message: String)] = []
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

    private func certificates() -> [(place: SettingPlace, message: String)] {
        guard let source = root.section("source"), source.text("clientCertificate") == "required",
            let place = source.place("clientCertificate"), let listener = root.section("listener"),
            listener.section("tls")?.text("clientAuthorities") == nil
        else { return [] }
        return [(place, "needs listener.tls.clientAuthorities: without it every client certificate is rejected")]
    }

    private func intervals() -> [(place: SettingPlace, message: String)] {
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

    private func sinkNames() -> [(place: SettingPlace, message: String)] {
        repeated(root.sections("sinks").map { ($0, "name") }, "duplicate sink name")
    }

    private func keyIDs() -> [(place: SettingPlace, message: String)] {
        guard let tokens = root.section("tokens") else { return [] }
        let active = tokens.section("active").map { [$0] } ?? []
        let keys = active + tokens.sections("accepted") + tokens.sections("retired")
        return repeated(keys.map { ($0, "id") }, "duplicate token key id")
    }

    private func sinks() -> [(place: SettingPlace, message: String)] {
        root.sections("sinks").flatMap { values in
            (table.sinkType(of: values)?.problems(in: values) ?? []).compactMap { values.located($0) }
        }
    }

    private func folders() -> [(place: SettingPlace, message: String)] {
        guard let data = root.text("dataDirectory").map(PathResolution.normalized) else { return [] }
        return FolderSetting.all(root, table).compactMap { folder in
            if folder.path == data { return (folder.place, "is the same directory as dataDirectory; choose another") }
            guard PathResolution.holds(folder.path, data) else { return nil }
            return (folder.place, "contains dataDirectory: documents and the ledger's files would mix; choose another")
        }
    }

    private func repeated(
        _ texts: [(section: SettingValues, key: String)],
        _ message: String
    ) -> [(place: SettingPlace, message: String)] {
        var seen: Set<String> = []
        return texts.compactMap { section, key in
            guard let text = section.text(key), let place = section.place(key), !seen.insert(text).inserted else {
                return nil
            }
            return (place, message)
        }
    }
}

/// A folder that a sink writes to.
struct FolderSetting {
    /// The place of its key.
    var place: SettingPlace
    /// Absolute and normalized.
    var path: String

    /// Those of all sinks, in the order of the file.
    static func all(_ root: SettingValues, _ table: ConfigurationTable) -> [FolderSetting] {
        root.sections("sinks").compactMap { values in
            guard let key = table.sinkType(of: values)?.folderKey, let path = values.text(key),
                let place = values.place(key)
            else { return nil }
            return FolderSetting(place: place, path: PathResolution.normalized(path))
        }
    }
}

extension SettingValues {
    /// A problem at the place of its key, or at that of the section's type when the file does not have the key.
    func located(_ problem: SettingProblem) -> (place: SettingPlace, message: String)? {
        (place(problem.key) ?? place(TypedSection.selector)).map { ($0, problem.message) }
    }
}
