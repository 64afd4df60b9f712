import ArgumentParser

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
