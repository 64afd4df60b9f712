import Yams

/// Finds where the keys stand that a section has twice; the parser reports the first place only.
enum DuplicateKeys {
    /// One that stands there once more.
    struct Repetition {
        var key: String
        var first: Mark
        var again: Mark
    }

    /// Every repetition in a text; none where it is not YAML for another reason, too.
    ///
    /// Each occurrence of the keys is given a name of its own, as long as the one that it had: then the text can be
    /// read, and says what stands where.
    static func all(_ keys: [String], in text: String) -> [Repetition] {
        var keys = keys
        // One more pass for each section that repeats other keys.
        for _ in 0..<16 {
            let (renamed, names) = rename(keys, in: text)
            do {
                return try compose(yaml: renamed).map { repetitions(in: $0, names) } ?? []
            } catch YamlError.duplicatedKeysInMapping(let more, _) where !keys.contains(where: more.contains) {
                keys += more
            } catch {
                return []
            }
        }
        return []
    }

    private static func rename(_ keys: [String], in text: String) -> (text: String, names: [String: String]) {
        var scalars = Array(text.unicodeScalars)
        var names: [String: String] = [:]
        // Letters of which there are many, and which no key has.
        var next: UInt32 = 0x4E00
        for key in keys where !key.isEmpty {
            let name = Array(key.unicodeScalars)
            var at = 0
            while at + name.count < scalars.count {
                let end = at + name.count
                guard scalars[at] == name[0], scalars[at..<end].elementsEqual(name), startsKey(scalars, at),
                    endsKey(scalars, end), let letter = Unicode.Scalar(next)
                else {
                    at += 1
                    continue
                }
                next += 1
                let other = Array(repeating: letter, count: name.count)
                scalars.replaceSubrange(at..<end, with: other)
                names[string(other)] = key
                at = end
            }
        }
        return (string(scalars), names)
    }

    private static func startsKey(_ scalars: [Unicode.Scalar], _ at: Int) -> Bool {
        at == 0 || [" ", "\n", "{", ",", "\"", "'", "?", "[", "-"].contains(scalars[at - 1])
    }

    private static func endsKey(_ scalars: [Unicode.Scalar], _ end: Int) -> Bool {
        scalars[end...].first { ![" ", "\"", "'"].contains($0) } == ":"
    }

    private static func string(_ scalars: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    private static func repetitions(in node: Node, _ names: [String: String]) -> [Repetition] {
        switch node {
        case .mapping(let mapping):
            var firsts: [String: Mark] = [:]
            var found: [Repetition] = []
            for (key, value) in mapping {
                found += repetitions(in: value, names)
                guard let name = key.scalar?.string, let original = names[name], let mark = key.mark else { continue }
                if let first = firsts[original] {
                    found.append(Repetition(key: original, first: first, again: mark))
                } else {
                    firsts[original] = mark
                }
            }
            return found
        case .sequence(let sequence): return sequence.flatMap { repetitions(in: $0, names) }
        case .scalar, .alias: return []
        }
    }
}
