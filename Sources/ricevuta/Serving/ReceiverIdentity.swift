import BaseKit
import Foundation
import RicevutaCore

/// The receiver's id in its data directory: made at the first start, synced before anything is named after it.
struct ReceiverIdentity: Sendable {
    /// The file's name in the data directory.
    static let name = "receiver.id"
    private let directory: String

    init(in directory: String) { self.directory = directory }

    private var path: String { "\(directory)/\(Self.name)" }

    /// Reads the id, making it if there is none.
    ///
    /// Blocks on the disk.
    ///
    /// - Returns: The id, durable.
    /// - Throws: ``ReceiverIdentityError``, `FileFailure`.
    func load() throws -> ReceiverID {
        try DurableFiles.makeDirectory(directory)
        if let found = try read() {
            // Who made it may have been killed before its name was synced.
            try DurableFiles.sync(directory: directory)
            return found
        }
        let made = ReceiverID.random()
        let file = try AtomicFile(creating: "\(directory)/.new-\(Self.name)-\(UUID().uuidString)")
        try file.write(Array("\(made)\n".utf8))
        guard try file.publish(as: path) else {
            file.discard()
            return try read() ?? { throw ReceiverIdentityError.unreadable(path) }()
        }
        return made
    }

    /// Reads the id; `nil` when there is none.
    ///
    /// - Throws: ``ReceiverIdentityError``, `FileFailure`.
    func read() throws -> ReceiverID? {
        guard try DurableFiles.isTaken(path) else { return nil }
        let text = try? String(contentsOfFile: path, encoding: .utf8)  // Said below.
        guard let text, let id = ReceiverID(rawValue: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw ReceiverIdentityError.unreadable(path)
        }
        return id
    }
}

/// Why a receiver does not know who it is.
enum ReceiverIdentityError: Error, Equatable, CustomStringConvertible {
    /// The file is there, and holds no id.
    case unreadable(String)

    /// One line for an operator, with what to do next.
    var description: String {
        switch self {
        case .unreadable(let path):
            """
            cannot read the receiver's ID in \(path); restore it from a backup, or remove it: the receiver then gets a \
            new ID and hands its whole journal to the ledger once more
            """
        }
    }
}
