import Foundation
import RicevutaCore

/// What lies where below `dataDirectory`.
struct DataDirectory: Sendable {
    /// An absolute path.
    let path: String

    /// The ledger's own directory is the data directory itself.
    var ledger: String { path }

    /// Callbacks that the ledger does not have yet.
    var journal: String { path + "/journal" }

    /// Documents, and what is on its way there.
    var archive: String { path + "/archive" }

    /// Who receives here; made at the first start.
    ///
    /// Blocks on the disk.
    ///
    /// - Returns: The receiver's id.
    /// - Throws: ``ReceiverIdentityError``, `FileFailure`.
    func receiverID() throws -> ReceiverID { try ReceiverIdentity(in: path).load() }

    /// Bytes that are free on its file system; `nil` when the system does not say.
    var freeBytes: Int64? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)  // Unknown: not full.
        return (attributes?[.systemFreeSize] as? NSNumber)?.int64Value
    }
}
