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

    /// What bounds each delivery; deliveries that hang count.
    public let limits: SinkLimits

    let root: String
    private let threads: BlockingThreads
    /// How the names of temporary files begin, so that no receiver removes what another one is writing.
    private let owner: String
    private let template: NameTemplate
    private let access: FolderAccess
    private let source: String
    /// Directories whose group has been set.
    private let granted = GrantedDirectories()

    /// Creates a sink; makes nothing yet.
    ///
    /// - Parameters:
    ///   - name: The configured name.
    ///   - receiver: Who delivers; several may share the folder. `nil` in a command.
    ///   - root: The absolute path of the directory; made when it is missing. Files are built in its `.incoming`.
    ///   - template: The path below it.
    ///   - source: CloudEvents `source`.
    ///   - limits: What bounds each delivery; deliveries that hang count.
    public init(
        name: SinkName,
        receiver: ReceiverID? = nil,
        root: String,
        template: NameTemplate = .standard,
        source: String = "urn:ricevuta",
        limits: SinkLimits = SinkLimits()
    ) {
        self.init(
            name: name,
            receiver: receiver,
            root: root,
            template: template,
            access: FolderAccess(),
            source: source,
            limits: limits
        )
    }

    /// Creates a sink whose files others may read.
    init(
        name: SinkName,
        receiver: ReceiverID? = nil,
        root: String,
        template: NameTemplate = .standard,
        access: FolderAccess,
        source: String = "urn:ricevuta",
        limits: SinkLimits = SinkLimits()
    ) {
        self.name = name
        owner = receiver?.rawValue ?? "command"
        self.root = root
        self.template = template
        self.access = access
        self.source = source
        self.limits = limits
        threads = BlockingThreads(name: "sink-\(name)", limit: limits.concurrency)
    }

    /// Makes the folder, removes what an earlier process left half written, and tries the folder out.
    ///
    /// What this process or another receiver is writing stays.
    ///
    /// - Returns: What its file system lacks, as SMB shares do.
    /// - Throws: ``SinkFailure``.
    public func prepare() async throws(SinkFailure) -> [String] {
        try await probe { sink throws(FileFailure) in
            let isNew = try !DurableFiles.isTaken(sink.root)
            try sink.makeDirectory(sink.root)
            if isNew { try sink.access.applyGroup(to: sink.root) }
            // What cannot be removed takes room and nothing else; the next start tries again.
            sink.sweep(sink.incoming, prefix: "")
            sink.sweep(sink.root, prefix: FolderProbe.prefix)
        }
    }

    /// Tries the folder out, in a hidden directory that is removed afterwards; a folder that is not there is left so.
    ///
    /// - Returns: What its file system lacks, as SMB shares do.
    /// - Throws: ``SinkFailure``.
    public func check() async throws(SinkFailure) -> [String] { try await probe { _ throws(FileFailure) in } }

    /// Does nothing: each delivery closes what it opens.
    public func close() async {}

    private func probe(
        after preparing: @escaping @Sendable (DirectorySink) throws(FileFailure) -> Void
    ) async throws(SinkFailure) -> [String] {
        let outcome = await threads.run(within: limits.timeLimit) { [self] in
            Result { () throws(SinkFailure) in
                do throws(FileFailure) { try preparing(self) } catch { throw .unusable(reason: "\(error)") }
                return try FolderProbe(root: root, owner: temporaryName, access: access).limitations()
            }
        }
        switch outcome {
        case .finished(let found): return try found.get()
        case .abandoned: throw .unreachable(reason: "the folder \(root) does not respond")
        case .refused(let count):
            throw .unreachable(reason: "the folder \(root) does not respond: \(count) earlier deliveries still hang")
        }
    }

    private func sweep(_ directory: String, prefix: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []  // Not there yet.
        for name in names
        where name.hasPrefix("\(prefix)\(owner)-") && !name.hasPrefix("\(prefix)\(owner)-\(TemporaryName.process)-") {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")  // Next time, then.
        }
    }

    /// Writes one notification.
    ///
    /// - Returns: Transient for whatever the file system does: disks are emptied and rights are mended.
    public func deliver(_ delivery: DeliveryAttempt) async -> DeliveryResult {
        // What was written after all, if late, is written.
        await TimeLimit.run(limits.timeLimit) { [self] in
            do {
                let content = try await content(of: delivery)
                try await onThread {
                    // What has got no name is not needed: the notification was there already, or it failed.
                    defer { if case .staged(let file) = content { file.discard() } }
                    try write(delivery, content)
                }
                return DeliveryResult(.accepted)
            } catch let error as DocumentReadError {
                return DeliveryResult(.unreadable(reason: "\(error)"))
            } catch DocumentCopyError.source(let error) {
                return DeliveryResult(.unreadable(reason: "\(error)"))
            } catch {
                return DeliveryResult(.transient(reason: "\(error)"))
            }
        }
        .value
    }

    /// Where the document of one delivery comes from.
    private enum Content {
        case local(any LocalDocument)
        /// A file in `.incoming` that has it already.
        case staged(AtomicFile)
    }

    /// Fetches a document that does not lie on this machine; one that does is read when it is written.
    private func content(of delivery: DeliveryAttempt) async throws -> Content? {
        guard let reader = try await delivery.openDocument() else { return nil }
        if let local = reader.local { return .local(local) }
        let file = try await onThread { try newFile() }
        do {
            while let piece = try await reader.read(upTo: 256 << 10) { try await onThread { try file.write(piece) } }
        } catch {
            // A thread that hangs has the file, and removes it when it comes to an end.
            _ = await threads.run { file.discard() }
            throw error
        }
        return .staged(file)
    }

    private func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        switch await threads.run({ Result { try work() } }) {
        case .finished(let result): return try result.get()
        case .abandoned: throw DirectorySinkError.timedOut(root, limits.timeLimit)
        case .refused(let count): throw DirectorySinkError.notResponding(root, hanging: count)
        }
    }

    private var temporaryName: String { "\(owner)-\(TemporaryName.next())" }

    private var incoming: String { "\(root)/.incoming" }

    // Each of the errors below says in one line what failed; they end in one place, above.
    private func write(_ delivery: DeliveryAttempt, _ content: Content?) throws {
        let path = "\(root)/\(template.path(for: delivery.notification))"
        try makeDirectory(DurableFiles.parent(of: path))

        for number in 1...DirectorySlot.maxNumber {
            let slot = DirectorySlot(path: number == 1 ? path : "\(path)-\(number)")
            // Whoever took a name between the look and the writing may be an earlier attempt of this delivery that went
            // on after its time: so the same names are looked at again, once for each of the two files.
            for _ in 0..<3 {
                if try take(slot, for: delivery, content) { return }
                if case .another = try slot.occupant(for: delivery.notification) { break }
            }
        }
        throw DirectorySinkError.noFreeName(path)
    }

    /// Whether the notification is in the slot, durably; `false` when it is, or was meanwhile, somebody else's.
    private func take(_ slot: DirectorySlot, for delivery: DeliveryAttempt, _ content: Content?) throws -> Bool {
        switch try slot.occupant(for: delivery.notification) {
        case .another: return false
        case .nobody: return try fill(slot, with: delivery, content)
        case .ourselves:
            // An earlier attempt gave the names, and may have ended before they were synced: a power cut may have taken
            // either.
            if let document = delivery.notification.document, let content {
                guard try place(document, from: content, in: slot) else {
                    throw DirectorySinkError.documentReplaced(slot.documentPath(document.kind))
                }
            }
            try DurableFiles.sync(directory: slot.directory, .whereSupported)
            return true
        }
    }

    private func makeDirectory(
        _ path: String,
        syncing: NameSyncing = .whereSupported
    ) throws(FileFailure) {
        let isOwn = path == incoming
        try DurableFiles.makeDirectory(
            path,
            permissions: isOwn ? 0o700 : access.directoryMode,
            below: root,
            syncing: syncing
        )
        // The folder itself is the operator's, and what is not finished is nobody's.
        guard access.group != nil, !isOwn, path.hasPrefix(root + "/") else { return }
        try granted.grant(path, below: root, access)
    }

    /// Writes into a slot that looked free; `false` when something else was there first after all.
    private func fill(_ slot: DirectorySlot, with delivery: DeliveryAttempt, _ content: Content?) throws -> Bool {
        var event = CloudEvent(delivery, source: source)
        if let document = delivery.notification.document, let content {
            guard try place(document, from: content, in: slot) else { return false }
            event.content = .file((slot.documentPath(document.kind) as NSString).lastPathComponent)
        }
        let sidecar = try newFile()
        try sidecar.write(event.json.encoded(pretty: true) + [UInt8(ascii: "\n")])
        guard try sidecar.name(slot.sidecarPath) else { return false }
        try DurableFiles.sync(directory: slot.directory, .whereSupported)
        return true
    }

    /// Sees to it that the document is there, synced; its name is not synced yet.
    ///
    /// - Returns: `false` when something else has its name.
    private func place(_ document: StoredDocument, from content: Content, in slot: DirectorySlot) throws -> Bool {
        let final = slot.documentPath(document.kind)
        // From an attempt that ended before the JSON file, or whose names were not synced.
        if slot.holds(document) {
            try DurableFiles.sync(file: final)
            return true
        }
        switch content {
        case .staged(let file): return try file.name(final)
        case .local(let source):
            let copy = try newFile()
            try source.copy(into: copy)
            return try copy.name(final)
        }
    }

    /// A file in `.incoming`, whose own name no power cut matters to.
    private func newFile() throws(FileFailure) -> AtomicFile {
        let path = "\(incoming)/\(temporaryName)"
        let file: AtomicFile
        do throws(FileFailure) {
            file = try AtomicFile(creating: path)
        } catch {
            guard error.code == ENOENT else { throw error }
            try makeDirectory(incoming, syncing: .notNeeded)
            file = try AtomicFile(creating: path)
        }
        try access.apply(toFile: path)
        return file
    }
}

/// Why a notification could not be written, beside what the file system and the archive say.
enum DirectorySinkError: Error, Equatable, CustomStringConvertible {
    case noFreeName(String)
    case documentReplaced(String)
    case timedOut(String, Duration)
    case notResponding(String, hanging: Int)

    var description: String {
        switch self {
        case .noFreeName(let path):
            "no free file name for \(path) after 1000 attempts; use {notification} in the sink's template"
        case .documentReplaced(let path):
            "\(path) is not the document that was delivered there: it was changed or replaced; move it away"
        case .timedOut(let root, let limit): "the folder \(root) timed out after \(Quantity.spoken(limit))"
        case .notResponding(let root, let count):
            "the folder \(root) does not respond: \(count) earlier deliveries still hang"
        }
    }
}
