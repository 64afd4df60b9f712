import ArgumentParser
import BaseKit
import RicevutaConfiguration
import RicevutaCore

/// The command `ricevuta order refresh`.
struct OrderRefreshCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Have orders read back from the provider now.",
        discussion: """
            A running service reads them within seconds, otherwise the next one does. Use it when a callback is \
            missing, or after a problem with the provider or its token is solved. Several are read one after another, \
            at half of provider.requestsPerSecond.
            """
    )

    @OptionGroup var file: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: OrderCommand.nameHelp, completion: Completions.orders)
    var orders: [String] = []

    @Flag(help: "All open orders.")
    var open = false

    func validate() throws {
        guard orders.isEmpty == open else { throw ValidationError("Give the orders, or --open for all open ones.") }
    }

    func perform() async throws {
        let (records, isServed) = try await file.withLedger(.operate) {
            ledger,
            configuration -> ([OrderRecord], Bool) in
            let records = try await named(in: ledger)
            let spacing = configuration.provider.catchUpSpacing
            let now = Timestamp.now()
            // In portions, so that callbacks do not wait for a long one.
            for start in stride(from: 0, to: records.count, by: Self.most) {
                let keys = records[start..<min(start + Self.most, records.count)].map(\.key)
                try await ledger.refresh(keys, spacing: spacing, now: now + spacing * start)
            }
            return (records, try await ledger.isServed(now: now))
        }
        if output.json {
            return Terminal.print([
                "orders": .array(records.map { .string($0.name) }), "isServiceRunning": .bool(isServed),
            ])
        }
        switch records.count {
        case 0: Terminal.print("No orders.")
        case 1: Terminal.print("order \(records[0].name) is queued to be read")
        default: Terminal.print("\(records.count) orders are queued to be read")
        }
        if !isServed, !records.isEmpty { Terminal.noteThatNothingServes() }
    }

    private static let most = 500

    private func named(in ledger: any LedgerReader) async throws -> [OrderRecord] {
        if open { return try await ledger.orders(OrderQuery(isOpen: true, limit: 1_000_000)) }
        var records: [OrderRecord] = []
        for name in orders {
            guard let record = try await ledger.order(named: name) else {
                throw LedgerError.notFound(what: "order", name: name)
            }
            if !records.contains(where: { $0.key == record.key }) { records.append(record) }
        }
        return records
    }
}
