import FoundationEssentials
package import RicevutaCore
import Yams

extension Configuration {
    /// Reads a configuration file, checks it, and fetches the secrets it names.
    ///
    /// - Parameters:
    ///   - path: The YAML file, in UTF-8, 1 MiB at most. Relative paths in it start at its directory.
    ///   - environment: Where `fromEnvironment` and `CREDENTIALS_DIRECTORY` look.
    ///   - sinkTypes: The types that sinks can have.
    ///   - secrets: Whether the secrets are fetched.
    /// - Returns: The configuration, every value of it good.
    /// - Throws: ``ConfigurationFailure`` with everything that is wrong; only what keeps the file from being read as
    ///   YAML at all comes alone.
    package static func load(
        _ path: String,
        environment: [String: String],
        sinkTypes: [any SinkType],
        secrets: SecretsPolicy = .required
    ) throws(ConfigurationFailure) -> Configuration {
        try parse(
            ConfigurationFile.read(path),
            of: path,
            environment: environment,
            sinkTypes: sinkTypes,
            secrets: secrets
        )
    }

    /// Checks the text of a configuration file, and fetches the secrets it names, as
    /// ``load(_:environment:sinkTypes:secrets:)``.
    static func parse(
        _ text: String,
        of path: String,
        environment: [String: String],
        sinkTypes: [any SinkType],
        secrets: SecretsPolicy = .required
    ) throws(ConfigurationFailure) -> Configuration {
        let table = ConfigurationTable(sinkTypes: sinkTypes)
        let node = try ConfigurationFile(table: table).parse(text, of: path)
        let directory = PathResolution.directory(of: path)
        var reader = ConfigurationReader(
            file: path,
            table: table,
            secrets: SecretResolver(environment: environment, directory: directory, policy: secrets)
        )
        let start = SettingPlace(key: "", line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        let root = reader.section(node, table.keys, at: start)
        if let root {
            for (place, message) in ConfigurationRules(root: root, table: table).problems() {
                reader.refuse(place, message)
            }
        }
        guard reader.problems.isEmpty, let root else { throw ConfigurationFailure(reader.problems) }
        var configuration = ConfigurationBuilder(table: table).configuration(root)
        let warnings = ConfigurationWarnings(root: root, table: table).all().map { place, message in
            ConfigurationProblem(file: path, line: place.line, column: place.column, key: place.key, message: message)
        }
        if !warnings.isEmpty { configuration.warnings = ConfigurationFailure(warnings).problems }
        return configuration
    }
}

/// The file, from its path to its YAML nodes.
struct ConfigurationFile {
    let table: ConfigurationTable

    /// Reads the text of a file.
    static func read(_ path: String) throws(ConfigurationFailure) -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw failure(path, "file not found; `ricevuta config example > \(path)` creates one")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw failure(path, "cannot read the file; check that it is a regular file and its permissions")
        }
        guard data.count <= 1 << 20 else { throw failure(path, "the file is larger than 1 MiB") }
        guard let text = String(validating: data, as: UTF8.self) else { throw failure(path, "the file is not UTF-8") }
        return text
    }

    /// Reads the text as one YAML document.
    func parse(_ text: String, of path: String) throws(ConfigurationFailure) -> Node {
        let node: Node?
        do {
            node = try compose(yaml: text)
        } catch let error as YamlError {
            throw failure(path, error, in: text)
        } catch {
            throw Self.failure(path, "invalid YAML")
        }
        guard let node, node.scalar?.string.isEmpty != true else {
            throw Self.failure(path, "the file is empty; `ricevuta config example` prints an example")
        }
        return node
    }

    private static func failure(_ path: String, _ message: String) -> ConfigurationFailure {
        ConfigurationFailure([ConfigurationProblem(file: path, line: 0, column: 0, key: "", message: message)])
    }

    /// Of the parser's words only those that hold nothing of the file's text.
    private func failure(_ path: String, _ error: YamlError, in text: String) -> ConfigurationFailure {
        let (place, message): ((line: Int, column: Int)?, String) =
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                ((mark.line, mark.column), "invalid YAML: \(problem)")
            case .duplicatedKeysInMapping(let keys, let context):
                ((context.mark.line, context.mark.column), duplicates(keys))
            case .reader(_, let offset, _, _):
                (Self.place(of: offset ?? 0, in: text), "invalid YAML: character not allowed")
            default: (nil, "invalid YAML")
            }
        guard let place else { return Self.failure(path, message) }
        return ConfigurationFailure([
            ConfigurationProblem(file: path, line: place.line, column: place.column, key: "", message: message)
        ])
    }

    /// The line and the column of a byte.
    private static func place(of offset: Int, in text: String) -> (line: Int, column: Int) {
        let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars
        let line = before.split(separator: "\n", omittingEmptySubsequences: false)
        return (line.count, (line.last?.count ?? 0) + 1)
    }

    private func duplicates(_ keys: [String]) -> String {
        let known = Set(UnknownKey.paths(table.keys, below: "").map(\.name))
        let names = keys.filter(known.contains)
        return names.isEmpty
            ? "duplicate key" : "duplicate key \(names.joined(separator: ", "))"
    }
}
