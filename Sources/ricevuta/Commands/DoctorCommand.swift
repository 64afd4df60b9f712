import ArgumentParser
import BaseKit
import RicevutaConfiguration

/// The command `ricevuta doctor`.
struct DoctorCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything that has to work, and say what to do about what does not.",
        discussion: """
            Checks the configuration, its secrets and files, the data directory and its disk, the ledger, whether \
            `ricevuta serve` runs and is ready, the provider, the API token, the clock, the public address, and each \
            sink. Nothing is ordered, delivered or changed. Exits 1 when something is wrong.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    func perform() async throws {
        let checks = try await checks()
        if output.json {
            Terminal.print(["ok": .bool(!checks.haveFailed), "checks": .array(checks.map(\.json))])
        } else {
            Terminal.print(checks.text(marks: true))
        }
        if checks.haveFailed { throw ExitStatus.failed.exit }
    }

    private func checks() async throws -> [Check] {
        let configuration: Configuration
        do throws(ConfigurationFailure) { configuration = try file.load(surroundings: .checked) } catch {
            let found = error.problems.map { Check("configuration", .failed, $0.description) }
            let rest = Check("everything else", .skipped, "not tried until the configuration is complete")
            // Often only the secrets are missing, as for an operator outside of the service's unit.
            guard let configuration = try? file.load(secrets: .skipped) else { return found + [rest] }  // Told above.
            return found + (await MachineChecks(configuration).all()) + [rest]
        }
        var checks = [Check("configuration", .ok, "\(file.path) is valid, and every secret it names is there")]
        checks += configuration.warnings.map { Check("configuration", .warning, $0.description) }
        let machine = await MachineChecks(configuration).all()
        return checks + machine + (try await ConnectionChecks.run(configuration))
    }
}
