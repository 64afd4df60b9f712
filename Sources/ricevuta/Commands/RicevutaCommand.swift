import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore

/// A command whose failures end it with a sentence on standard error and a code that means something.
protocol RicevutaCommand: AsyncParsableCommand {
    /// Does what the command is for.
    func perform() async throws
}

extension RicevutaCommand {
    /// Mistakes in the command line are reported like all others.
    // swift-format-ignore: NoLeadingUnderscores
    static var _errorPrefix: String { Terminal.prefix }

    func run() async throws {
        do {
            try await perform()
        } catch let code as ExitCode {
            throw code
        } catch let error as ValidationError {
            throw error
        } catch {
            let failure = CommandFailure(error)
            if Self.printsJSON {
                Terminal.note(failure.json)
            } else {
                // Where a file is wrong, each line begins with its place, which editors and terminals turn into a link.
                Terminal.note((error is ConfigurationFailure ? "" : Terminal.prefix) + failure.description)
                Terminal.note(failure.advice)
            }
            throw failure.code.exitStatus.exit
        }
    }

    /// Whether the result is for a program: then a failure is, too.
    private static var printsJSON: Bool { CommandLine.arguments.contains("--json") }
}
