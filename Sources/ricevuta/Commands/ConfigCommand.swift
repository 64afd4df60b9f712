import ArgumentParser
import Callbacks
import Visengine

/// The command `ricevuta config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a configuration file, or show what can stand in one.",
        subcommands: [Check.self, Example.self, Schema.self]
    )

    struct Check: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the configuration file and the secrets it names.",
            discussion: """
                Every problem is printed as FILE:LINE:COLUMN: KEY: what is wrong. The exit code is 78 then. What works
                and is unsafe is printed the same way, as a warning; the exit code stays 0. The folders of sinks are
                tried out, with files that are removed again: what one lacks is a warning, and the exit code is 1 when
                one cannot be used.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        func perform() async throws {
            let configuration: Configuration
            do throws(ConfigurationFailure) {
                configuration = try file.load()
            } catch {
                guard output.json else { throw error }
                Terminal.print(["ok": false, "problems": .array(error.problems.map(\.json)), "warnings": []])
                throw ExitCode(CommandFailure.Code.configuration.rawValue)
            }
            let folders = await SinkFolders.look(at: configuration)
            if output.json {
                Terminal.print([
                    "ok": .bool(folders.failures.isEmpty),
                    "problems": .array(folders.failures.map { json($0) }),
                    "warnings": .array(configuration.warnings.map(\.json) + folders.notes.map { json($0) }),
                ])
            } else {
                let sinks = configuration.sinks.map(\.name.rawValue).joined(separator: ", ")
                if folders.failures.isEmpty {
                    Terminal.print("\(file.path) is good; sinks: \(sinks.isEmpty ? "none" : sinks)")
                }
                for warning in configuration.warnings { Terminal.note(warning.warning) }
                for note in folders.notes { Terminal.note("warning: \(note)") }
                for failure in folders.failures { Terminal.complain(failure) }
            }
            guard folders.failures.isEmpty else { throw ExitCode(CommandFailure.Code.failed.rawValue) }
        }

        /// What was found in a folder, which is no place in the file.
        private func json(_ text: String) -> JSONValue {
            ["file": .string(file.path), "key": "sinks", "message": .string(text)]
        }
    }

    struct Example: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a configuration file with every key, its default and a comment."
        )

        func perform() async throws { print(ConfigurationDocument.example(), terminator: "") }
    }

    struct Schema: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a JSON Schema of the configuration file, for editors."
        )

        func perform() async throws { print(ConfigurationDocument.schema(), terminator: "") }
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
