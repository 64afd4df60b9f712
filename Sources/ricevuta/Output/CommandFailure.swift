import BaseKit
import CallbackJournal
import HTTPListener
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import SystemPackage

/// How a command ends when it could not do what it was asked: a sentence for the user, and a code that help explains.
struct CommandFailure: Error, CustomStringConvertible {
    var code: ErrorCode
    var description: String

    init(_ code: ErrorCode, _ description: String) {
        self.code = code
        self.description = description
    }

    /// A name that means nothing, with the one that may have been meant, and all that there are.
    init(_ code: ErrorCode, unknown what: String, _ text: String, among names: [String]) {
        let nearest = NearestName.of(text, among: names).map { "; did you mean \($0)?" } ?? ";"
        let all = names.isEmpty ? "there is none" : "there are \(names.joined(separator: ", "))"
        self.init(code, "no \(what) '\(text)'\(nearest) \(all)")
    }

    /// What an error of the program's parts means for a command.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let failure as ConfigurationFailure: self.init(failure.code, failure.description)
        case let error as LedgerError: self.init(Self.code(of: error), error.description)
        case let error as ArchiveError: self.init(.archiveFailed, error.description)
        case let error as JournalError: self.init(.journalFailed, error.description)
        case let error as ReceiverIdentityError: self.init(.identityFailed, error.description)
        case let failure as FileFailure: self.init(.fileFailed, failure.description)
        case let error as DocumentReadError: self.init(.documentMissing, error.description)
        case let error as ListenerError: self.init(.portUnavailable, error.description)
        case let failure as ListenFailure:
            self.init(failure.isConfiguration ? .addressInvalid : .portUnavailable, failure.description)
        case let error as CallFailure: self.init(Self.code(of: error), Self.text(of: error))
        case let error as OrderPlacingError: self.init(error)
        case let error as CallbackRegistrar.Missing: self.init(.publicURLMissing, error.description)
        case let problem as SettingProblem: self.init(.settingInvalid, problem.description)
        case let failure as SinkFailure: self.init(.sinkFailed, failure.description)
        default: self.init(.internalError, "\(error)")
        }
    }

    private static func code(of error: LedgerError) -> ErrorCode {
        switch error {
        case .inUse: .ledgerInUse
        case .leaseLost, .closed, .unavailable: .ledgerBusy
        case .otherVersion: .ledgerVersion
        case .tooNew: .ledgerNewer
        case .noSpace: .diskFull
        case .cannotOpen: .ledgerUnreadable
        case .storage: .ledgerFailed
        case .notFound(let what, _): what == "delivery" ? .deliveryNotFound : .orderNotFound
        case .ambiguous: .nameAmbiguous
        case .conflict: .stateConflict
        }
    }

    private init(_ error: OrderPlacingError) {
        switch error {
        case .itemNotFound: self.init(.itemNotFound, error.description)
        case .severalItems: self.init(.itemAmbiguous, error.description)
        case .needsChoice: self.init(.choiceUnsupported, error.description)
        case .keyInUse: self.init(.idempotencyKeyInUse, error.description)
        case .overLimit: self.init(.dailyLimitExceeded, error.description)
        case .notRecorded(let failure): self.init(failure)
        case .call(let failure), .refused(let failure), .refusalNotRecorded(let failure, _): self.init(failure)
        case .outcomeUnknown(let failure): self.init(.outcomeUnknown, Self.text(of: failure))
        case .placedButNotRecorded: self.init(.placedNotRecorded, error.description)
        }
    }

    private static func code(of failure: CallFailure) -> ErrorCode {
        switch failure.kind {
        case .notPermitted: .tokenRejected
        case .notFound: .unknownToProvider
        case .rejected: .callRejected
        case .unavailable: .providerUnavailable
        case .outcomeUnknown: .outcomeUnknown
        }
    }

    /// With the provider's own words: they are for the one who made the call.
    private static func text(of failure: CallFailure) -> String {
        failure.message.isEmpty ? failure.reason : "\(failure.reason): \(failure.message)"
    }
}
