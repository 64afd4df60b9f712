import ArgumentParser
import BaseKit
import Foundation

/// The command `ricevuta init`.
struct InitCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a configuration file and its secrets, and print what to do next.",
        discussion: """
            Existing files are never overwritten. The secrets are files below secrets/ that only their owner can read. \
            With --sandbox the provider is a mock on this machine, so that a first order can be placed at once.
            """
    )

    @Flag(help: "For a first order against a mock provider on this machine.")
    var sandbox = false

    @OptionGroup var output: OutputOption

    @Argument(help: "Where to; made if it is missing. Default: here.", completion: .directory)
    var directory = "."

    func perform() async throws {
        let files = sandbox ? InitialFiles.forSandbox(try await .free()) : InitialFiles.forProvider()
        try files.write(to: directory)
        let next = NextCommands(directory: directory, environment: ProcessInfo.processInfo.environment)
        if output.json {
            return Terminal.print([
                "files": .array(files.files.map { .string("\(directory)/\($0.path)") }),
                "next": .array((sandbox ? next.forSandbox : next.forProvider).map { .string($0) }),
            ])
        }
        Terminal.print("Created:")
        for file in files.files { Terminal.print("  \(directory)/\(file.path)") }
        Terminal.print(sandbox ? next.sandboxText : next.providerText)
    }
}

/// The commands that come after `ricevuta init`, as they can be pasted into a shell.
struct NextCommands: Sendable {
    private let directory: String
    private let program: String
    private let isConfigurationSet: Bool

    init(directory: String, environment: [String: String], program: String = CommandLine.arguments.first ?? "ricevuta")
    {
        self.directory = directory
        isConfigurationSet = environment["RICEVUTA_CONFIG"] != nil
        // As it was called: by its name where the shell finds it, else by a path that holds in every directory.
        self.program = program.contains("/") ? URL(filePath: program).standardizedFileURL.path : "ricevuta"
    }

    /// First the one that keeps running.
    var forSandbox: [String] {
        [
            "\(quoted(program)) serve --sandbox",
            "\(quoted(program)) order place 'Cariche Attive Persona' --set 0=SMPDAA50A41H501R --yes --wait",
            "\(quoted(program)) document get 1",
        ]
    }

    /// The ones for the provider itself.
    var forProvider: [String] {
        [
            "${EDITOR:-vi} secrets/provider-token ricevuta.yaml", "\(quoted(program)) config check --connect",
            "\(quoted(program)) serve",
        ]
    }

    /// What leads to the directory, where that is another one.
    private var entering: [String] {
        (directory == "." ? [] : ["cd \(quoted(directory))"]) + (isConfigurationSet ? ["unset RICEVUTA_CONFIG"] : [])
    }

    var sandboxText: String {
        """

        Next, the service with a sandbox beside it; Ctrl-C ends both:
        \(listed(entering + forSandbox.prefix(1)))

        Then a first order, in another terminal:
        \(listed(entering + forSandbox.dropFirst()))

        The document is also in documents/, where the sink put it. To watch: `ricevuta status`, `ricevuta order show 1`.
        """
    }

    var providerText: String {
        """

        Next, fill in the API token and listener.publicURL, try everything out, and start:
        \(listed(entering + forProvider))
        """
    }

    private func listed(_ commands: [String]) -> String { commands.map { "  \($0)" }.joined(separator: "\n") }

    private func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || "/._-+".utf8.contains($0)
        }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
