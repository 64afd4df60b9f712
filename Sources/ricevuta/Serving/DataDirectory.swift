import Foundation
import RicevutaCore

/// What lies where below `dataDirectory`.
struct DataDirectory: Sendable {
    /// An absolute path.
    let path: String

    static let ledgerName = "ledger.sqlite"
    static let journalName = "journal"
    static let archiveName = "archive"
    static let receiverName = ReceiverIdentity.name

    /// The ledger's own directory is the data directory itself.
    var ledger: String { path }

    /// Callbacks that the ledger does not have yet.
    var journal: String { "\(path)/\(Self.journalName)" }

    /// Documents, and what is on its way there.
    var archive: String { "\(path)/\(Self.archiveName)" }

    /// Who receives here; made at the first start.
    ///
    /// Blocks on the disk.
    ///
    /// - Returns: The receiver's id.
    /// - Throws: ``ReceiverIdentityError``, `FileFailure`.
    func receiverID() throws -> ReceiverID { try ReceiverIdentity(in: path).load() }

    /// The same where nobody has served yet: `nil`, and none is made.
    ///
    /// - Throws: ``ReceiverIdentityError``, `FileFailure`.
    func existingReceiverID() throws -> ReceiverID? { try ReceiverIdentity(in: path).read() }

    /// The file that holds it.
    var receiverFile: String { "\(path)/\(Self.receiverName)" }

    /// The file that holds the ledger, but for what its log holds.
    var ledgerFile: String { "\(path)/\(Self.ledgerName)" }

    /// Bytes of the ledger's files, by what they are; those that are not there are left out.
    var ledgerBytes: [String: Int64] {
        ["database": ledgerFile, "log": ledgerFile + "-wal"].compactMapValues { file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)  // Missing has no size.
            return (attributes?[.size] as? NSNumber)?.int64Value
        }
    }

    /// Bytes that are free on its file system; `nil` when the system does not say.
    var freeBytes: Int64? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)  // Unknown: not full.
        return (attributes?[.systemFreeSize] as? NSNumber)?.int64Value
    }
}
