import RicevutaCore

/// What to say about a key that is not in the table.
enum UnknownKey {
    /// Names the key that was probably meant: one of the same section, or else the same name in another one.
    static func message(_ name: String, among keys: [SettingKey], in table: ConfigurationTable) -> String {
        let names = keys.map(\.name)
        if name == "<<" { return "merge keys are not supported; write the keys out" }
        if let nearest = NearestName.of(name, among: names) { return "unknown key; did you mean \(nearest)?" }
        if let elsewhere = paths(table.keys, below: "").first(where: { $0.name == name })?.path {
            return "unknown key here; did you mean \(elsewhere)?"
        }
        return "unknown key; expected one of \(names.joined(separator: ", "))"
    }

    /// The name as far as it looks like one; anything else may be a secret in the wrong place.
    static func shown(_ name: String) -> String {
        let isName =
            (1...40).contains(name.utf8.count)
            && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        return isName || name == "<<" ? name : "?"
    }

    /// Every key's name and its path, sections before what is in them.
    static func paths(_ keys: [SettingKey], below parent: String) -> [(name: String, path: String)] {
        keys.flatMap { key -> [(name: String, path: String)] in
            let path = parent.isEmpty ? key.name : "\(parent).\(key.name)"
            switch key.kind {
            case .section(let keys): return [(key.name, path)] + paths(keys, below: path)
            case .list(.section(let keys), _): return [(key.name, path)] + paths(keys, below: path + "[]")
            case .typed(let section): return [(key.name, path)] + paths(section.all, below: path)
            case .list(.typed(let section), _):
                return [(key.name, path)] + paths(section.all, below: path + "[]")
            default: return [(key.name, path)]
            }
        }
    }
}
