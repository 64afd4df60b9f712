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
            Prints "listening on http://HOST:PORT" when ready; stops on SIGINT and SIGTERM.
            Orders, faults and callbacks are controlled under /sandbox, for example:

              curl -X POST http://127.0.0.1:8090/sandbox/advance
              curl -X POST http://127.0.0.1:8090/sandbox/faults -d '{"duplicates": 2}'
            """
    )

    @OptionGroup var options: SandboxOptions

    func validate() throws { _ = try options.configuration() }

    func run() async throws {
        let signals = StopSignals()
        let sandbox: Sandbox
        do throws(ListenerError) {
            sandbox = try Sandbox(try configuration())
        } catch {
            throw Failure("\(error)")
        }
        FileHandle.standardOutput.write(Data("listening on \(sandbox.baseURL)\n".utf8))
        await signals.wait()
        await sandbox.stop()
    }

    private func configuration() throws(ListenerError) -> SandboxConfiguration {
        // Checked by `validate()`.
        (try? options.configuration()) ?? SandboxConfiguration()
    }
}

/// A failure as the user reads it.
private struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
