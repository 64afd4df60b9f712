/// What an operator should look into.
///
/// Each kind is a label of `ricevuta_alarms_total` that is there from the start, the field `alarm` of a log line, and a
/// row of the documentation. The raw values are relied on by alert rules.
public enum AlarmKind: String, Sendable, Equatable, CaseIterable, Codable {
    /// A token of a retired key was shown.
    case retiredKey = "retired_key"
    /// A token of a key that is not configured was shown, or none that could be read.
    case badToken = "bad_token"
    /// A callback carries two different tokens.
    case tokensDiffer = "tokens_differ"
    /// A callback with a good token could not be decoded.
    case undecodable
    /// A token was shown whose order has been final for long.
    case expiredToken = "expired_token"
    /// The API shows an earlier state than before.
    case wentBack = "went_back"
    /// A change was found by polling: its callback never came.
    case missedCallback = "missed_callback"
    /// The API does not show what a callback claims.
    case unconfirmedCallback = "unconfirmed_callback"
    /// The API shows a state that this version does not know.
    case unknownState = "unknown_state"
    /// A callback names another order than its token's.
    case otherOrder = "other_order"
    /// An order that a callback named echoes another token.
    case foreignOrder = "foreign_order"
    /// An order that a callback named belongs to another row already.
    case bindingConflict = "binding_conflict"
    /// The provider rejects the API token.
    case unauthorized = "api_unauthorized"
    /// The provider's calls fail.
    case providerUnreachable = "provider_unreachable"
    /// The provider does not know an order that was placed.
    case orderUnknown = "order_unknown"
    /// A document is not there though the provider had promised it by now.
    case orderLate = "order_late"
    /// An order waits for a choice among search results.
    case choiceNeeded = "choice_needed"
    /// A document is available and has not been fetched for long.
    case documentOverdue = "document_overdue"
    /// A document arrived damaged.
    case documentDamaged = "document_damaged"
    /// A document failed its checks.
    case quarantined
    /// A document was given up.
    case documentLost = "document_lost"
    /// A document is larger than allowed.
    case documentTooLarge = "document_too_large"
    /// A document cannot be read from the archive.
    case documentMissing = "document_missing"
    /// Documents cannot be written.
    case archiveFailing = "archive_failing"
    /// Callbacks cannot be recorded.
    case ledgerFailing = "ledger_failing"
    /// The ledger was older than the journal.
    case ledgerOlder = "ledger_older"
    /// The journal was damaged.
    case journalDamaged = "journal_damaged"
    /// The data directory's file system is nearly full.
    case diskLow = "disk_low"
    /// A sink's deliveries fail.
    case sinkFailing = "sink_failing"
    /// A delivery ran out of attempts, or was refused for good.
    case deadLetter = "dead_letter"
    /// A sink said that it wants nothing any more.
    case sinkDisabled = "sink_disabled"
    /// Deliveries wait for a sink that is not configured.
    case sinkMissing = "sink_missing"
    /// A changed configuration or certificate was refused; the old one is in use.
    case reloadFailed = "reload_failed"

    /// How bad it is.
    public enum Severity: String, Sendable, Equatable {
        /// Harm is not done yet, or is repaired.
        case warning
        /// Something does not work.
        case error
    }

    /// How bad it is; the level of its log lines.
    public var severity: Severity {
        switch self {
        case .retiredKey, .badToken, .tokensDiffer, .undecodable, .expiredToken, .wentBack, .missedCallback,
            .unconfirmedCallback, .unknownState, .otherOrder, .foreignOrder, .bindingConflict, .providerUnreachable,
            .orderUnknown, .orderLate, .choiceNeeded, .documentDamaged, .quarantined, .diskLow, .sinkFailing,
            .sinkMissing:
            .warning
        case .unauthorized, .documentOverdue, .documentLost, .documentTooLarge, .documentMissing, .archiveFailing,
            .ledgerFailing, .ledgerOlder, .journalDamaged, .deadLetter, .sinkDisabled, .reloadFailed:
            .error
        }
    }
}
