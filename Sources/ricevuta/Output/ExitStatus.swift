import ArgumentParser
import RicevutaCore

/// The exit codes, which are those of `sysexits.h` where it has one.
enum ExitStatus: Int32, CaseIterable {
    /// What was checked or waited for is not as it should be.
    case failed = 1
    /// The command cannot be run like this.
    case usage = 64
    /// What was given is not acceptable to the provider's rules or to what is recorded.
    case badInput = 65
    /// What was named does not exist.
    case notFound = 66
    /// The provider, or a port, cannot be had.
    case unavailable = 69
    /// A fault of this program.
    case fault = 70
    /// What was to be written exists already; it was left as it is.
    case exists = 73
    /// The disk.
    case storage = 74
    /// Not now: trying again later may help, or has to be thought about first.
    case notNow = 75
    /// The API token is not accepted or lacks a right.
    case notPermitted = 77
    /// The configuration file.
    case configuration = 78
    /// More would be spent today than orders.dailyLimit; `sysexits.h` has nothing like it.
    case overLimit = 79

    /// Each with its meaning, for the help.
    static let help =
        "0 success, 1 a check failed or timed out, 64 usage error, "
        + "65 input rejected, 66 not found, 69 provider or port unavailable, 70 internal error, "
        + "73 the output exists already, 74 disk error, 75 temporary failure (busy, or outcome unknown), "
        + "77 permission denied by the provider, 78 configuration error, "
        + "79 orders.dailyLimit would be exceeded."

    /// What ends a command with this code and no message.
    var exit: ExitCode { ExitCode(rawValue) }
}

extension ErrorCode {
    /// The exit code of a command that fails with it.
    var exitStatus: ExitStatus {
        switch self {
        case .cancelled, .orderEnded, .waitTimedOut, .choiceNeeded, .eventTimedOut, .backupIncomplete: .failed
        case .usage, .confirmationNeeded, .outputIsTerminal: .usage
        case .unknownName, .inputInvalid, .itemAmbiguous, .orderInvalid, .choiceUnsupported, .stateConflict,
            .idempotencyKeyInUse, .callRejected, .backupDamaged, .backupNewer:
            .badInput
        case .inputUnreadable, .ledgerMissing, .orderNotFound, .nameAmbiguous, .itemNotFound, .documentNotStored,
            .unknownToProvider, .deliveryNotFound, .sinkNotFound, .quarantinedNotFound, .sandboxMissing,
            .nothingToBackUp:
            .notFound
        case .providerUnavailable, .sinkFailed, .portUnavailable, .sandboxFailed: .unavailable
        case .internalError: .fault
        case .outputExists, .backupOverwrites: .exists
        case .outputFailed, .ledgerUnreadable, .ledgerNewer, .diskFull, .ledgerFailed, .archiveFailed, .journalFailed,
            .fileFailed, .documentMissing, .identityFailed, .diskHangs:
            .storage
        case .ledgerInUse, .ledgerVersion, .ledgerBusy, .outcomeUnknown, .placedNotRecorded, .directoryInUse,
            .backupTooSlow:
            .notNow
        case .tokenRejected: .notPermitted
        case .dailyLimitExceeded: .overLimit
        case .configurationMissing, .configurationSyntax, .settingUnknown, .settingMissing, .settingInvalid,
            .secretUnavailable, .publicURLMissing, .addressInvalid:
            .configuration
        }
    }
}
