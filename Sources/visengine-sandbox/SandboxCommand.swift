import ArgumentParser
import Foundation
import HTTPListener
import VisengineSandbox

/// `visengine-sandbox`: a mock of the provider, until it is stopped.
@main
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "visengine-sandbox",
        abstract: "Mock Visengine API with callbacks and fault injection.",
        discussion: """
            Prints "listening on http://HOST:PORT" when ready; stops on SIGINT and SIGTERM. Orders are kept in memory \
            only.

            Without --step each order stays as it is placed until it is moved on. Orders, faults and callbacks are \
            controlled under /sandbox, which lists the calls, for example:

              curl http://127.0.0.1:8090/sandbox
              curl -X POST http://127.0.0.1:8090/sandbox/advance
              curl -X POST http://127.0.0.1:8090/sandbox/faults -d '{"duplicates": 2}'
            """,
        version: "visengine-sandbox 0.1.0"
    )

    @OptionGroup var options: SandboxOptions

    // swift-format-ignore: NoLeadingUnderscores
    static var _errorPrefix: String { "visengine-sandbox: " }

    func validate() throws { _ = try options.configuration() }

    func run() async throws {
        let signals = StopSignals(orEndOfInput: options.stopWithInput)
        let sandbox: Sandbox
        do throws(ListenerError) {
            sandbox = try Sandbox(try configuration())
        } catch {
            FileHandle.standardError.write(Data("visengine-sandbox: \(error)\n".utf8))
            // As `ricevuta` does when it cannot have a port.
            throw ExitCode(69)
        }
        FileHandle.standardOutput.write(Data("listening on \(sandbox.baseURL)\n".utf8))
        await signals.wait()
        await sandbox.stop()
    }

    private func configuration() throws(ListenerError) -> SandboxConfiguration {
        // Checked by `validate()`.
        var configuration = (try? options.configuration()) ?? SandboxConfiguration()
        if options.log ?? (isatty(STDERR_FILENO) == 1) {
            configuration.log = { FileHandle.standardError.write(Data("\($0)\n".utf8)) }
        }
        return configuration
    }
}
