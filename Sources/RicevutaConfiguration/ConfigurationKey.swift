/// What may stand as a value.
indirect enum ValueKind: Sendable {
    case text(TextForm)
    case choice([String])
    case integer(ClosedRange<Int64>)
    case number(ClosedRange<Double>)
    case duration(ClosedRange<Duration>)
    case size(ClosedRange<Int64>)
    case secret(SecretUse)
    case list(of: ValueKind, atLeast: Int = 0)
    case section([ConfigurationKey])
}

/// What a secret is used for, which says what it has to be.
enum SecretUse: Sendable {
    /// A key of bytes: at least 32.
    case key
    /// Text that travels in a header or has a form of its own: visible ASCII.
    case text
    /// A Standard Webhooks secret: `whsec_` and base64.
    case webhook
}

/// One key of the configuration: all that is known about it, in one place.
///
/// The example, the schema and the checks are all made from these.
struct ConfigurationKey: Sendable {
    /// What happens when the file does not have the key.
    enum Absence: Sendable {
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
    var name: String
    /// What may stand as a value.
    var kind: ValueKind
    /// What happens when the file does not have the key.
    var absence: Absence
    /// A value for the example, as YAML, where there is no default.
    var sample: String
    /// What it does, in one or two sentences.
    var comment: String
    /// The value of the sibling key `type` that this key belongs to; `nil` when it belongs to all.
    var variant: String?

    /// A key with a default, as YAML.
    static func value(
        _ name: String,
        _ kind: ValueKind,
        _ standard: String,
        _ comment: String,
        for variant: String? = nil
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name,
            kind: kind,
            absence: .standsFor(standard),
            sample: standard,
            comment: comment,
            variant: variant
        )
    }

    /// A key that may be left out.
    static func optional(
        _ name: String,
        _ kind: ValueKind,
        _ comment: String,
        sample: String = "",
        for variant: String? = nil
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, kind: kind, absence: .none, sample: sample, comment: comment, variant: variant)
    }

    /// A key that has to be there.
    static func required(
        _ name: String,
        _ kind: ValueKind,
        _ comment: String,
        sample: String = "",
        for variant: String? = nil
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, kind: kind, absence: .refused, sample: sample, comment: comment, variant: variant)
    }

    /// A section of keys.
    static func section(_ name: String, _ comment: String, _ keys: [ConfigurationKey]) -> ConfigurationKey {
        ConfigurationKey(
            name: name,
            kind: .section(keys),
            absence: .section,
            sample: "",
            comment: comment,
            variant: nil
        )
    }
}
