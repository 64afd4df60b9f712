import BaseKit
import Foundation
import Synchronization

/// Who may read what a directory sink writes.
struct FolderAccess: Sendable, Equatable {
    /// Of each file: read and write for the owner, and whatever others have been given.
    var mode = 0o600
    /// The name or the number of the group of each file and directory; `nil` leaves the service's own.
    var group: String?

    /// Of each directory: whoever may read its files may also look them up.
    var directoryMode: Int { mode | (mode & 0o444) >> 2 }

    /// Reads a mode: three octal digits, the first of them 6 or 7, after a zero or not; `nil` for anything else.
    static func mode(_ text: String) -> Int? {
        let digits = text.utf8.count == 4 && text.hasPrefix("0") ? text.dropFirst() : text[...]
        guard digits.utf8.count == 3, let mode = Int(digits, radix: 8), mode & 0o600 == 0o600 else { return nil }
        return mode
    }

    /// Gives a new file its permissions and its group.
    ///
    /// - Throws: `FileFailure`.
    func apply(toFile path: String) throws(FileFailure) {
        if mode != 0o600 { try set([.posixPermissions: mode], "set the permissions of", path) }
        try applyGroup(to: path)
    }

    /// Gives a file or a directory its group.
    ///
    /// - Throws: `FileFailure`, among others when the service's user is no member of the group.
    func applyGroup(to path: String) throws(FileFailure) {
        guard let group else { return }
        if let number = UInt32(group) {
            try set([.groupOwnerAccountID: NSNumber(value: number)], "set the group of", path)
        } else {
            try set([.groupOwnerAccountName: group], "set the group of", path)
        }
    }

    private func set(_ attributes: [FileAttributeKey: Any], _ operation: String, _ path: String) throws(FileFailure) {
        do {
            try FileManager.default.setAttributes(attributes, ofItemAtPath: path)
        } catch {
            throw FileFailure(operation: operation, path: path, error)
        }
    }
}

/// The directories of one sink that have been given its group, each once for a process.
final class GrantedDirectories: Sendable {
    private let paths = Mutex<Set<String>>([])

    /// Gives each directory from below the root down to the path its group.
    func grant(_ path: String, below root: String, _ access: FolderAccess) throws(FileFailure) {
        guard path != root, !paths.withLock({ $0.contains(path) }) else { return }
        try grant(DurableFiles.parent(of: path), below: root, access)
        try access.applyGroup(to: path)
        paths.withLock { paths in
            if paths.count >= 10_000 { paths = [] }  // Forgetting costs a call for each, no more.
            paths.insert(path)
        }
    }
}
