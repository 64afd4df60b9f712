import Foundation
import RicevutaConfiguration
import RicevutaCore
import Sinks
import TestSupport
import Testing

@testable import ricevuta

/// What `init` leaves behind.
@Suite struct InitialFilesTests {
    @Test(arguments: [false, true])
    func isAValidConfigurationWithoutWarnings(isSandbox: Bool) throws {
        try withTemporaryDirectory { directory in
            let ports = InitialPorts(callbacks: 1, admin: 2, sandbox: 3)
            let files = isSandbox ? InitialFiles.forSandbox(ports) : InitialFiles.forProvider()
            try files.write(to: directory + "/new")
            if !isSandbox {
                // What the operator is told to fill in.
                try "token".write(toFile: directory + "/new/secrets/provider-token", atomically: false, encoding: .utf8)
            }

            let configuration = try Configuration.load(
                directory + "/new/ricevuta.yaml",
                environment: [:],
                sinkTypes: SinkTypes.all,
                surroundings: .checked
            )

            #expect(configuration.warnings.isEmpty, "\(configuration.warnings)")
            #expect(configuration.sinks.map(\.name.rawValue) == ["folder"])
            if isSandbox {
                #expect(configuration.listener.port == 1 && configuration.admin.port == 2)
                #expect(configuration.provider.baseURL == "http://127.0.0.1:3")
                #expect(configuration.listener.publicURL == "http://127.0.0.1:1")
            }
        }
    }

    @Test func everyOptionalLineIsGoodToo() throws {
        try withTemporaryDirectory { directory in
            try InitialFiles.forSandbox(InitialPorts()).write(to: directory)
            let path = directory + "/ricevuta.yaml"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let lines = text.split(separator: "\n").map { line in
                let rest = line.drop { $0 == " " }
                let isSwitch = rest.hasPrefix("#") && (!rest.hasPrefix("# ") || rest.hasPrefix("#  "))
                return isSwitch ? line.prefix(line.count - rest.count) + rest.dropFirst() : line
            }
            try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)

            let configuration = try Configuration.load(path, environment: [:], sinkTypes: SinkTypes.all)

            #expect(configuration.sinks.map(\.name.rawValue) == ["folder", "service"])
        }
    }

    @Test func portsAreFreeAndDiffer() async throws {
        let ports = try await InitialPorts.free()
        #expect(Set([ports.callbacks, ports.admin, ports.sandbox]).count == 3)
        #expect(![ports.callbacks, ports.admin, ports.sandbox].contains(0))
    }

    @Test func commandsCanBePasted() {
        let next = NextCommands(
            directory: "my orders",
            environment: ["RICEVUTA_CONFIG": "x"],
            program: "/opt/a b/ricevuta"
        )

        #expect(
            next.sandboxText.contains(
                "  cd 'my orders'\n  unset RICEVUTA_CONFIG\n  '/opt/a b/ricevuta' serve --sandbox"
            )
        )
        #expect(
            NextCommands(directory: ".", environment: [:], program: "ricevuta").forSandbox == [
                "ricevuta serve --sandbox",
                "ricevuta order place 'Cariche Attive Persona' --set 0=SMPDAA50A41H501R --yes --wait",
                "ricevuta document get 1",
            ]
        )
    }
}
