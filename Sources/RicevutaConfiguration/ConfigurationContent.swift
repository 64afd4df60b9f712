import Crypto
import Yams

/// What a configuration file says, for telling one version of it from another.
package struct ConfigurationContent: Sendable, Equatable {
    /// The first 12 digits of the file's SHA-256, as `sha256sum` prints it.
    package let fingerprint: String
    /// The text of each value by its key.
    ///
    /// The elements of a list of sections go by their name or id; secrets are where they are found, not what they are.
    private let values: [String: String]

    init(_ text: String, _ root: Node) {
        fingerprint = SHA256.hash(data: Array(text.utf8)).prefix(6)
            .map { byte in
                let digits = String(byte, radix: 16)
                return byte < 16 ? "0" + digits : digits
            }
            .joined()
        var values: [String: String] = [:]
        Self.read(root, "", into: &values)
        self.values = values
    }

    /// The keys whose values differ, sorted; of a sink or a token key, its name.
    ///
    /// - Parameter other: What the file said before.
    /// - Returns: For example `log.level` and `sinks.crm`.
    package func changes(since other: ConfigurationContent) -> [String] {
        let keys = Set(values.keys).union(other.values.keys).filter { values[$0] != other.values[$0] }
        return Set(keys.map { $0.split(separator: ".").prefix(2).joined(separator: ".") }).sorted()
    }

    private static func read(_ node: Node, _ key: String, into values: inout [String: String]) {
        func below(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }
        switch node {
        case .mapping(let mapping):
            for (name, value) in mapping { read(value, below(name.scalar?.string ?? "?"), into: &values) }
        case .sequence(let sequence):
            for (index, element) in sequence.enumerated() {
                let name = (element.mapping?["name"] ?? element.mapping?["id"])?.scalar?.string
                read(element, below(name ?? String(index)), into: &values)
            }
        case .scalar(let scalar): values[key] = scalar.string
        case .alias: values[key] = ""
        }
    }
}
