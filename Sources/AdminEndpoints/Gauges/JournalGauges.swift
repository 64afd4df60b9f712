import MetricsExporter

/// What the journal of the serving process reports of itself.
public struct JournalCounts: Sendable, Equatable {
    /// Acknowledged callbacks that the ledger does not have yet.
    public var unsettled: Int
    /// Acknowledged callbacks that the ledger cannot write, each in a file of its own.
    public var quarantined: Int
    /// Damaged places that were found at the start.
    public var damage: Int
    /// Syncs since the start, each of which has acknowledged all that waited.
    public var syncs: Int
    /// Callbacks since the start that the ledger found to repeat a fact that it has.
    public var duplicates: Int

    /// Creates counts.
    public init(unsettled: Int = 0, quarantined: Int = 0, damage: Int = 0, syncs: Int = 0, duplicates: Int = 0) {
        self.unsettled = unsettled
        self.quarantined = quarantined
        self.damage = damage
        self.syncs = syncs
        self.duplicates = duplicates
    }
}

/// What lies in the journal, and what became of what it handed over.
enum JournalGauges {
    static func write(_ counts: JournalCounts, to text: inout PrometheusText) {
        func gauge(_ name: String, _ help: String, _ value: Int) {
            text.family(name, .gauge, help: help)
            text.sample(name, [], Double(value))
        }
        gauge("ricevuta_journal_unsettled", "Acknowledged callbacks not yet in the ledger.", counts.unsettled)
        gauge("ricevuta_journal_quarantined", "Quarantined callbacks that the ledger rejected.", counts.quarantined)
        gauge("ricevuta_journal_damage", "Damaged places found in the journal at startup.", counts.damage)
        text.family("ricevuta_journal_syncs_total", .counter, help: "Journal syncs (fdatasync).")
        text.sample("ricevuta_journal_syncs_total", [], Double(counts.syncs))
        text.family("ricevuta_ledger_duplicates_total", .counter, help: "Callbacks whose fact the ledger already had.")
        text.sample("ricevuta_ledger_duplicates_total", [], Double(counts.duplicates))
    }
}
