/// A value from the file, or from the table of keys where the file has none.
indirect enum ConfigurationValue: Sendable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case duration(Duration)
    case secret(Secret)
    case list([ConfigurationEntry])
    case section(ConfigurationSection)
}

/// A value and where it stands.
struct ConfigurationEntry: Sendable {
    var value: ConfigurationValue
    var place: ConfigurationPlace
    /// Whether the file says nothing of it.
    var isDefault = false
}

/// The values of a section that were good, defaults included.
struct ConfigurationSection: Sendable {
    var entries: [String: ConfigurationEntry] = [:]

    func place(_ key: String) -> ConfigurationPlace? { entries[key]?.place }

    /// Whether the value is the table's, not the file's.
    func isDefault(_ key: String) -> Bool { entries[key]?.isDefault ?? true }

    func text(_ key: String) -> String? {
        if case .text(let value) = entries[key]?.value { value } else { nil }
    }

    func integer(_ key: String) -> Int64? {
        if case .integer(let value) = entries[key]?.value { value } else { nil }
    }

    func number(_ key: String) -> Double? {
        if case .number(let value) = entries[key]?.value { value } else { nil }
    }

    func duration(_ key: String) -> Duration? {
        if case .duration(let value) = entries[key]?.value { value } else { nil }
    }

    func secret(_ key: String) -> Secret? {
        if case .secret(let value) = entries[key]?.value { value } else { nil }
    }

    func section(_ key: String) -> ConfigurationSection? {
        if case .section(let value) = entries[key]?.value { value } else { nil }
    }

    func list(_ key: String) -> [ConfigurationEntry] {
        if case .list(let value) = entries[key]?.value { value } else { [] }
    }

    func texts(_ key: String) -> [String] {
        list(key).compactMap { if case .text(let value) = $0.value { value } else { nil } }
    }

    func secrets(_ key: String) -> [Secret] {
        list(key).compactMap { if case .secret(let value) = $0.value { value } else { nil } }
    }

    func sections(_ key: String) -> [ConfigurationSection] {
        list(key).compactMap { if case .section(let value) = $0.value { value } else { nil } }
    }
}
