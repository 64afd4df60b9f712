import ArgumentParser
import BaseKit
import RicevutaCore

/// The command `ricevuta sink move`.
struct SinkMoveCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Move what waits for one sink, and its dead letters, to another.",
        discussion: """
            For a sink that was renamed or replaced. Each delivery is settled, and a new one of the same event to the \
            other sink is queued, due now, oldest first. What is being attempted at the old sink may arrive there, too.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(
        help: "The sink whose deliveries are moved; it need not be configured any more.",
        completion: Completions.knownSinks
    )
    var from: String

    @Argument(help: "The configured sink that gets them.", completion: Completions.sinks)
    var to: String

    func perform() async throws {
        let moved = try await file.withLedger(.operate) { ledger, configuration in
            let target = try configuration.configuredSink(to)
            let source = try await configuration.knownSink(from, ledger)
            guard source != target else { throw CommandFailure(.inputInvalid, "\(from) and \(to) are the same sink") }
            return try await ledger.move(from: source, to: target, now: .now())
        }
        moved.print(empty: "Nothing waits for \(from).", verb: "moved", output)
    }
}

/// The command `ricevuta sink drop`.
struct SinkDropCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Drop what waits for a sink: it is never delivered there.",
        discussion: """
            The deliveries are settled and stay in `ricevuta delivery list --state settled`; each can still be \
            replayed by its ID while its sink is configured. Documents stay in the archive.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The sink's name; it need not be configured any more.", completion: Completions.knownSinks)
    var sink: String

    @Option(help: "Why: shown as the deliveries' last error.")
    var reason: String?

    @Flag(name: .shortAndLong, help: "Skip the confirmation.")
    var yes = false

    func perform() async throws {
        if !yes, !Terminal.canAsk {
            throw CommandFailure(
                .confirmationNeeded,
                "no terminal to confirm it on; pass --yes to drop them without asking"
            )
        }
        let (name, waiting) = try await file.withLedger { ledger, configuration in
            let name = try await configuration.knownSink(sink, ledger)
            return (name, try await ledger.sinks()[name]?.waiting ?? 0)
        }
        if !yes, waiting > 0, !Terminal.confirm("Drop \(waiting) deliveries that wait for \(name)?") {
            throw CommandFailure(.cancelled, "cancelled: nothing was dropped")
        }
        try await giveUp(.settled, reason: "dropped by an operator" + (reason.map { ": \($0)" } ?? ""))
    }

    private func giveUp(_ ending: DeliveryEnding, reason: String) async throws {
        try await SinkGivingUp(sink: sink, ending: ending, reason: reason).run(file, output)
    }
}

/// The command `ricevuta sink dead-letter`.
struct SinkDeadLetterCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letter",
        abstract: "Make dead letters of what waits for a sink: nothing more is attempted until it is replayed."
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The sink's name; it need not be configured any more.", completion: Completions.knownSinks)
    var sink: String

    @Option(help: "Why: shown as the deliveries' last error.")
    var reason: String?

    func perform() async throws {
        let reason = "given up by an operator" + (reason.map { ": \($0)" } ?? "")
        try await SinkGivingUp(sink: sink, ending: .deadLetters, reason: reason).run(file, output)
    }
}

/// Ends what waits for a sink, and says how much that was.
private struct SinkGivingUp {
    var sink: String
    var ending: DeliveryEnding
    var reason: String

    func run(_ file: ConfigurationOption, _ output: OutputOption) async throws {
        let (name, count) = try await file.withLedger(.operate) { ledger, configuration in
            let name = try await configuration.knownSink(sink, ledger)
            return (name, try await ledger.giveUp(name, ending, reason: reason, now: .now()))
        }
        if output.json {
            return Terminal.print([
                "name": .string(name.rawValue), "state": .string(ending.state.rawValue), "count": JSONValue(count),
            ])
        }
        switch ending {
        case .deadLetters: Terminal.print("\(count) made dead letters")
        case .settled: Terminal.print("dropped \(count)")
        }
    }
}
