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
    ///   - surroundings: What else on this machine is looked at; `nil`: the file alone.
    /// - Returns: The configuration, every value of it good.
    /// - Throws: ``ConfigurationFailure`` with everything that is wrong; only what keeps the file from being read as
    ///   YAML at all comes alone.
    package static func load(
        _ path: String,
        environment: [String: String],
        sinkTypes: [any SinkType],
        secrets: SecretsPolicy = .required,
        surroundings: Surroundings? = nil
    ) throws(ConfigurationFailure) -> Configuration {
        try parse(
            ConfigurationFile.read(path),
            of: path,
            environment: environment,
            sinkTypes: sinkTypes,
            secrets: secrets,
            surroundings: surroundings
        )
    }

    /// Checks the text of a configuration file, and fetches the secrets it names, as
    /// ``load(_:environment:sinkTypes:secrets:surroundings:)``.
    static func parse(
        _ text: String,
        of path: String,
        environment: [String: String],
        sinkTypes: [any SinkType],
        secrets: SecretsPolicy = .required,
        surroundings: Surroundings? = nil
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
        var warnings: [(place: SettingPlace, message: String)] = []
        if let root {
            let found = surroundings?.findings(in: root, table: table) ?? (problems: [], warnings: [])
            for (place, message) in ConfigurationRules(root: root, table: table).problems() + found.problems {
                reader.refuse(place, message)
            }
            warnings = ConfigurationWarnings(root: root, table: table).all() + found.warnings
        }
        guard reader.problems.isEmpty, let root else { throw ConfigurationFailure(reader.problems) }
        var configuration = ConfigurationBuilder(table: table)
            .configuration(root, content: ConfigurationContent(text, node))
        let told = warnings.map { place, message in
            ConfigurationProblem(file: path, line: place.line, column: place.column, key: place.key, message: message)
        }
        if !told.isEmpty { configuration.warnings = ConfigurationFailure(told).problems }
        return configuration
    }
}
