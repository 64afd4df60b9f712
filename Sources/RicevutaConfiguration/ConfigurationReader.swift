import RicevutaCore
import Yams

/// Reads YAML nodes against the table of keys and collects everything that is wrong on the way.
struct ConfigurationReader {
    /// The file, as it was given.
    let file: String
    /// Every key that there is.
    let table: ConfigurationTable
    /// Fetches the secrets that the file names.
    let secrets: SecretResolver
    /// What was wrong so far.
    private(set) var problems: [ConfigurationProblem] = []

    init(file: String, table: ConfigurationTable, secrets: SecretResolver) {
        self.file = file
        self.table = table
        self.secrets = secrets
    }

    /// Notes a problem.
    mutating func refuse(_ place: SettingPlace, _ message: String, _ code: ErrorCode = .settingInvalid) {
        problems.append(
            ConfigurationProblem(
                file: file,
                line: place.line,
                column: place.column,
                key: place.key,
                message: message,
                code: code
            )
        )
    }

    /// Reads a value; nothing when it is refused, with a problem noted.
    mutating func read(_ node: Node, as kind: SettingKind, at parent: SettingPlace) -> SettingEntry? {
        let place = parent.moved(to: node.mark)
        let value: SettingValue? =
            switch kind {
            case .list(let element, let least): list(node, of: element, atLeast: least, at: place)
            case .section(let keys): section(node, keys, at: place).map { .section($0) }
            case .typed(let keys): section(node, keys, at: place).map { .section($0) }
            case .secret(let form): secret(node, as: form, at: place).map { .secret($0) }
            case .path: scalar(node, as: kind, at: place).map(absolute)
            default: scalar(node, as: kind, at: place)
            }
        return value.map { SettingEntry(value: $0, place: place) }
    }

    /// Reads a section, its defaults filled in; nothing when the node is no section at all.
    mutating func section(
        _ node: Node,
        _ keys: [SettingKey],
        at place: SettingPlace
    ) -> SettingValues? {
        if node.isAbsent { return section(pairs: [], keys, at: place) }
        guard let mapping = node.mapping else {
            refuse(place, "expected a section with the keys \(keys.map(\.name).joined(separator: ", "))")
            return nil
        }
        return section(pairs: mapping.map { ($0.key, $0.value) }, keys, at: place)
    }

    /// Reads a section whose keys depend on its type.
    ///
    /// Without a type that is known, which is a problem of its own, keys of all types are read, and none is missed.
    private mutating func section(
        _ node: Node,
        _ section: TypedSection,
        at place: SettingPlace
    ) -> SettingValues? {
        let type = node.mapping?[TypedSection.selector]?.scalar?.string
        guard let variant = section.variants.first(where: { $0.name == type }) else {
            return self.section(node, section.common + section.optional, at: place)
        }
        let keys = section.common + variant.keys
        guard let mapping = node.mapping else { return self.section(node, keys, at: place) }
        var pairs: [(Node, Node)] = []
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            let others = section.variants.filter { $0.keys.contains { $0.name == name } }.map(\.name)
            if others.isEmpty || keys.contains(where: { $0.name == name }) {
                pairs.append((key, value))
            } else {
                refuse(
                    place.child(name).moved(to: key.mark),
                    "is valid for type \(others.joined(separator: " or ")) only, not for type \(variant.name)"
                )
            }
        }
        return self.section(pairs: pairs, keys, at: place)
    }

    private mutating func section(
        pairs: [(Node, Node)],
        _ keys: [SettingKey],
        at place: SettingPlace
    ) -> SettingValues {
        var found: [String: (key: Node, value: Node)] = [:]
        for (key, value) in pairs {
            let name = key.scalar?.string ?? ""
            if keys.contains(where: { $0.name == name }) {
                found[name] = (key, value)
            } else {
                refuse(
                    place.child(UnknownKey.shown(name)).moved(to: key.mark),
                    UnknownKey.message(name, among: keys, in: table),
                    .settingUnknown
                )
            }
        }

        var section = SettingValues()
        for key in keys {
            if let (name, value) = found[key.name] {
                // The mark of a value that is not there is somewhere else, so the key's own stands in.
                let child = place.child(key.name).moved(to: name.mark)
                if value.isAbsent, !key.kind.mayBeEmpty {
                    refuse(child, "has no value; expected \(key.kind.expectation)", .settingMissing)
                } else if !(value.isAbsent && key.isOptional) {
                    section.entries[key.name] = read(value, as: key.kind, at: child)
                }
            } else {
                section.entries[key.name] = absent(key, at: place.child(key.name))
            }
        }
        return section
    }

    /// What holds for a key that the file does not have.
    private mutating func absent(_ key: SettingKey, at place: SettingPlace) -> SettingEntry? {
        switch (key.absence, key.kind) {
        case (.standsFor(let standard), _):
            let node = TableDefaults.node(standard)
            var entry = read(node, as: key.kind, at: place)
            // The mark is one of the default's text, not of the file's.
            entry?.place = place
            entry?.isDefault = true
            return entry
        case (.refused, .section(let keys)), (.section, .section(let keys)):
            return SettingEntry(value: .section(section(pairs: [], keys, at: place)), place: place)
        case (.refused, _):
            refuse(place, "missing; expected \(key.kind.expectation)", .settingMissing)
            return nil
        default: return nil
        }
    }

    private func absolute(_ value: SettingValue) -> SettingValue {
        guard case .text(let path) = value else { return value }
        return .text(PathResolution.absolute(path, in: secrets.directory))
    }

    private mutating func list(
        _ node: Node,
        of kind: SettingKind,
        atLeast least: Int,
        at place: SettingPlace
    ) -> SettingValue? {
        guard node.isAbsent || node.sequence != nil else {
            refuse(place, "expected a list, such as [a, b]")
            return nil
        }
        let nodes = node.sequence.map { Array($0) } ?? []
        guard nodes.count >= least else {
            refuse(place, "needs at least \(least) element")
            return nil
        }
        var entries: [SettingEntry] = []
        for (index, element) in nodes.enumerated() {
            if let entry = read(element, as: kind, at: place.element(index)) { entries.append(entry) }
        }
        return .list(entries)
    }

    private mutating func secret(_ node: Node, as form: SecretForm, at place: SettingPlace) -> Secret? {
        guard let mapping = node.mapping, mapping.count == 1, let (key, value) = mapping.first else {
            refuse(place, "expected \(SecretSource.expectation)")
            return nil
        }
        let keyPlace = place.moved(to: key.mark)
        guard let name = key.scalar?.string, let source = SecretSource.allCases.first(where: { $0.key == name }) else {
            // The key is not repeated: somebody may have pasted the secret itself here.
            let nearest = NearestName.of(key.scalar?.string ?? "", among: SecretSource.keys)
            refuse(keyPlace, "expected \(SecretSource.expectation)" + (nearest.map { "; did you mean \($0)?" } ?? ""))
            return nil
        }
        guard let text = value.scalar?.string, !value.isAbsent, !text.isEmpty else {
            refuse(keyPlace, "\(name) needs a string")
            return nil
        }
        do {
            return try secrets.resolve(source, text, as: form)
        } catch {
            refuse(place.moved(to: value.mark), error.message, .secretUnavailable)
            return nil
        }
    }

    private mutating func scalar(_ node: Node, as kind: SettingKind, at place: SettingPlace) -> SettingValue? {
        guard let scalar = node.scalar, !node.isAbsent else {
            refuse(place, "expected \(kind.expectation)")
            return nil
        }
        switch kind.value(of: scalar.string, isPlain: scalar.style == .plain || scalar.style == .any) {
        case .success(let value): return value
        case .failure(let refusal):
            refuse(place, refusal.message)
            return nil
        }
    }
}

extension SettingPlace {
    /// The same key at a mark of the parser's; lines and columns both start at 1.
    fileprivate func moved(to mark: Mark?) -> SettingPlace {
        guard let mark else { return self }
        return SettingPlace(key: key, line: mark.line, column: mark.column)
    }
}

extension Node {
    /// Whether there is nothing: the rest of a line after a key, or one of YAML's ways to write null.
    fileprivate var isAbsent: Bool {
        guard let scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}
