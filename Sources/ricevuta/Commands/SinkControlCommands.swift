import ArgumentParser
import BaseKit
import RicevutaCore

/// The command `ricevuta sink pause`.
struct SinkPauseCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause a sink: its deliveries wait until it is resumed.",
        discussion: """
            A running service stops within seconds; what is being attempted ends first. The sink stays paused over \
            restarts.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The sink's name.", completion: Completions.sinks)
    var sink: String

    @Option(help: "Why, for other operators: shown by `sink list` and `status`.")
    var reason: String?

    func perform() async throws {
        let (name, isNew) = try await file.withLedger(.operate) { ledger, configuration in
            let name = try configuration.configuredSink(sink)
            return (name, try await ledger.pause(name, reason: reason, now: .now()))
        }
        if output.json { return Terminal.print(["name": .string(name.rawValue), "wasPaused": .bool(!isNew)]) }
        Terminal.print(isNew ? "\(name) paused; `ricevuta sink resume \(name)`" : "\(name) was paused already")
    }
}

/// The command `ricevuta sink resume`.
struct SinkResumeCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Resume a paused sink; what waits for it is due now."
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The sink's name.", completion: Completions.sinks)
    var sink: String

    func perform() async throws {
        let (name, wasPaused) = try await file.withLedger(.operate) { ledger, configuration in
            let name = try await configuration.knownSink(sink, ledger)
            return (name, try await ledger.resume(name, now: .now()))
        }
        if output.json { return Terminal.print(["name": .string(name.rawValue), "wasPaused": .bool(wasPaused)]) }
        Terminal.print(wasPaused ? "\(name) resumed" : "\(name) was not paused")
    }
}

/// The command `ricevuta sink enable`.
struct SinkEnableCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Enable a sink again that answered 410 Gone; what waits for it is due now."
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The sink's name.", completion: Completions.sinks)
    var sink: String

    func perform() async throws {
        let (name, wasDisabled) = try await file.withLedger(.operate) { ledger, configuration in
            let name = try configuration.configuredSink(sink)
            return (name, try await ledger.enable(name, now: .now()))
        }
        if output.json { return Terminal.print(["name": .string(name.rawValue), "wasDisabled": .bool(wasDisabled)]) }
        Terminal.print(wasDisabled ? "\(name) enabled" : "\(name) was not disabled")
    }
}

/// The command `ricevuta sink retry`.
struct SinkRetryCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Attempt all that waits for a sink now, instead of when its pauses are over.",
        discussion: "For a receiver that was mended. Dead letters are replayed by `ricevuta dead-letter replay`."
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The sink's name.", completion: Completions.sinks)
    var sink: String

    func perform() async throws {
        let (name, count) = try await file.withLedger(.operate) { ledger, configuration in
            let name = try configuration.configuredSink(sink)
            return (name, try await ledger.hasten(name, now: .now()))
        }
        if output.json { return Terminal.print(["name": .string(name.rawValue), "due": JSONValue(count)]) }
        Terminal.print(count == 0 ? "Nothing waits for \(name)." : "\(count) due now")
    }
}
