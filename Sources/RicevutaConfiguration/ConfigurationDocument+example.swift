extension ConfigurationDocument {
    /// A configuration file with every key, its default and a comment.
    ///
    /// Optional keys are commented out: taking the `#` away, and nothing else, switches one on.
    package static func example() -> String {
        let opening = [
            "# Ricevuta configuration. Values are the defaults unless their comment says otherwise.",
            "# Durations: 500ms, 30s, 5m, 2h, 1d. Sizes: 256KiB, 8MiB or plain bytes.",
            "# Secrets are never written here, only where to find them: {fromEnvironment: NAME},",
            "# {fromFile: path} (readable by its owner only) or {fromCredential: name} (systemd's LoadCredential=).",
        ]
        let keys = ConfigurationTable.keys.map { lines($0).joined(separator: "\n") }
        return ([opening.joined(separator: "\n")] + keys).joined(separator: "\n\n") + "\n"
    }

    private static func lines(_ key: ConfigurationKey) -> [String] {
        let comment = wrapped(key.comment)
        let value: [String] =
            switch key.kind {
            case .section(let keys): ["\(key.name):"] + indented(keys.flatMap(lines))
            case .list(.section(let keys), _): ["\(key.name):"] + commented(elements(keys))
            default: ["\(key.name): \(key.sample)"]
            }
        return comment + (key.isOptional ? commented(value) : value)
    }

    /// One element of a list, or one for each variant.
    private static func elements(_ keys: [ConfigurationKey]) -> [String] {
        let variants = keys.compactMap(\.variant).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        guard !variants.isEmpty else { return element(keys) }
        var shown: Set<String> = []
        return variants.flatMap { variant in
            let own = keys.filter { $0.variant == nil || $0.variant == variant }
                .map { key in
                    var key = key
                    if key.name == "type" { key.sample = variant }
                    if key.name == "name" { key.sample = variant }
                    // A comment said once is enough.
                    if !shown.insert(key.name).inserted { key.comment = "" }
                    return key
                }
            return element(own)
        }
    }

    private static func element(_ keys: [ConfigurationKey]) -> [String] {
        let lines = indented(keys.flatMap(lines))
        // The dash goes before the first key, behind the comment that stands above it.
        guard let first = lines.firstIndex(where: { !$0.hasPrefix("  # ") }) else { return lines }
        var dashed = lines
        dashed[first] = "- " + lines[first].dropFirst(2)
        return indented(dashed)
    }

    private static func indented(_ lines: [String]) -> [String] { lines.map { "  \($0)" } }

    private static func commented(_ lines: [String]) -> [String] { lines.map { "#\($0)" } }

    private static func wrapped(_ text: String) -> [String] {
        guard !text.isEmpty else { return [] }
        var lines: [String] = []
        var line = "#"
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > 100 {
                lines.append(line)
                line = "#"
            }
            line += " \(word)"
        }
        return lines + [line]
    }
}
