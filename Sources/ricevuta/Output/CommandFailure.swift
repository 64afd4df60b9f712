import BaseKit
import CallbackJournal
import HTTPListener
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import SystemPackage

/// How a command ends when it could not do what it was asked: a sentence for the user, and a code for scripts.
struct CommandFailure: Error, CustomStringConvertible {
    /// The exit codes, which are those of `sysexits.h` where it has one.
    enum Code: Int32, CaseIterable {
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

        /// Each with its meaning, for the help.
        static let help =
            "0 success, 1 a check failed or timed out, 64 usage error, "
            + "65 input rejected, 66 not found, 69 provider or port unavailable, 70 internal error, "
            + "73 the output exists already, 74 disk error, 75 temporary failure (busy, or outcome unknown), "
            + "77 permission denied by the provider, 78 configuration error."
    }

    var code: Code
    var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// A name that means nothing, with the one that may have been meant, and all that there are.
    init(_ code: Code, unknown what: String, _ text: String, among names: [String]) {
        let nearest = NearestName.of(text, among: names).map { "; did you mean \($0)?" } ?? ";"
        let all = names.isEmpty ? "there is none" : "there are \(names.joined(separator: ", "))"
        self.init(code, "no \(what) '\(text)'\(nearest) \(all)")
    }

    /// What an error of the program's parts means for a command.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let failure as ConfigurationFailure: self.init(.configuration, failure.description)
        case let error as LedgerError: self.init(Self.code(of: error), error.description)
        case let error as ArchiveError: self.init(.storage, error.description)
        case let error as JournalError: self.init(.storage, error.description)
        case let error as ReceiverIdentityError: self.init(.storage, error.description)
        case let failure as FileFailure: self.init(.storage, failure.description)
        case let error as DocumentReadError:
            let advice = "`ricevuta archive verify --fetch` fetches it again, while the provider has it"
            self.init(.storage, "\(error.description); \(advice)")
        case let error as ListenerError: self.init(.unavailable, error.description)
        case let failure as ListenFailure:
            self.init(failure.isConfiguration ? .configuration : .unavailable, failure.description)
        case let error as CallFailure: self.init(Self.code(of: error), Self.text(of: error))
        case let error as OrderPlacingError: self.init(error)
        case let error as CallbackRegistrar.Missing: self.init(.configuration, error.description)
        case let problem as SettingProblem: self.init(.configuration, problem.description)
        case let failure as SinkFailure: self.init(.unavailable, failure.description)
        default: self.init(.fault, "\(error)")
        }
    }

    private static func code(of error: LedgerError) -> Code {
        switch error {
        case .inUse, .leaseLost, .closed, .otherVersion, .unavailable: .notNow
        case .tooNew, .noSpace, .cannotOpen, .storage: .storage
        case .notFound, .ambiguous: .notFound
        case .conflict: .badInput
        }
    }

    private init(_ error: OrderPlacingError) {
        switch error {
        case .itemNotFound, .severalItems: self.init(.notFound, error.description)
        case .needsChoice: self.init(.badInput, error.description)
        case .notRecorded(let failure): self.init(failure)
        case .call(let failure), .refused(let failure), .refusalNotRecorded(let failure, _): self.init(failure)
        case .outcomeUnknown(let failure): self.init(.notNow, Self.text(of: failure))
        case .placedButNotRecorded: self.init(.notNow, error.description)
        }
    }

    private static func code(of failure: CallFailure) -> Code {
        switch failure.kind {
        case .notPermitted: .notPermitted
        case .notFound: .notFound
        case .rejected: .badInput
        case .unavailable: .unavailable
        case .outcomeUnknown: .notNow
        }
    }

    /// With the provider's own words: they are for the one who made the call.
    private static func text(of failure: CallFailure) -> String {
        failure.message.isEmpty ? failure.reason : "\(failure.reason): \(failure.message)"
    }
}
