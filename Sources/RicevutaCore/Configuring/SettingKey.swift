/// One key of the configuration: all that is known about it, in one place.
///
/// The example, the schema and the checks are all made from these. What can be configured declares its own keys.
public struct SettingKey: Sendable {
    /// What happens when the file does not have the key.
    public enum Absence: Sendable {
        /// The value that holds, as YAML.
        case standsFor(String)
        /// There is no value.
        case none
        /// The file is refused.
        case refused
        /// A section whose own keys say what holds.
        case section
    }

    /// The name, as written in the file.
    public var name: String
    /// What may stand as a value.
    public var kind: SettingKind
    /// What happens when the file does not have the key.
    public var absence: Absence
    /// A value for the example, as YAML, where there is no default.
    public var sample: String
    /// What it does, in one or two sentences.
    public var comment: String

    private init(_ name: String, _ kind: SettingKind, _ absence: Absence, sample: String, _ comment: String) {
        self.name = name
        self.kind = kind
        self.absence = absence
        self.sample = sample
        self.comment = comment
    }

    /// A key with a default, as YAML.
    public static func value(
        _ name: String,
        _ kind: SettingKind,
        _ standard: String,
        _ comment: String
    ) -> SettingKey {
        SettingKey(name, kind, .standsFor(standard), sample: standard, comment)
    }

    /// A key that may be left out.
    public static func optional(
        _ name: String,
        _ kind: SettingKind,
        _ comment: String,
        sample: String = ""
    ) -> SettingKey {
        SettingKey(name, kind, .none, sample: sample, comment)
    }

    /// A key that has to be there.
    public static func required(
        _ name: String,
        _ kind: SettingKind,
        _ comment: String,
        sample: String = ""
    ) -> SettingKey {
        SettingKey(name, kind, .refused, sample: sample, comment)
    }

    /// A section of keys.
    public static func section(_ name: String, _ comment: String, _ keys: [SettingKey]) -> SettingKey {
        SettingKey(name, .section(keys), .section, sample: "", comment)
    }
}
