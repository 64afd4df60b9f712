import ArgumentParser
import Sinks
import Visengine

/// The command `ricevuta secret`.
struct SecretCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Make a random secret: for a sink's signature, or with --key for callback tokens and links.",
        discussion: "Redirect it into a file that only its owner reads: `umask 077; ricevuta secret > webhook.secret`."
    )

    @OptionGroup var output: OutputOption

    @Flag(help: "64 hexadecimal digits instead of whsec_ and base64.")
    var key = false

    func perform() async throws {
        let secret = key ? Self.randomKey() : WebhookSecret.random().text
        output.json ? Terminal.print(["secret": .string(secret)]) : Terminal.print(secret)
    }

    private static func randomKey() -> String {
        var source = SystemRandomNumberGenerator()
        return (0..<64).map { _ in String(Int.random(in: 0..<16, using: &source), radix: 16) }.joined()
    }
}
