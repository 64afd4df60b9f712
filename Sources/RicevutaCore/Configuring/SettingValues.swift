/// A value from the file, or from the table of keys where the file has none.
public indirect enum SettingValue: Sendable {
    /// A text, a word of a choice, or an absolute path.
    case text(String)
    /// A whole number, or a number of bytes.
    case integer(Int64)
    /// A number.
    case number(Double)
    /// A duration.
    case duration(Duration)
    /// A secret itself.
    case secret(Secret)
    /// A list.
    case list([SettingEntry])
    /// A section.
    case section(SettingValues)
}

/// A value and where it stands.
public struct SettingEntry: Sendable {
    /// The value.
    public var value: SettingValue
    /// Where it stands.
    public var place: SettingPlace
    /// Whether the file says nothing of it.
    public var isDefault: Bool

    /// Creates an entry.
    public init(value: SettingValue, place: SettingPlace, isDefault: Bool = false) {
        self.value = value
        self.place = place
        self.isDefault = isDefault
    }
}

/// Where something stands in the configuration.
public struct SettingPlace: Sendable, Equatable {
    /// The key with its sections, such as `listener.port` or `sinks[0].name`; empty for the file as a whole.
    public var key: String
    /// The line, from 1; 0 when there is none to show.
    public var line: Int
    /// The column in Unicode scalars, from 1; 0 when there is none to show.
    public var column: Int

    /// Creates a place.
    public init(key: String, line: Int, column: Int) {
        self.key = key
        self.line = line
        self.column = column
    }
}

/// The values of a section that are good by themselves, defaults included.
public struct SettingValues: Sendable {
    /// The values by key.
    public var entries: [String: SettingEntry]

    /// Creates a section.
    public init(entries: [String: SettingEntry] = [:]) { self.entries = entries }

    /// Where a value stands.
    public func place(_ key: String) -> SettingPlace? { entries[key]?.place }

    /// Whether the value is the table's, not the file's.
    public func isDefault(_ key: String) -> Bool { entries[key]?.isDefault ?? true }

    /// The text, the word or the absolute path of a key.
    public func text(_ key: String) -> String? {
        if case .text(let value) = entries[key]?.value { value } else { nil }
    }

    /// The whole number or the number of bytes of a key.
    public func integer(_ key: String) -> Int64? {
        if case .integer(let value) = entries[key]?.value { value } else { nil }
    }

    /// The number of a key.
    public func number(_ key: String) -> Double? {
        if case .number(let value) = entries[key]?.value { value } else { nil }
    }

    /// The duration of a key.
    public func duration(_ key: String) -> Duration? {
        if case .duration(let value) = entries[key]?.value { value } else { nil }
    }

    /// The secret of a key.
    public func secret(_ key: String) -> Secret? {
        if case .secret(let value) = entries[key]?.value { value } else { nil }
    }

    /// The section of a key.
    public func section(_ key: String) -> SettingValues? {
        if case .section(let value) = entries[key]?.value { value } else { nil }
    }

    /// The elements of a key's list; none when there is no such list.
    public func list(_ key: String) -> [SettingEntry] {
        if case .list(let value) = entries[key]?.value { value } else { [] }
    }

    /// The texts in a key's list.
    public func texts(_ key: String) -> [String] {
        list(key).compactMap { if case .text(let value) = $0.value { value } else { nil } }
    }

    /// The secrets in a key's list.
    public func secrets(_ key: String) -> [Secret] {
        list(key).compactMap { if case .secret(let value) = $0.value { value } else { nil } }
    }

    /// The sections in a key's list.
    public func sections(_ key: String) -> [SettingValues] {
        list(key).compactMap { if case .section(let value) = $0.value { value } else { nil } }
    }

    /// The value of a key that is required or has a default, so that a checked file always has one.
    ///
    /// - Throws: ``SettingProblem`` when it has none all the same: a key that the table does not have, or another kind.
    public func required<Value>(
        _ key: String,
        _ read: (SettingValues, String) -> Value?
    ) throws(SettingProblem) -> Value {
        guard let value = read(self, key) else { throw SettingProblem(key, "has no value of the expected kind") }
        return value
    }
}

/// Something that is wrong with the values of a section.
///
/// Never holds a value, since any value may be a secret in the wrong place.
public struct SettingProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key whose value would have to change.
    public var key: String
    /// What is wrong and what to write instead, as a sentence whose subject is the key.
    public var message: String

    /// Creates a problem.
    public init(_ key: String, _ message: String) {
        self.key = key
        self.message = message
    }

    /// `key: message`.
    public var description: String { "\(key): \(message)" }
}
