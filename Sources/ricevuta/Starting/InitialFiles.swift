import BaseKit
import Foundation
import RicevutaCore
import Sinks
import SystemPackage

/// The files that `ricevuta init` writes: a configuration, and the secrets that it names.
struct InitialFiles: Sendable {
    /// One file.
    struct File: Sendable {
        /// Below the directory.
        var path: String
        var text: String
    }

    /// In the order in which they are written: the configuration last, so that whoever finds it finds all.
    var files: [File]

    /// For the provider itself: its token is to be filled in.
    static func forProvider() -> InitialFiles {
        InitialFiles(
            files: secrets(providerToken: "") + [File(path: "ricevuta.yaml", text: InitialConfiguration.forProvider)]
        )
    }

    /// For a sandbox on this machine.
    static func forSandbox(_ ports: InitialPorts) -> InitialFiles {
        InitialFiles(
            files: secrets(providerToken: "sandbox-token\n")
                + [File(path: "ricevuta.yaml", text: InitialConfiguration.forSandbox(ports))]
        )
    }

    private static func secrets(providerToken: String) -> [File] {
        [
            File(path: "secrets/provider-token", text: providerToken),
            File(path: "secrets/token-key", text: Secret.placeholder().text + "\n"),
            File(path: "secrets/webhook-secret", text: WebhookSecret.random().text + "\n"),
        ]
    }

    /// Writes them, each readable by its owner alone.
    ///
    /// - Parameter directory: Made where it is missing.
    /// - Throws: ``CommandFailure`` when one of them is there already; then nothing has been written. `FileFailure`.
    func write(to directory: String) throws {
        for file in files {
            let path = "\(directory)/\(file.path)"
            // Whatever it is that has the name: a link that leads nowhere, too.
            guard (try? FileManager.default.attributesOfItem(atPath: path)) == nil else {  // Missing is what is wanted.
                throw CommandFailure(.outputExists, "\(path) exists already; `ricevuta init` overwrites nothing")
            }
        }
        for file in files {
            let path = "\(directory)/\(file.path)"
            let parent = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
            do {
                if !FileManager.default.fileExists(atPath: parent) {
                    try FileManager.default.createDirectory(
                        atPath: parent,
                        withIntermediateDirectories: true,
                        attributes: parent.hasSuffix("/secrets") ? [.posixPermissions: 0o700] : nil
                    )
                }
                let descriptor = try FileDescriptor.open(
                    FilePath(path),
                    .writeOnly,
                    options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: .ownerReadWrite
                )
                try descriptor.closeAfter { _ = try descriptor.writeAll(Array(file.text.utf8)) }
            } catch {
                throw FileFailure(operation: "write", path: path, error)
            }
        }
    }
}
