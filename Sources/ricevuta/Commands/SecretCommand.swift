import ArgumentParser
import BaseKit
import Sinks

/// The command `ricevuta secret`.
struct SecretCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Create a random secret for signing notifications, or with --key a key for tokens or document links.",
        discussion: "Redirect it to a file that only its owner can read: `umask 077; ricevuta secret > webhook.secret`."
    )

    @OptionGroup var output: OutputOption

    @Flag(help: "Print 64 hexadecimal digits instead of whsec_ + base64.")
    var key = false

    func perform() async throws {
        let secret = key ? Self.randomKey() : WebhookSecret.random().text
        output.json ? Terminal.print(["secret": .string(secret)]) : Terminal.print(secret)
    }

    private static func randomKey() -> String {
        var source = SystemRandomNumberGenerator()
        return ASCII.hex((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &source) })
    }
}
