import FoundationEssentials
import Sinks

@testable import RicevutaConfiguration

/// A configuration file in a directory of its own, which goes with the fixture.
final class ConfigurationFixture {
    static let secret = "s3cr3t-that-must-never-be-shown-anywhere"
    static let environment = [
        "RICEVUTA_PROVIDER_TOKEN": secret, "RICEVUTA_TOKEN_KEY": secret, "RICEVUTA_TOKEN_KEY_K0": secret,
        "RICEVUTA_TOKEN_KEY_OLD": secret, "RICEVUTA_LINK_KEY": secret, "RICEVUTA_SOURCE_SECRET": secret,
        "RICEVUTA_WEBHOOK_SECRET": "whsec_czNjcjN0LXRoYXQtbXVzdC1uZXZlci1iZS1zaG93bi1hbnl3aGVyZQ==",
    ]
    /// The least that is accepted, in two lines.
    static let least = """
        provider: {token: {fromEnvironment: RICEVUTA_PROVIDER_TOKEN}}
        tokens: {active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}}

        """

    let directory: String
    let path: String

    init(_ yaml: String) throws {
        // A symbolic link on the way to the temporary directory would show in the paths that tests compare.
        let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "ricevuta-configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        directory = url.path(percentEncoded: false)
        path = directory + "/ricevuta.yaml"
        try yaml.write(toFile: path, atomically: false, encoding: .utf8)
    }

    deinit {
        // What stays is in the system's temporary directory.
        try? FileManager.default.removeItem(atPath: directory)
    }

    func load(
        _ environment: [String: String] = environment,
        surroundings: Surroundings? = nil
    ) throws(ConfigurationFailure) -> Configuration {
        try Configuration.load(
            path,
            environment: environment,
            sinkTypes: SinkTypes.all,
            surroundings: surroundings
        )
    }

    /// The problems as `line:column key: message`; none when the file is accepted.
    func refusals(_ environment: [String: String] = environment) -> [String] {
        do {
            _ = try load(environment)
            return []
        } catch {
            return error.problems.map { "\($0.line):\($0.column) \($0.key): \($0.message)" }
        }
    }

    /// Writes a file beside the configuration.
    func add(_ name: String, _ text: String, permissions: Int = 0o600) throws {
        let file = "\(directory)/\(name)"
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file)
    }
}
