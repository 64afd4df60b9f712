import ArgumentParser
import BaseKit
import Foundation
import RicevutaCore
import Sinks

/// The command `ricevuta secret`.
struct SecretCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Create a random secret for signing notifications, or with --key a key for tokens or document links.",
        discussion: "With --out it goes to a new file that only its owner can read, and is not shown."
    )

    @OptionGroup var output: OutputOption

    @Flag(help: "Create 64 hexadecimal digits instead of whsec_ + base64.")
    var key = false

    @Option(help: "The file to create, with mode 0600; never overwritten if it exists.")
    var out: String?

    func perform() async throws {
        let secret = key ? Self.randomKey() : WebhookSecret.random().text
        guard let out else { return output.json ? Terminal.print(["secret": .string(secret)]) : Terminal.print(secret) }
        let path = URL(fileURLWithPath: out).standardizedFileURL.path
        let file = try AtomicFile(creating: "\(path).\(TemporaryName.next())")
        try file.write(Array("\(secret)\n".utf8))
        guard try file.publish(as: path, syncing: .whereSupported) else {
            file.discard()
            throw CommandFailure(.outputExists, "\(out) already exists; choose another name with --out")
        }
        output.json ? Terminal.print(["path": .string(path)]) : Terminal.print("created \(path)")
    }

    private static func randomKey() -> String {
        var source = SystemRandomNumberGenerator()
        return ASCII.hex((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &source) })
    }
}
