import BaseKit
import Foundation
import RicevutaCore

/// One name in a sink's directory: a JSON file, and a document beside it.
struct DirectorySlot {
    /// Who has the name.
    enum Occupant: Equatable {
        case nobody
        case ourselves
        case another
    }

    /// How many names are tried.
    static let maxNumber = 1000

    private static let maxSidecarBytes = 256 << 10

    /// The absolute path without an extension.
    let path: String

    var directory: String { DurableFiles.parent(of: path) }
    var sidecarPath: String { "\(path).json" }

    func documentPath(_ kind: DocumentKind) -> String { "\(path).\(kind.fileExtension)" }

    /// Looks who is there: whoever has something of that name that is no regular file is another.
    ///
    /// A document without a JSON file beside it counts as nobody's only when it is ours by content.
    ///
    /// - Throws: `FileFailure` when the directory cannot be looked into.
    func occupant(for notification: RicevutaCore.Notification) throws -> Occupant {
        if try DurableFiles.isTaken(sidecarPath) { return sidecarID == notification.id ? .ourselves : .another }
        guard let document = notification.document, try DurableFiles.isTaken(documentPath(document.kind)) else {
            return .nobody
        }
        return holds(document) ? .nobody : .another
    }

    /// Whether exactly this document lies here, as a regular file.
    func holds(_ document: StoredDocument) -> Bool {
        // Whatever cannot be opened or read is another's.
        guard let handle = try? DurableFiles.openRegularFile(documentPath(document.kind)) else { return false }
        defer { try? handle.close() }  // Opened for reading: closing loses nothing.
        var check = DocumentCheck(document)
        while let piece = try? handle.read(upToCount: 256 << 10), !piece.isEmpty {  // Unreadable: as above.
            guard check.take(piece) else { return false }
        }
        return check.isWhole()
    }

    /// The event's id in the JSON file; `nil` for a file that is not ours.
    private var sidecarID: String? {
        // Whatever cannot be opened or read is another's: a FIFO, a link, a file without rights.
        guard let handle = try? DurableFiles.openRegularFile(sidecarPath) else { return nil }
        defer { try? handle.close() }  // Opened for reading: closing loses nothing.
        guard let data = try? handle.read(upToCount: Self.maxSidecarBytes),  // Unreadable: another's.
            let json = try? JSONValue(parsing: Array(data))  // No JSON: another's.
        else { return nil }
        return json["id"]?.string
    }
}
