public import BaseKit
import Foundation
public import RicevutaCore

/// The documents that lie in an archive's directory, whatever a ledger says of them.
public struct ArchiveListing: Sendable {
    /// One of them.
    public struct Entry: Sendable, Hashable {
        /// The SHA-256 that its content should have: its name.
        public var sha256: String
        /// Where it lies, below the archive's directory.
        public var path: String
    }

    /// All of them, in the order of their names.
    public let entries: [Entry]

    /// Lists an archive; one that is not there has no documents.
    ///
    /// - Parameter root: The archive's directory.
    /// - Throws: ``FileFailure`` when it cannot be listed.
    public init(of root: String) throws(FileFailure) {
        let documents = "\(root)/documents"
        var entries: [Entry] = []
        for folder in try Self.names(in: documents) where folder.utf8.count == 2 {
            for name in try Self.names(in: "\(documents)/\(folder)") {
                guard let sha256 = Self.hash(in: name) else { continue }
                entries.append(Entry(sha256: sha256, path: "documents/\(folder)/\(name)"))
            }
        }
        self.entries = entries
    }

    /// The hash that a document's file is named by; `nil` for any other name.
    private static func hash(in name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, DocumentKind.all.contains(where: { $0.fileExtension == parts[1] }) else { return nil }
        let isHash = parts[0].utf8.count == 64 && parts[0].allSatisfy { $0.isHexDigit && !$0.isUppercase }
        return isHash ? String(parts[0]) : nil
    }

    private static func names(in directory: String) throws(FileFailure) -> [String] {
        guard try DurableFiles.isTaken(directory) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            throw FileFailure(operation: "list", path: directory, error)
        }
    }
}

extension LocalArchive {
    /// Where a document lies, below an archive's directory.
    public static func relativePath(of document: StoredDocument) -> String {
        String(path(of: document, below: "").dropFirst())
    }
}
