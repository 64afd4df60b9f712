import RicevutaCore

extension TypedSection {
    /// The keys of all types, each name once, beside those that all types share.
    private var own: [SettingKey] {
        variants.flatMap(\.keys).reduce(into: []) { keys, key in
            if !keys.contains(where: { $0.name == key.name }) { keys.append(key) }
        }
    }

    /// Every key, each name once.
    var all: [SettingKey] { common + own }

    /// The keys of all types as such that may be left out.
    var optional: [SettingKey] {
        own.map { key in
            var key = key
            key.absence = .none
            return key
        }
    }
}
