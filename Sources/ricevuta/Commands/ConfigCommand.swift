import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore
import Sinks

/// The command `ricevuta config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a configuration file, or print an example or its schema.",
        subcommands: [Check.self, Example.self, Schema.self]
    )

    struct Check: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the configuration file and the secrets it refers to.",
            discussion: """
                Prints each problem as FILE:LINE:COLUMN: KEY: PROBLEM and exits 78. Unsafe settings are printed as \
                warnings; the exit code stays 0. Each sink is tested without a delivery: folders with temporary files, \
                URLs with a HEAD request. Limitations and an unreachable sink are warnings; an unusable one exits 1.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Flag(help: "Check the file alone: fetch no secrets and test no sinks.")
        var withoutSecrets = false

        func perform() async throws {
            let configuration: Configuration
            do throws(ConfigurationFailure) {
                configuration = try file.load(secrets: withoutSecrets ? .skipped : .required)
            } catch {
                guard output.json else { throw error }
                Terminal.print(["ok": false, "problems": .array(error.problems.map(\.json)), "warnings": []])
                throw ExitCode(CommandFailure.Code.configuration.rawValue)
            }
            let sinks = withoutSecrets ? SinkChecks(findings: []) : try await SinkChecks.run(configuration)
            if output.json {
                Terminal.print([
                    "ok": .bool(sinks.failures.isEmpty),
                    "problems": .array(sinks.failures.map { json($0) }),
                    "warnings": .array(configuration.warnings.map(\.json) + sinks.notes.map { json($0) }),
                ])
            } else {
                let names = configuration.sinks.map(\.name.rawValue).joined(separator: ", ")
                if sinks.failures.isEmpty {
                    Terminal.print("\(file.path) is valid; sinks: \(names.isEmpty ? "none" : names)")
                }
                for warning in configuration.warnings { Terminal.note(warning.warning) }
                for note in sinks.notes { Terminal.note("warning: \(note)") }
                for failure in sinks.failures { Terminal.printError(failure) }
            }
            guard sinks.failures.isEmpty else { throw ExitCode(CommandFailure.Code.failed.rawValue) }
        }

        /// What was found at a sink, which is no place in the file.
        private func json(_ text: String) -> JSONValue {
            ["file": .string(file.path), "key": "sinks", "message": .string(text)]
        }
    }

    struct Example: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a configuration file with every key, its default and a comment."
        )

        func perform() async throws { print(ConfigurationDocument.example(sinkTypes: SinkTypes.all), terminator: "") }
    }

    struct Schema: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a JSON Schema of the configuration file, for editors."
        )

        func perform() async throws { print(ConfigurationDocument.schema(sinkTypes: SinkTypes.all), terminator: "") }
    }
}

extension ConfigurationProblem {
    /// The problem as JSON; one of the file as a whole has no line and no column.
    fileprivate var json: JSONValue {
        [
            "file": .string(file), "line": line > 0 ? JSONValue(line) : nil,
            "column": column > 0 ? JSONValue(column) : nil,
            "key": .string(key), "message": .string(message),
        ]
    }

    /// `file:line:column: warning: key: message`.
    fileprivate var warning: String {
        "\(file):\(line):\(column): warning: \(key.isEmpty ? "" : "\(key): ")\(message)"
    }
}
