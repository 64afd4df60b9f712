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
            discussion: "Every problem is printed as FILE:LINE:COLUMN: KEY: what is wrong. The exit code is 78 then."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        func perform() async throws {
            do throws(ConfigurationFailure) {
                let configuration = try file.load()
                if output.json { return Terminal.print(["ok": true, "problems": []]) }
                let sinks = configuration.sinks.map(\.name.rawValue).joined(separator: ", ")
                Terminal.print("\(file.path) is good; sinks: \(sinks.isEmpty ? "none" : sinks)")
            } catch {
                guard output.json else { throw error }
                let problems = error.problems.map { problem -> JSONValue in
                    [
                        "file": .string(problem.file), "line": JSONValue(problem.line),
                        "column": JSONValue(problem.column), "key": .string(problem.key),
                        "message": .string(problem.message),
                    ]
                }
                Terminal.print(["ok": false, "problems": .array(problems)])
                throw ExitCode(CommandFailure.Code.configuration.rawValue)
            }
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
