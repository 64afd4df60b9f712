import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore

/// The command `ricevuta config check`.
struct ConfigCheckCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a configuration file, its secrets, and the files and folders it names.",
        discussion: """
            Prints each problem as FILE:LINE:COLUMN: KEY: PROBLEM and exits 78. Unsafe or doubtful settings are \
            printed as warnings, and so are deliveries in the ledger that wait for a sink that is not configured; the \
            exit code stays 0. Nothing is written, and nobody is called.

            With --connect it also tries whatever a running service needs: the provider, the API token, the clock, \
            the public address, the certificate, and each sink without a delivery (folders with temporary files, URLs \
            with a HEAD request). It prints a line for each, and exits 1 if one failed.
            """
    )

    @Argument(help: "Configuration file, instead of --config.", completion: .file(extensions: ["yaml", "yml"]))
    var path: String?

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Flag(help: "Check the file alone: fetch no secrets, look at no other files.")
    var withoutSecrets = false

    @Flag(help: "Also try whatever a running service needs.")
    var connect = false

    func validate() throws {
        guard path == nil || file.config == nil else { throw ValidationError("Give one configuration file.") }
        guard !(connect && withoutSecrets) else { throw ValidationError("--connect needs the secrets.") }
    }

    func perform() async throws {
        var file = file
        if let path { file.config = path }
        let configuration: Configuration
        do throws(ConfigurationFailure) {
            configuration = try file.load(
                secrets: withoutSecrets ? .skipped : .required,
                surroundings: withoutSecrets ? nil : .checked
            )
        } catch {
            guard output.json else { throw error }
            Terminal.print(["ok": false, "problems": .array(error.problems.map(\.json)), "warnings": []])
            throw ExitStatus.configuration.exit
        }
        let checks = connect ? try await ConnectionChecks.run(configuration) : []
        let notes = withoutSecrets ? [] : await MissingSinks.notes(configuration)
        if output.json {
            Terminal.print([
                "ok": .bool(!checks.haveFailed), "problems": [],
                "warnings": .array(
                    configuration.warnings.map(\.json)
                        + notes.map { ["file": .string(file.path), "key": "sinks", "message": .string($0)] }
                ),
                "checks": .array(checks.map(\.json)),
            ])
        } else {
            let names = configuration.sinks.map(\.name.rawValue).joined(separator: ", ")
            Terminal.print("\(file.path) is valid; sinks: \(names.isEmpty ? "none" : names)")
            for warning in configuration.warnings { Terminal.note(warning.warning) }
            for note in notes { Terminal.note("\(file.path): warning: sinks: \(note)") }
            if !checks.isEmpty { Terminal.print(checks.text(marks: false)) }
        }
        if checks.haveFailed { throw ExitStatus.failed.exit }
    }
}

extension ConfigurationProblem {
    /// The problem as JSON; one of the file as a whole has no line, no column and no key.
    fileprivate var json: JSONValue {
        [
            "file": .string(file), "line": line > 0 ? JSONValue(line) : nil,
            "column": column > 0 ? JSONValue(column) : nil,
            "key": key.isEmpty ? nil : .string(key), "message": .string(message), "code": .string(code.description),
        ]
    }

    /// `file:line:column: warning: key: message`.
    fileprivate var warning: String {
        "\(file):\(line):\(column): warning: \(key.isEmpty ? "" : "\(key): ")\(message)"
    }
}
