public import Callbacks
import Crypto
import DurableFiles
import Foundation
import Visengine

/// Writes each notification into a directory: the document, if there is one, and beside it a JSON file with the event.
///
/// Both appear whole, synced and under their final name, the document first: who waits for the JSON file finds the document
/// there. A name that is taken by something else is never overwritten: `-2`, `-3` and so on is appended. The same
/// notification again finds its own JSON file and writes nothing.
public struct DirectorySink: Sink {
    /// The configured name.
    public let name: SinkName

    private let root: String
    private let template: NameTemplate
    private let isGroupReadable: Bool
    private let source: String

    /// Creates a sink; makes nothing yet.
    ///
    /// - Parameters:
    ///   - name: The configured name.
    ///   - root: The absolute path of the directory; made when it is missing. Files are built in its `.incoming`.
    ///   - template: The path below it.
    ///   - isGroupReadable: Whether the group may read what is written; the owner alone otherwise.
    ///   - source: CloudEvents `source`.
    public init(
        name: SinkName,
        root: String,
        template: NameTemplate = .standard,
        isGroupReadable: Bool = false,
        source: String = "urn:ricevuta"
    ) {
        self.name = name
        self.root = root
        self.template = template
        self.isGroupReadable = isGroupReadable
        self.source = source
    }

    /// Removes what an earlier process left half written.
    ///
    /// For the one process that delivers, at its start.
    public func sweep() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? []  // None before the first.
        for name in names { try? FileManager.default.removeItem(atPath: "\(incoming)/\(name)") }  // Next time, then.
    }

    /// Writes one notification.
    ///
    /// - Returns: Transient for whatever the file system does: disks are emptied and rights are mended.
    public func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        await BlockingWork.run { [self] in
            do {
                try write(parcel)
                return .accepted
            } catch {
                return .transient(reason: "\(error)")
            }
        }
    }

    private var incoming: String { "\(root)/.incoming" }

    // Each of the errors below says in one line what failed; they end in one place, above.
    private func write(_ parcel: Parcel) throws {
        let path = "\(root)/\(template.path(for: parcel.notification))"
        let permissions = isGroupReadable ? 0o750 : 0o700
        try DurableFiles.makeDirectory(incoming, permissions: permissions)
        try DurableFiles.makeDirectory((path as NSString).deletingLastPathComponent, permissions: permissions)

        for number in 1...DirectorySlot.maxNumber {
            let slot = DirectorySlot(path: number == 1 ? path : "\(path)-\(number)")
            switch slot.occupant(for: parcel.notification) {
            case .ourselves: return
            case .another: continue
            case .nobody: if try fill(slot, with: parcel) { return }
            }
        }
        throw DirectorySinkError.noFreeName(path)
    }

    /// Writes into a slot that looked free; `false` when something else was there first after all.
    private func fill(_ slot: DirectorySlot, with parcel: Parcel) throws -> Bool {
        var event = CloudEvent(notification: parcel.notification, source: source, deliveryID: parcel.deliveryID)
        if let document = parcel.notification.document {
            guard let path = parcel.documentPath else { throw DirectorySinkError.noDocument }
            // It may be there already: from an attempt that a crash cut off before the JSON file.
            if !slot.holds(document) {
                let copy = try NewFile(creating: "\(incoming)/\(UUID().uuidString)")
                var reader = try DocumentReader(document, at: path, pieceSize: 256 << 10)
                while let piece = try reader.next() { try copy.write(piece) }
                guard try publish(copy, as: slot.documentPath(document.kind)) else { return false }
            }
            event.content = .file((slot.documentPath(document.kind) as NSString).lastPathComponent)
        }
        let sidecar = try NewFile(creating: "\(incoming)/\(UUID().uuidString)")
        try sidecar.write(event.json.encoded(pretty: true) + [UInt8(ascii: "\n")])
        return try publish(sidecar, as: slot.sidecarPath)
    }

    private func publish(_ file: NewFile, as final: String) throws -> Bool {
        if isGroupReadable {
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        }
        guard try file.publish(as: final) else {
            file.discard()
            return false
        }
        return true
    }
}

/// Why a notification could not be written, beside what the file system and the archive say.
enum DirectorySinkError: Error, Equatable, CustomStringConvertible {
    case noDocument
    case noFreeName(String)

    var description: String {
        switch self {
        case .noDocument: "the notification's document has no path in the archive"
        case .noFreeName(let path):
            "\(path) and its numbered neighbours are all taken; use {notification} in the sink's template"
        }
    }
}
