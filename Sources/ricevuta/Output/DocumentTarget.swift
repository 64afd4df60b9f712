import Foundation
import RicevutaCore
import SystemPackage

/// Where a command writes a document: a new file, or standard output.
enum DocumentTarget {
    case standardOutput
    /// A path of which nothing may exist.
    case file(String)

    /// Reads what follows `--output`: `-` is standard output.
    init(_ text: String) { self = text == "-" ? .standardOutput : .file(text) }

    /// Writes a document.
    ///
    /// A file that cannot be written to its end is removed.
    ///
    /// - Parameter produce: Hands out the document's pieces.
    /// - Throws: ``CommandFailure``, or what `produce` throws.
    func write(_ produce: ((Data) throws -> Void) throws -> Void) throws {
        switch self {
        case .standardOutput:
            guard isatty(STDOUT_FILENO) == 0 else {
                throw CommandFailure(.outputIsTerminal, "standard output is a terminal; redirect it, or name a file")
            }
            try produce { piece in try Self.write(piece, to: .standardOutput, named: "standard output") }
        case .file(let path):
            let descriptor = try Self.create(path)
            do {
                defer { try? descriptor.close() }  // What fails to be written, a write has said.
                try produce { piece in try Self.write(piece, to: descriptor, named: path) }
            } catch {
                try? FileManager.default.removeItem(atPath: path)  // Half a document is none.
                throw error
            }
        }
    }

    private static func create(_ path: String) throws -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                FilePath(path),
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead]
            )
        } catch Errno.fileExists {
            throw CommandFailure(.outputExists, "\(path) already exists; choose another name with --output")
        } catch {
            throw CommandFailure(.outputFailed, "cannot create \(path): \(error)")
        }
    }

    private static func write(_ piece: Data, to descriptor: FileDescriptor, named name: String) throws {
        do { try descriptor.writeAll(piece) } catch {
            throw CommandFailure(.outputFailed, "cannot write \(name): \(error)")
        }
    }
}
