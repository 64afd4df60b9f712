import BaseKit
import Foundation
import RicevutaConfiguration
import RicevutaCore

/// The sandbox that `ricevuta serve --sandbox` has beside it: a process of its own, which ends when this one does.
final class SandboxProcess {
    private let process: Process
    /// Held open: the sandbox stops when it is closed, even by the death of this process.
    private let input = Pipe()

    /// Starts the sandbox at the configured address of the provider, and returns once it listens.
    ///
    /// - Throws: ``CommandFailure`` when the provider is not on this machine, or the sandbox does not start.
    init(_ provider: Configuration.Provider) async throws {
        let executable = try Self.executable()
        let (host, port) = try Self.address(provider.baseURL)
        process = Process()
        process.executableURL = executable
        process.arguments = ["--host", host, "--port", String(port), "--step", "1s", "--stop-with-input"]
        // Not as an argument, which every user of the machine could read.
        process.environment = ProcessInfo.processInfo.environment.merging([
            "VISENGINE_SANDBOX_TOKEN": provider.token.text
        ]) { $1 }
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        do { try process.run() } catch {
            throw CommandFailure(.sandboxFailed, "cannot start \(executable.path)")
        }
        // It says when it listens, and nothing else.
        let threads = BlockingThreads(name: "sandbox", limit: 1)
        let reading = output.fileHandleForReading
        let said = await threads.run(within: .seconds(10)) { String(decoding: reading.availableData, as: UTF8.self) }
        guard case .finished(let line) = said, line.hasPrefix("listening on ") else {
            stop()
            throw CommandFailure(
                .sandboxFailed,
                "the sandbox does not listen at \(provider.baseURL); its own message says why"
            )
        }
    }

    /// Stops it, and returns when it has ended.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    private static func executable() throws -> URL {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let sandbox = own.deletingLastPathComponent().appending(path: "visengine-sandbox")
        guard FileManager.default.isExecutableFile(atPath: sandbox.path) else {
            throw CommandFailure(
                .sandboxMissing,
                "no \(sandbox.path): --sandbox needs visengine-sandbox beside ricevuta"
            )
        }
        return sandbox
    }

    private static func address(_ url: String) throws -> (host: String, port: Int) {
        let host = WebAddress.host(of: url)
        guard url.hasPrefix("http://"), WebAddress.isLoopback(host), let port = URL(string: url)?.port else {
            throw CommandFailure(
                .settingInvalid,
                "--sandbox needs a provider.baseURL on this machine, such as http://127.0.0.1:8090; "
                    + "`ricevuta init --sandbox` writes such a configuration"
            )
        }
        return (AddressRange.bytes(of: host) == nil ? "127.0.0.1" : host, port)
    }
}
