import BaseKit
import Foundation
public import RicevutaCore

/// Writes each notification into a directory: the document, if there is one, and beside it a JSON file with the event.
///
/// Both appear whole and synced, the document first: who waits for the JSON file finds the document there. Then the
/// names are synced, both by one sync of their directory, and the delivery counts. A name that is taken by something
/// else is never overwritten: `-2`, `-3` and so on is appended. The same notification again finds its own JSON file,
/// sees to it that the document is there and the names are synced, and writes nothing else.
///
/// Only regular files count as its own, and below its root no symbolic link is followed. All it does to the directory
/// blocks threads of its own: a folder on a file server that hangs makes its deliveries fail in time, and holds up
/// nothing else.
public struct DirectorySink: Sink {
    /// The configured name.
    public let name: SinkName

    let root: String
    let threads: BlockingThreads
    private let template: NameTemplate
    private let isGroupReadable: Bool
    private let source: String
    private let timeLimit: Duration

    /// Creates a sink; makes nothing yet.
    ///
    /// - Parameters:
    ///   - name: The configured name.
    ///   - root: The absolute path of the directory; made when it is missing. Files are built in its `.incoming`.
    ///   - template: The path below it.
    ///   - isGroupReadable: Whether the group may read what is written; the owner alone otherwise.
    ///   - source: CloudEvents `source`.
    ///   - timeLimit: The longest that one delivery may take.
    ///   - concurrency: The most deliveries at the same time, those included that hang.
    public init(
        name: SinkName,
        root: String,
        template: NameTemplate = .standard,
        isGroupReadable: Bool = false,
        source: String = "urn:ricevuta",
        timeLimit: Duration = .seconds(30),
        concurrency: Int = 4
    ) {
        self.name = name
        self.root = root
        self.template = template
        self.isGroupReadable = isGroupReadable
        self.source = source
        self.timeLimit = timeLimit
        threads = BlockingThreads(name: "sink-\(name)", limit: concurrency)
    }

    /// Removes what an earlier process left half written; what this one is writing stays.
    ///
    /// For the one process that delivers.
    public func sweep() async {
        // What cannot be removed takes room and nothing else; the next start tries again.
        _ = await threads.run(within: timeLimit) { [root, incoming] in
            Self.sweep(incoming) { _ in true }
            Self.sweep(root) { FolderProbe.isOurs($0) }
        }
    }

    private static func sweep(_ directory: String, _ isOurs: (String) -> Bool) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []  // Not there yet.
        for name in names where isOurs(name) && !name.contains(process) {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")  // Next time, then.
        }
    }

    /// Writes one notification.
    ///
    /// - Returns: Transient for whatever the file system does: disks are emptied and rights are mended.
    public func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let outcome = await threads.run(within: timeLimit) { [self] in
            do {
                try write(parcel)
                return DeliveryOutcome.accepted
            } catch {
                return .transient(reason: "\(error)")
            }
        }
        switch outcome {
        case .finished(let outcome): return outcome
        case .abandoned: return .transient(reason: "the folder \(root) timed out after \(timeLimit)")
        case .refused(let count):
            return .transient(
                reason: "the folder \(root) does not respond: \(count) earlier deliveries still hang"
            )
        }
    }

    /// Part of each temporary name, so that the files of this process can be told from those of an earlier one.
    static let process = String(UUID().uuidString.prefix(8))

    private var incoming: String { "\(root)/.incoming" }

    // Each of the errors below says in one line what failed; they end in one place, above.
    private func write(_ parcel: Parcel) throws {
        let path = "\(root)/\(template.path(for: parcel.notification))"
        try makeDirectory((path as NSString).deletingLastPathComponent)

        for number in 1...DirectorySlot.maxNumber {
            let slot = DirectorySlot(path: number == 1 ? path : "\(path)-\(number)")
            switch try slot.occupant(for: parcel.notification) {
            case .ourselves:
                // An earlier attempt gave the names, and may have ended before they were synced: a power cut may have
                // taken either.
                if let document = parcel.notification.document { _ = try place(document, of: parcel, in: slot) }
                return try DurableFiles.sync(directory: slot.directory, .whereSupported)
            case .another: continue
            case .nobody: if try fill(slot, with: parcel) { return }
            }
        }
        throw DirectorySinkError.noFreeName(path)
    }

    private func makeDirectory(_ path: String, syncing: NameSyncing = .whereSupported) throws {
        try DurableFiles.makeDirectory(
            path,
            permissions: isGroupReadable ? 0o750 : 0o700,
            below: root,
            syncing: syncing
        )
    }

    /// Writes into a slot that looked free; `false` when something else was there first after all.
    private func fill(_ slot: DirectorySlot, with parcel: Parcel) throws -> Bool {
        var event = CloudEvent(notification: parcel.notification, source: source, deliveryID: parcel.deliveryID)
        if let document = parcel.notification.document {
            guard try place(document, of: parcel, in: slot) else { return false }
            event.content = .file((slot.documentPath(document.kind) as NSString).lastPathComponent)
        }
        let sidecar = try newFile()
        try sidecar.write(event.json.encoded(pretty: true) + [UInt8(ascii: "\n")])
        guard try name(sidecar, slot.sidecarPath) else { return false }
        try DurableFiles.sync(directory: slot.directory, .whereSupported)
        return true
    }

    /// Sees to it that the document is there, synced; its name is not synced yet.
    ///
    /// - Returns: `false` when something else has its name.
    private func place(_ document: StoredDocument, of parcel: Parcel, in slot: DirectorySlot) throws -> Bool {
        let final = slot.documentPath(document.kind)
        // From an attempt that ended before the JSON file, or whose names were not synced.
        if slot.holds(document) {
            try DurableFiles.sync(file: final)
            return true
        }
        guard let path = parcel.documentPath else { throw DirectorySinkError.noDocument }
        let copy = try newFile()
        var reader = try DocumentReader(document, at: path, pieceSize: 256 << 10)
        while let piece = try reader.next() { try copy.write(piece) }
        return try name(copy, final)
    }

    /// A file in `.incoming`, whose own name no power cut matters to.
    private func newFile() throws -> NewFile {
        let path = "\(incoming)/\(Self.process)-\(UUID().uuidString)"
        do throws(FileFailure) {
            return try NewFile(creating: path)
        } catch {
            guard error.code == ENOENT else { throw error }
            try makeDirectory(incoming, syncing: .notNeeded)
            return try NewFile(creating: path)
        }
    }

    /// Syncs a file and gives it its name, which is not synced yet.
    ///
    /// - Returns: `false` when the name is taken.
    private func name(_ file: NewFile, _ final: String) throws -> Bool {
        if isGroupReadable {
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        }
        guard try file.name(final) else {
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
        case .noDocument: "the notification's document is missing from the archive"
        case .noFreeName(let path):
            "no free file name for \(path) after 1000 attempts; use {notification} in the sink's template"
        }
    }
}
