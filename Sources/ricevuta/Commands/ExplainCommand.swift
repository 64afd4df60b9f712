import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// The command `ricevuta explain`.
struct ExplainCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell the story of one order: what happened, and what it waits for now."
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: OrderCommand.nameHelp, completion: Completions.orders)
    var order: String

    func perform() async throws {
        let (story, isServed) = try await file.withLedger { ledger, configuration in
            let sinks = Set(configuration.sinks.map(\.name))
            return (try await ledger.story(of: order, configured: sinks), try await ledger.isServed(now: .now()))
        }
        if output.json {
            var json = story.parts
            json["waitsFor"] = ["kind": .string(story.waiting.word), "sentence": .string(story.waitingSentence)]
            json["isServiceRunning"] = .bool(isServed)
            json["story"] = .array(
                story.moments.map {
                    [
                        "at": .string($0.at.description), "kind": .string($0.kind.rawValue),
                        "text": .string($0.text),
                    ]
                }
            )
            return Terminal.print(.object(json))
        }
        let record = story.order
        Terminal.print(
            Listing.table([
                ["order", record.name], ["reference", record.reference?.rawValue ?? "-"],
                ["item", record.itemName ?? record.item?.rawValue ?? "-"],
                ["state", record.state?.name ?? record.placement.rawValue], ["document", record.document.rawValue],
            ])
        )
        let more = story.hasMoreCallbacks ? "(older callbacks are left out)\n" : ""
        Terminal.print("\n" + more + Listing.table(story.moments.map { [$0.at.short, $0.text] }))
        if let jobs = Listing.section("Jobs", JobEntry.columns, story.work.jobs.map(\.row)) {
            Terminal.print("\n" + jobs)
        }
        // Last, where it is read first.
        Terminal.print("\nWaits for: \(story.waitingSentence)")
        if !isServed { Terminal.noteThatNothingServes() }
    }
}
