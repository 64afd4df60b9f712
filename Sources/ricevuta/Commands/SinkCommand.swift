import ArgumentParser
import BaseKit
import Pipeline
import RicevutaConfiguration
import RicevutaCore

/// The command `ricevuta sink`.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Show, test, pause and mend sinks, and move or drop what waits for them.",
        subcommands: [
            List.self, Show.self, Test.self, SinkPauseCommand.self, SinkResumeCommand.self, SinkEnableCommand.self,
            SinkRetryCommand.self, SinkMoveCommand.self, SinkDropCommand.self, SinkDeadLetterCommand.self,
        ]
    )

    struct List: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "List sinks with what waits for them, also those that are not configured any more."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        func perform() async throws {
            let sinks = try await file.withLedger { ledger, configuration in
                SinkStatus.all(configuration, try await ledger.sinks())
            }
            let now = Timestamp.now()
            Listing(
                empty: "No sinks are configured.",
                columns: SinkStatus.columns,
                rows: sinks.map { $0.row(at: now) },
                json: .array(sinks.map { $0.json(at: now) })
            ).print(asJSON: output.json)
        }
    }

    struct Show: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one sink: its settings, what waits for it, and what it answered last."
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The sink's name.", completion: Completions.knownSinks)
        var sink: String

        /// Enough to see what is the matter.
        private static let shown = 10

        func perform() async throws {
            let (status, waiting, attempts) = try await file.withLedger { ledger, configuration in
                let name = try await configuration.knownSink(sink, ledger)
                let all = SinkStatus.all(configuration, try await ledger.sinks())
                let status = all.first { $0.name == name } ?? SinkStatus(name: name)
                let query = DeliveryQuery(states: [.pending, .dead], sink: name, limit: Self.shown)
                let waiting = try await ledger.deliveries(query)
                let failed = waiting.first { $0.lastError != nil }
                return (
                    status, waiting, try await failed.asyncMap { try await ledger.attempts(ofDelivery: $0.id) } ?? []
                )
            }
            let now = Timestamp.now()
            if output.json {
                var object = status.json(at: now).object ?? JSONObject()
                object["deliveries"] = .array(waiting.map(\.json))
                object["lastAttempt"] = attempts.last?.json ?? .null
                return Terminal.print(.object(object))
            }
            Terminal.print(Listing.table(status.details(at: now)))
            if let last = attempts.last {
                Terminal.print("\nLast failure\n" + Listing.table([AttemptEntry.columns, last.row]))
            }
            if !waiting.isEmpty {
                Terminal.print(
                    "\nWaiting and dead, newest first\n"
                        + Listing.table([DeliveryEntry.columns] + waiting.map(\.row))
                )
            }
        }
    }

    struct Test: RicevutaCommand {
        static let configuration = CommandConfiguration(
            abstract: "Test whether deliveries to a sink would work, without making one.",
            discussion: """
                A folder is tested with temporary files, a URL with a HEAD request. Exits 1 when a sink is unreachable \
                or unusable.
                """
        )

        @OptionGroup var file: ConfigurationOption
        @OptionGroup var output: OutputOption

        @Argument(help: "The sink's name. Default: every sink.", completion: Completions.sinks)
        var sink: String?

        func perform() async throws {
            let configuration = try file.load()
            let name = try sink.map { try configuration.configuredSink($0) }
            let findings = try await SinkChecks.run(configuration, only: name).findings
            Listing(
                empty: "No sinks are configured.",
                columns: ["SINK", "RESULT"],
                rows: findings.map { [$0.sink.rawValue, $0.text] },
                json: .array(findings.map(\.json))
            ).print(asJSON: output.json)
            guard findings.allSatisfy(\.isGood) else { throw ExitStatus.failed.exit }
        }
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func asyncMap<Value>(_ body: (Wrapped) async throws -> Value) async throws -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}

extension Configuration {
    /// The name of a configured sink.
    ///
    /// - Throws: ``CommandFailure``.
    func configuredSink(_ text: String) throws -> SinkName {
        guard let name = SinkName(rawValue: text), sinks.contains(where: { $0.name == name }) else {
            let nearest = NearestName.of(text, among: sinks.map(\.name.rawValue)).map { "did you mean \($0)? " } ?? ""
            throw CommandFailure(.sinkNotFound, "sink '\(text)' not found; \(nearest)See `ricevuta sink list`")
        }
        return name
    }

    /// The name of a configured sink, or of one that has deliveries and was removed from the configuration.
    ///
    /// - Throws: ``CommandFailure`` for a name that is neither, `LedgerError`.
    func knownSink(_ text: String, _ ledger: any LedgerReader) async throws -> SinkName {
        let names = sinks.map(\.name)
        var known = names
        if let name = SinkName(rawValue: text) {
            if names.contains(name) { return name }
            let waiting = try await ledger.sinks()
            if waiting[name] != nil { return name }
            if try await !ledger.deliveries(DeliveryQuery(sink: name, limit: 1)).isEmpty { return name }
            known += waiting.keys.filter { !names.contains($0) }
        }
        throw CommandFailure(.unknownName, unknown: "sink", text, among: known.map(\.rawValue))
    }
}

extension SinkChecks.Finding {
    fileprivate var isGood: Bool {
        switch result {
        case .success: true
        case .failure: false
        }
    }

    fileprivate var text: String {
        switch result {
        case .success(let limitations): limitations.isEmpty ? "OK" : "OK: " + limitations.joined(separator: "; ")
        case .failure(.unreachable(let reason)): "unreachable: \(reason)"
        case .failure(.unusable(let reason)): "unusable: \(reason)"
        }
    }

    fileprivate var json: JSONValue {
        switch result {
        case .success(let limitations): json("ok", nil, limitations)
        case .failure(.unreachable(let reason)): json("unreachable", reason, [])
        case .failure(.unusable(let reason)): json("unusable", reason, [])
        }
    }

    private func json(_ state: String, _ reason: String?, _ limitations: [String]) -> JSONValue {
        [
            "name": .string(sink.rawValue), "state": .string(state), "reason": JSONValue(reason),
            "limitations": .array(limitations.map { .string($0) }),
        ]
    }
}
