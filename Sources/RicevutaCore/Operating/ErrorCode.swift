/// What went wrong for a user, by a number that never changes its meaning.
///
/// The texts stand in the article *Errors*, a section a code: title, meaning, exit code and the next command to run.
public enum ErrorCode: Int, Sendable, CaseIterable {
    // MARK: Command line

    /// The command line is wrong.
    case usage = 101
    /// A name is not one of the known ones.
    case unknownName = 102
    /// The question was not answered with yes.
    case cancelled = 103
    /// There is no terminal to ask on.
    case confirmationNeeded = 104
    /// A file given on the command line cannot be read.
    case inputUnreadable = 105
    /// A value or file given on the command line is invalid.
    case inputInvalid = 106
    /// The output exists already.
    case outputExists = 107
    /// The output cannot be written.
    case outputFailed = 108
    /// The output would go to a terminal.
    case outputIsTerminal = 109

    // MARK: Configuration

    /// The configuration file cannot be read.
    case configurationMissing = 201
    /// The configuration file is not valid YAML.
    case configurationSyntax = 202
    /// A key is unknown.
    case settingUnknown = 203
    /// A required key is missing.
    case settingMissing = 204
    /// A setting is invalid.
    case settingInvalid = 205
    /// A secret cannot be read.
    case secretUnavailable = 206
    /// Callbacks cannot be registered.
    case publicURLMissing = 207

    // MARK: Ledger and files

    /// There is no ledger yet.
    case ledgerMissing = 301
    /// The ledger cannot be opened.
    case ledgerUnreadable = 302
    /// Another process serves this data directory.
    case ledgerInUse = 303
    /// The ledger's schema has another version than this program.
    case ledgerVersion = 304
    /// The ledger was written by a newer program.
    case ledgerNewer = 305
    /// The disk is full.
    case diskFull = 306
    /// Reading or writing the ledger failed.
    case ledgerFailed = 307
    /// The ledger is busy.
    case ledgerBusy = 308
    /// Reading or writing the archive failed.
    case archiveFailed = 309
    /// Reading or writing the journal failed.
    case journalFailed = 310
    /// A file operation failed.
    case fileFailed = 311
    /// A document is missing from the archive.
    case documentMissing = 312
    /// The receiver's identity cannot be read or written.
    case identityFailed = 313
    /// The disk does not answer.
    case diskHangs = 314

    // MARK: Orders

    /// The order is not in the ledger.
    case orderNotFound = 401
    /// Several things begin with this name.
    case nameAmbiguous = 402
    /// The item is not in the catalogue.
    case itemNotFound = 403
    /// Several items have this name.
    case itemAmbiguous = 404
    /// The order is incomplete or invalid.
    case orderInvalid = 405
    /// The item begins with a search.
    case choiceUnsupported = 406
    /// The order has no document in the archive yet.
    case documentNotStored = 407
    /// The order ended without a document.
    case orderEnded = 408
    /// Waiting for the document timed out.
    case waitTimedOut = 409
    /// The order waits for a choice among search results.
    case choiceNeeded = 410
    /// The operation does not fit the present state.
    case stateConflict = 411
    /// Another order was placed under this idempotency key.
    case idempotencyKeyInUse = 412
    /// More would be spent today than the limit.
    case dailyLimitExceeded = 413

    // MARK: Provider

    /// The provider cannot be reached, or cannot answer now.
    case providerUnavailable = 501
    /// The provider rejects the API token.
    case tokenRejected = 502
    /// The provider does not accept what was sent.
    case callRejected = 503
    /// The provider does not know what was named.
    case unknownToProvider = 504
    /// Whether the order was placed is not known.
    case outcomeUnknown = 505
    /// The order was placed, but not recorded.
    case placedNotRecorded = 506

    // MARK: Deliveries and sinks

    /// The delivery is not in the ledger.
    case deliveryNotFound = 601
    /// The sink is not configured.
    case sinkNotFound = 602
    /// The sink does not work.
    case sinkFailed = 603
    /// No quarantined document has this name.
    case quarantinedNotFound = 604
    /// No valid event arrived in time.
    case eventTimedOut = 605

    // MARK: Listening

    /// The port cannot be listened on.
    case portUnavailable = 701
    /// The address cannot be listened on.
    case addressInvalid = 702
    /// The sandbox does not start.
    case sandboxFailed = 703
    /// The sandbox is not installed.
    case sandboxMissing = 704

    // MARK: Backup and restore

    /// There is nothing to back up.
    case nothingToBackUp = 801
    /// The backup is damaged or unfinished.
    case backupDamaged = 802
    /// The backup was made by a newer program.
    case backupNewer = 803
    /// The directory is in use.
    case directoryInUse = 804
    /// The target holds data.
    case backupOverwrites = 805
    /// The check found something missing.
    case backupIncomplete = 806
    /// The journal outran the backup.
    case backupTooSlow = 807

    // MARK: Program

    /// Internal error.
    case internalError = 901
}

extension ErrorCode: CustomStringConvertible {
    /// As it is printed and searched for, such as `RV-0401`.
    public var description: String {
        let digits = String(rawValue)
        return "RV-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The code that a text is, in any case.
    ///
    /// - Parameter text: For example `RV-0401` or `rv-0401`.
    public init?(_ text: String) {
        guard let code = Self.allCases.first(where: { $0.description == text.uppercased() }) else { return nil }
        self = code
    }
}
