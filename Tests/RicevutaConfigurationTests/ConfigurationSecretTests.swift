import BaseKit
import FoundationEssentials
import Glibc
import RicevutaCore
import Sinks
import Testing

@testable import RicevutaConfiguration

@Suite("secrets in a configuration")
struct ConfigurationSecretTests {
    @Test("come from the environment, a file or a credential, without their last line feed")
    func sources() throws {
        let fixture = try ConfigurationFixture(
            """
            provider: {token: {fromFile: ./token}}
            tokens: {active: {id: k1, secret: {fromCredential: key}}}
            admin: {linkKey: {fromEnvironment: LINK}}
            """
        )
        try fixture.add("token", "bearer\n")
        try fixture.add("key", ConfigurationFixture.secret, permissions: 0o440)
        let link = ConfigurationFixture.secret + "\n"
        let configuration = try fixture.load([
            "LINK": link + "\n", "CREDENTIALS_DIRECTORY": fixture.directory,
        ])
        #expect(configuration.provider.token.text == "bearer")
        #expect(configuration.tokens.keyIDs == ["k1"])
        #expect(configuration.admin.linkKey?.text == link)
    }

    @Test("are found over a symbolic link, and evaluated by the file behind it")
    func symbolicLink() throws {
        let fixture = try ConfigurationFixture(Self.yaml("{fromFile: link}"))
        try fixture.add("target file", "bearer")
        try FileManager.default.createSymbolicLink(
            atPath: fixture.directory + "/link",
            withDestinationPath: "target file"
        )
        #expect(try fixture.load().provider.token.text == "bearer")
        try fixture.add("target file", "bearer", permissions: 0o644)
        let path = "\(fixture.directory)/link"
        let readable = "1:30 provider.token: \(path) is readable by group or others; run chmod 600 \(path)"
        #expect(fixture.refusals().first == readable)
    }

    @Test(
        "may be shown to a group by another owner or of another group, as packages install them, and to no one else",
        arguments: [
            (0o600, true, true, true), (0o640, true, true, false), (0o640, false, true, true),
            (0o640, true, false, true), (0o660, false, false, false), (0o604, false, false, false),
            (0o644, false, false, false),
        ]
    )
    func groups(mode: Int, isMine: Bool, isMyGroup: Bool, isPrivate: Bool) {
        let attributes: [FileAttributeKey: Any] = [
            .posixPermissions: mode, .ownerAccountID: Int(geteuid()) + (isMine ? 0 : 1),
            .groupOwnerAccountID: Int(getegid()) + (isMyGroup ? 0 : 1),
        ]
        #expect(SecretResolver.isPrivate(attributes) == isPrivate)
    }

    @Test(
        "are refused at their place when they cannot be had, and never shown",
        arguments: [
            (token, "1:19 provider.token: expected one of {fromEnvironment"),
            ("[\(token)]", "1:19 provider.token: expected one of {fromEnvironment"),
            ("{\(token)}", "1:20 provider.token: expected one of {fromEnvironment"),
            ("{\(token): x}", "1:20 provider.token: expected one of {fromEnvironment"),
            ("{fromEnviroment: \(token)}", "1:20 provider.token: \(expectation); did you mean fromEnvironment?"),
            ("{fromEnvironment: \(token)}", "1:37 provider.token: the environment variable is not set"),
            ("{fromEnvironment: RICEVUTA_X}", "1:37 provider.token: the environment variable RICEVUTA_X is not set"),
            ("{fromEnvironment: $X}", "1:37 provider.token: the environment variable is not set; write its name"),
            ("{fromEnvironment: EMPTY}", "1:37 provider.token: the secret is empty"),
            (
                "{fromEnvironment: LINES}",
                "1:37 provider.token: the secret contains characters other than visible ASCII"
            ),
            ("{fromEnvironment: }", "1:20 provider.token: fromEnvironment needs a string"),
            ("{fromEnvironment: A, fromFile: b}", "1:19 provider.token: expected one of {fromEnvironment"),
            ("{fromFile: \(token)}", "1:30 provider.token: the file does not exist"),
            ("{fromFile: ./missing}", "1:30 provider.token: the file DIRECTORY/missing does not exist"),
            ("{fromFile: .}", "1:30 provider.token: DIRECTORY is not a regular file"),
            ("{fromFile: group}", "1:30 provider.token: DIRECTORY/group is readable by group or others; run chmod 600"),
            ("{fromFile: others}", "1:30 provider.token: DIRECTORY/others is readable by group or others; run"),
            ("{fromFile: large}", "1:30 provider.token: DIRECTORY/large is larger than 64 KiB"),
            ("{fromCredential: \(token)}", "1:36 provider.token: CREDENTIALS_DIRECTORY is not set"),
        ]
    )
    func refusals(_ source: String, _ problem: String) throws {
        let fixture = try ConfigurationFixture(Self.yaml(source))
        try fixture.add("group", Self.token, permissions: 0o640)
        try fixture.add("others", Self.token, permissions: 0o604)
        try fixture.add("large", String(repeating: Self.token, count: 4096))
        let values = ["EMPTY": "\n", "LINES": "\(Self.token)\n\(Self.token)"]
        let refusals = fixture.refusals(ConfigurationFixture.environment.merging(values) { $1 })
        #expect(refusals.count == 1, "\(refusals)")
        let shown = refusals.first?.replacing(fixture.directory, with: "DIRECTORY")
        #expect(shown?.hasPrefix(problem) == true, "\(refusals)")
        #expect(!refusals.contains { $0.contains(Self.token) })
    }

    @Test("a credential's name leads nowhere else", arguments: ["../key", "..", "."])
    func credentialNames(_ name: String) throws {
        let fixture = try ConfigurationFixture(Self.yaml("{fromCredential: \(name)}"))
        let environment = ConfigurationFixture.environment.merging(["CREDENTIALS_DIRECTORY": "/"]) { $1 }
        #expect(fixture.refusals(environment).first?.contains("invalid credential name") == true)
    }

    @Test("a credential that is not there is refused with those that are")
    func missingCredential() throws {
        let fixture = try ConfigurationFixture(Self.yaml("{fromCredential: \(Self.token)}"))
        let environment = ConfigurationFixture.environment.merging(["CREDENTIALS_DIRECTORY": fixture.directory]) { $1 }
        let problem = "1:36 provider.token: no such credential; there are ricevuta.yaml"
        #expect(fixture.refusals(environment) == [problem])
    }

    @Test("a token key needs 32 bytes")
    func shortKey() throws {
        let fixture = try ConfigurationFixture(ConfigurationFixture.least)
        let short = ["RICEVUTA_TOKEN_KEY": String(repeating: "k", count: 31)]
        let refusals = fixture.refusals(ConfigurationFixture.environment.merging(short) { $1 })
        #expect(refusals == ["2:53 tokens.active.secret: the key has 31 bytes; at least 32 are required"])
    }

    @Test("no value of the file is repeated, wherever a secret was put by mistake")
    func noEcho() throws {
        // Letters only, so that it passes for a name too.
        for key in UnknownKey.paths(ConfigurationTable(sinkTypes: SinkTypes.all).keys, below: "").map(\.path)
        where !key.contains("[]") {
            var yaml = ""
            for (depth, name) in key.split(separator: ".").enumerated() {
                yaml += "\n" + String(repeating: "  ", count: depth) + name + ":"
            }
            for value in [" \(Self.token)", " [\(Self.token)]", " {\"\(Self.token) x\": \(Self.token)}"] {
                let refusals = try ConfigurationFixture(yaml + value).refusals()
                #expect(!refusals.isEmpty)
                #expect(!refusals.contains { $0.contains(Self.token) }, "\(refusals)")
            }
        }
    }

    @Test("nor is a name template", arguments: ["{\(token)}", "{\(token)", "\(token):"])
    func noEchoOfTemplates(_ template: String) throws {
        let sink = "sinks:\n  - {name: a, type: directory, path: b, template: '\(template)'}"
        let refusals = try ConfigurationFixture("\(ConfigurationFixture.least)\n\(sink)").refusals()
        #expect(refusals.count == 1)
        #expect(!refusals.contains { $0.contains(Self.token) }, "\(refusals)")
    }

    @Test("a secret shows itself to nobody")
    func hidden() {
        let secret = Secret(bytes: Array(Self.token.utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
            #expect(!text.contains(Self.token) && !text.contains("\(secret.bytes[0])"))
        }
    }

    private static let token = "whsecAbcdefghijklmnop"
    private static let expectation = "expected \(SecretSource.expectation)"

    private static func yaml(_ source: String) -> String {
        """
        provider: {token: \(source)}
        tokens: {active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}}
        """
    }
}
