import ArgumentParser
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// What a shell offers for arguments whose values stand in the configuration or in the ledger.
///
/// Where something is wrong it offers nothing: the command itself says what it is.
enum Completions {
    /// How many of the newest entries are offered.
    private static let offered = 50
    /// How many of the newest orders are looked at for what they have in common.
    private static let looked = 500

    /// The configured sinks.
    static var sinks: CompletionKind {
        .custom { words, _, _ in
            let configuration = try? option(words).load(secrets: .skipped)  // See above.
            return configuration?.sinks.map(\.name.rawValue) ?? []
        }
    }

    /// The sinks for which something waits, and the configured ones.
    static var knownSinks: CompletionKind {
        .custom { words, _, _ in
            await values(words) { ledger, configuration in
                SinkStatus.all(configuration, try await ledger.sinks()).map(\.name.rawValue)
            }
        }
    }

    /// The newest deliveries.
    static var deliveries: CompletionKind { deliveries([]) }

    /// The newest open dead letters.
    static var deadLetters: CompletionKind { deliveries([.dead]) }

    /// The newest orders.
    static var orders: CompletionKind {
        .custom { words, _, _ in
            await values(words) { ledger, _ in try await ledger.orders(OrderQuery(limit: offered)).map(\.name) }
        }
    }

    /// The references of the newest orders.
    static var references: CompletionKind {
        .custom { words, _, _ in
            await values(words) { ledger, _ in
                let references = try await ledger.orders(OrderQuery(limit: looked)).compactMap(\.reference?.rawValue)
                return references.offered
            }
        }
    }

    /// The items of the newest orders, by name: the catalogue itself is a call away.
    static var items: CompletionKind {
        .custom { words, _, _ in
            await values(words) { ledger, _ in
                let orders = try await ledger.orders(OrderQuery(limit: looked))
                return orders.compactMap { $0.itemName ?? $0.item?.rawValue }.offered
            }
        }
    }

    private static func deliveries(_ states: Set<DeliveryState>) -> CompletionKind {
        .custom { words, _, _ in
            await values(words) { ledger, _ in
                try await ledger.deliveries(DeliveryQuery(states: states, limit: offered)).map(\.id)
            }
        }
    }

    private static func values(
        _ words: [String],
        _ body: @escaping @Sendable (any LedgerReader, Configuration) async throws -> [String]
    ) async -> [String] {
        let found = try? await option(words).withLedger { ledger, configuration in  // See above.
            try await body(ledger, configuration)
        }
        return found ?? []
    }

    /// The configuration file that the words typed so far name.
    private static func option(_ words: [String]) throws -> ConfigurationOption {
        for (place, word) in words.enumerated().reversed() {
            if ["-c", "--config"].contains(word), place + 1 < words.count {
                return try ConfigurationOption.parse(["--config", words[place + 1]])
            }
            if word.hasPrefix("--config=") { return try ConfigurationOption.parse([word]) }
        }
        return try ConfigurationOption.parse([])
    }
}

extension [String] {
    /// Each once, in the same order, as the shell that asks wants them.
    fileprivate var offered: [String] {
        var seen: Set<String> = []
        let unique = filter { seen.insert($0).inserted }
        // There, what follows a colon describes what stands before it.
        return CompletionShell.requesting == .zsh ? unique.map { $0.replacing(":", with: "\\:") } : unique
    }
}
