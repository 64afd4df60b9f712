import BaseKit
import Foundation
import RicevutaCore

/// What a backup holds: each file with its size and hash, and how far it goes.
///
/// Written last, one JSON object a line: what the backup is, each file, and how many there are. A backup without it, or
/// with half of it, is none.
struct BackupManifest: Equatable, Sendable {
    /// One file.
    struct Entry: Equatable, Sendable {
        /// Below the backup's folder, as below a data directory.
        var path: String
        var bytes: Int64
        /// 64 hexadecimal digits in lower case.
        var sha256: String
    }

    /// The manifest's own name in the folder.
    static let name = "manifest.jsonl"
    private static let format = "ricevuta backup"
    private static let version: Int64 = 1

    /// The program that made it.
    var program = "ricevuta \(ProgramVersion.number)"
    /// Whose data it is; `nil` where nothing has served yet.
    var receiver: ReceiverID?
    /// When the copy of the ledger was begun: what is in the ledger alone, such as an order that was placed, is as it
    /// was then.
    var ledgerAt: Timestamp
    /// Each callback that was acknowledged before is in it.
    var acknowledgedUntil: Timestamp
    /// What the ledger's copy holds.
    var orders: Int
    var callbacks: Int
    var documents: Int
    /// Documents of the ledger that the archive did not have, or not as they were stored, by hash.
    var missingDocuments: [String]
    var entries: [Entry]

    /// All files together.
    var bytes: Int64 { entries.reduce(0) { $0 + $1.bytes } }

    // MARK: Writing

    /// The manifest as text.
    func encoded() -> [UInt8] {
        let head: JSONValue = [
            "format": .string(Self.format), "version": JSONValue(Self.version), "program": .string(program),
            "receiver": JSONValue(receiver?.rawValue), "ledgerAt": .string(ledgerAt.description),
            "acknowledgedUntil": .string(acknowledgedUntil.description),
            "milliseconds": [JSONValue(ledgerAt.milliseconds), JSONValue(acknowledgedUntil.milliseconds)],
            "orders": JSONValue(orders),
            "callbacks": JSONValue(callbacks), "documents": JSONValue(documents),
            "missingDocuments": .array(missingDocuments.map { .string($0) }),
        ]
        let files = entries.map { entry -> JSONValue in
            ["path": .string(entry.path), "bytes": JSONValue(entry.bytes), "sha256": .string(entry.sha256)]
        }
        let end: JSONValue = ["files": JSONValue(entries.count), "bytes": JSONValue(bytes)]
        return ([head] + files + [end]).flatMap { $0.encoded() + [UInt8(ascii: "\n")] }
    }

    // MARK: Reading

    /// Reads a manifest.
    ///
    /// - Throws: ``CommandFailure`` when it is not whole, or of a newer program.
    init(parsing bytes: Data, of folder: String) throws(CommandFailure) {
        var lines: [JSONValue] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            // Reported below, as any other line that is not one of a manifest.
            guard let value = try? JSONValue(parsing: Array(line)) else { throw Self.damaged(folder) }
            lines.append(value)
        }
        guard let head = lines.first, head["format"]?.string == Self.format, let version = head["version"]?.int64 else {
            throw Self.damaged(folder)
        }
        guard version <= Self.version else {
            let program = head["program"]?.string ?? "unknown"
            throw CommandFailure(
                .backupNewer,
                "the backup \(folder) was made by a newer program (\(program)); use that"
            )
        }
        guard let end = lines.last, let count = end["files"]?.int64, let size = end["bytes"]?.int64,
            let times = head["milliseconds"]?.array?.compactMap(\.int64), times.count == 2,
            let orders = head["orders"]?.int64, let callbacks = head["callbacks"]?.int64,
            let documents = head["documents"]?.int64
        else { throw Self.damaged(folder) }
        program = head["program"]?.string ?? ""
        receiver = head["receiver"]?.string.flatMap(ReceiverID.init(rawValue:))
        ledgerAt = Timestamp(milliseconds: times[0])
        acknowledgedUntil = Timestamp(milliseconds: times[1])
        (self.orders, self.callbacks, self.documents) = (Int(orders), Int(callbacks), Int(documents))
        missingDocuments = head["missingDocuments"]?.array?.compactMap(\.string) ?? []
        entries = lines.dropFirst().dropLast().compactMap { line in
            guard let path = line["path"]?.string, Self.isInside(path), let bytes = line["bytes"]?.int64,
                let sha256 = line["sha256"]?.string
            else { return nil }
            return Entry(path: path, bytes: bytes, sha256: sha256)
        }
        guard entries.count == Int(count), lines.count == entries.count + 2, self.bytes == size else {
            throw Self.damaged(folder)
        }
    }

    /// Creates a manifest of what was copied.
    init(
        receiver: ReceiverID?,
        ledgerAt: Timestamp,
        acknowledgedUntil: Timestamp,
        ledger: LedgerInventory,
        missingDocuments: [String],
        entries: [Entry]
    ) {
        self.receiver = receiver
        self.ledgerAt = ledgerAt
        self.acknowledgedUntil = acknowledgedUntil
        orders = ledger.orders.count
        callbacks = ledger.callbacks
        documents = ledger.documents.count
        self.missingDocuments = missingDocuments
        self.entries = entries
    }

    /// Whether a path leads nowhere but below the folder: a backup may come from elsewhere.
    private static func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    private static func damaged(_ folder: String) -> CommandFailure {
        CommandFailure(.backupDamaged, "the manifest of the backup \(folder) is damaged; use another backup")
    }
}
