/// What may stand as a value.
public indirect enum SettingKind: Sendable {
    /// A text of a certain form.
    case text(TextForm)
    /// A path: made absolute when it is read, from the directory of the file.
    case path
    /// One of several words.
    case choice([String])
    /// A whole number.
    case integer(ClosedRange<Int64>)
    /// A number.
    case number(ClosedRange<Double>)
    /// A number of time units, such as `30s`.
    case duration(ClosedRange<Duration>)
    /// A number of bytes, such as `256KiB`.
    case size(ClosedRange<Int64>)
    /// Where a secret is to be found; the value is the secret itself.
    case secret(SecretForm)
    /// A list, with at least so many elements.
    case list(of: SettingKind, atLeast: Int = 0)
    /// A section of keys.
    case section([SettingKey])
    /// A section whose keys depend on the value of one of them.
    case typed(TypedSection)
}

/// A section that has the keys of one of several types, beside keys that all types share.
public struct TypedSection: Sendable {
    /// One type.
    public struct Variant: Sendable {
        /// What stands at ``TypedSection/selector``.
        public var name: String
        /// Its own keys; another type may have keys of the same names, with a meaning of its own.
        public var keys: [SettingKey]

        /// Creates a type.
        public init(name: String, keys: [SettingKey]) {
            self.name = name
            self.keys = keys
        }
    }

    /// The shared key that names the type.
    public static let selector = "type"

    /// The keys of every type, ``selector`` among them.
    public var common: [SettingKey]
    /// The types, in the order of the example.
    public var variants: [Variant]

    /// Creates a section.
    public init(common: [SettingKey], variants: [Variant]) {
        self.common = common
        self.variants = variants
    }
}
