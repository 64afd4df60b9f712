import ArgumentParser
import BaseKit
import CallbackJournal
import HTTPListener
import RicevutaConfiguration
import RicevutaCore
import SystemPackage
import VisengineClient

/// How a command ends when it could not do what it was asked: a sentence for the user, and a code for scripts.
struct CommandFailure: Error, CustomStringConvertible {
    /// The exit codes, which are those of `sysexits.h` where it has one.
    enum Code: Int32, CaseIterable {
        /// What was checked or waited for is not as it should be.
        case failed = 1
        /// What was given is not acceptable to the provider's rules or to what is recorded.
        case badInput = 65
        /// What was named does not exist.
        case notFound = 66
        /// The provider, or a port, cannot be had.
        case unavailable = 69
        /// A fault of this program.
        case fault = 70
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
            + "74 disk error, 75 temporary failure (busy, or outcome unknown), 77 permission denied by the provider, "
            + "78 configuration error."
    }

    var code: Code
    var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
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
        case let error as ListenerError: self.init(.unavailable, error.description)
        case let error as VisengineError: self.init(Self.code(of: error), Self.text(of: error))
        case let problem as SettingProblem: self.init(.configuration, problem.description)
        case let failure as SinkFailure: self.init(.unavailable, failure.description)
        default: self.init(.fault, "\(error)")
        }
    }

    private static func code(of error: LedgerError) -> Code {
        switch error {
        case .inUse, .leaseLost, .closed, .otherVersion, .unavailable: .notNow
        case .tooNew, .noSpace, .cannotOpen, .storage: .storage
        case .notFound: .notFound
        case .conflict: .badInput
        }
    }

    private static func code(of error: VisengineError) -> Code {
        if error.mayHaveSucceeded { return .notNow }
        return switch error.status {
        case 401, 403: .notPermitted
        case 404: .notFound
        case 400, 402, 409, 412, 422, 428: .badInput
        default: .unavailable
        }
    }

    /// With the provider's own words: they are for the one who made the call.
    private static func text(of error: VisengineError) -> String {
        error.message.isEmpty ? error.description : "\(error.description): \(error.message)"
    }
}

/// A command whose failures end it with a sentence on standard error and a code that means something.
protocol RicevutaCommand: AsyncParsableCommand {
    /// Does what the command is for.
    func perform() async throws
}

extension RicevutaCommand {
    func run() async throws {
        do {
            try await perform()
        } catch let code as ExitCode {
            throw code
        } catch let error as ValidationError {
            throw error
        } catch {
            let failure = CommandFailure(error)
            Terminal.printError(failure.description)
            throw ExitCode(failure.code.rawValue)
        }
    }
}
