package import RicevutaCore

extension ConfigurationDocument {
    /// A configuration file with every key, its default and a comment.
    ///
    /// Optional keys are commented out: taking the `#` away, and nothing else, switches one on.
    ///
    /// - Parameter sinkTypes: The types that sinks can have; there is an element of each.
    /// - Returns: The text, with a line feed at its end.
    package static func example(sinkTypes: [any SinkType]) -> String {
        let opening = [
            // Editors that know this line complete keys: `ricevuta config schema > ricevuta.schema.json`.
            "# yaml-language-server: $schema=ricevuta.schema.json",
            "# Ricevuta configuration. Values are the defaults unless their comment says otherwise.",
            "# Durations: 500ms, 30s, 5m, 2h, 1d. Sizes: 256KiB, 8MiB or plain bytes.",
            "# Secrets are never written here, only where to find them: {fromEnvironment: NAME},",
            "# {fromFile: path} (readable by its owner only) or {fromCredential: name} (systemd's LoadCredential=).",
        ]
        let keys = ConfigurationTable(sinkTypes: sinkTypes).keys.map { lines($0).joined(separator: "\n") }
        return ([opening.joined(separator: "\n")] + keys).joined(separator: "\n\n") + "\n"
    }

    private static func lines(_ key: SettingKey) -> [String] {
        let comment = wrapped(key.comment)
        let value: [String] =
            switch key.kind {
            case .section(let keys): ["\(key.name):"] + indented(keys.flatMap(lines))
            case .list(.section(let keys), _): ["\(key.name):"] + commented(element(keys))
            case .list(.typed(let section), _): ["\(key.name):"] + commented(elements(section))
            default: ["\(key.name): \(key.sample)"]
            }
        return comment + (key.isOptional ? commented(value) : value)
    }

    /// One element of a list for each type.
    private static func elements(_ section: TypedSection) -> [String] {
        var shown: Set<[String]> = []
        return section.variants.flatMap { variant in
            let keys = (section.common + variant.keys)
                .map { key in
                    var key = key
                    if [TypedSection.selector, "name"].contains(key.name) { key.sample = variant.name }
                    // A comment said once is enough.
                    if !shown.insert([key.name, key.comment]).inserted { key.comment = "" }
                    return key
                }
            return element(keys)
        }
    }

    private static func element(_ keys: [SettingKey]) -> [String] {
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
