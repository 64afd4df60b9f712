import MetricsExporter
import RicevutaCore

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
    /// Writes since the start that failed.
    public var failedWrites: Int
    /// Callbacks since the start that the ledger found to repeat a fact that it has.
    public var duplicates: Int
    /// Bytes of its files.
    public var bytes: Int

    /// Creates counts.
    public init(
        unsettled: Int = 0,
        quarantined: Int = 0,
        damage: Int = 0,
        syncs: Int = 0,
        failedWrites: Int = 0,
        duplicates: Int = 0,
        bytes: Int = 0
    ) {
        self.unsettled = unsettled
        self.quarantined = quarantined
        self.damage = damage
        self.syncs = syncs
        self.failedWrites = failedWrites
        self.duplicates = duplicates
        self.bytes = bytes
    }
}

/// What lies in the journal, and what became of what it handed over.
enum JournalGauges {
    static func write(_ counts: JournalCounts, to text: inout PrometheusText) {
        text.single(.journalUnsettled, counts.unsettled)
        text.single(.journalQuarantined, counts.quarantined)
        text.single(.journalDamage, counts.damage)
        text.single(.journalSyncs, counts.syncs)
        text.single(.journalFailedWrites, counts.failedWrites)
        text.single(.journalBytes, counts.bytes)
        text.single(.ledgerDuplicates, counts.duplicates)
    }
}
