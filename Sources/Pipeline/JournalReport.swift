public import Logging
import RicevutaCore

/// Reports what the journal of callbacks was found to hold, and to lack, at the start.
public enum JournalReport {
    /// What was found.
    public struct Found: Sendable {
        /// Acknowledged callbacks that the ledger did not have.
        public var recovered: Int
        /// The number of the first one that it had had; `nil` when none was lost.
        public var refilledFrom: Int64?
        /// Damage that no crash causes, a line each, without personal data.
        public var damage: [String]
        /// Acknowledged callbacks that are lost by it, as far as can be told.
        public var lost: Int

        /// Names what was found.
        public init(recovered: Int, refilledFrom: Int64?, damage: [String], lost: Int) {
            self.recovered = recovered
            self.refilledFrom = refilledFrom
            self.damage = damage
            self.lost = lost
        }
    }

    /// Writes a line for each thing, and raises an alarm for each that should not have happened.
    public static func report(_ found: Found, logger: Logger) {
        if let first = found.refilledFrom {
            Alarms.raise(
                .ledgerOlder,
                "Ledger older than the journal (restored from a backup?); refilling it from the journal",
                ["first": .stringConvertible(first), "count": .stringConvertible(found.recovered)],
                to: logger
            )
        } else if found.recovered > 0 {
            logger.notice("Recovered acknowledged callbacks", metadata: ["count": .stringConvertible(found.recovered)])
        }
        for damage in found.damage {
            Alarms.raise(.journalDamaged, "Journal damaged", ["damage": "\(damage)"], to: logger)
        }
        if found.lost > 0 {
            logger.error(
                "Acknowledged callbacks lost from the journal; their orders will be found by polling",
                metadata: ["count": .stringConvertible(found.lost)]
            )
        }
    }
}
