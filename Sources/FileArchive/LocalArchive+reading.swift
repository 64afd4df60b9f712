public import Foundation
public import RicevutaCore

extension LocalArchive {
    /// Hands a document out in pieces, and sees to it that it is still what was archived.
    ///
    /// Blocks on the disk.
    ///
    /// - Parameters:
    ///   - document: The document.
    ///   - root: The archive's directory.
    ///   - take: Gets each piece; the last one only once length and hash were found right.
    /// - Throws: ``DocumentReadError``, possibly after pieces were handed out, which are void then; or what `take`
    ///   throws.
    public static func read(_ document: StoredDocument, below root: String, _ take: (Data) throws -> Void) throws {
        var file = try DocumentFile(document, at: path(of: document, below: root))
        while let piece = try file.next(upTo: 256 << 10) { try take(piece) }
    }

    /// What is wrong with a document; `nil` when its file is there and is what was archived.
    ///
    /// Blocks on the disk, for as long as reading the document takes.
    public static func problem(of document: StoredDocument, below root: String) -> DocumentReadError? {
        do throws(DocumentReadError) {
            var file = try DocumentFile(document, at: path(of: document, below: root))
            while try file.next(upTo: 256 << 10) != nil {}
            return nil
        } catch {
            return error
        }
    }

    /// Removes a quarantined content and its reason.
    ///
    /// - Parameters:
    ///   - document: Which one.
    ///   - root: The archive's directory.
    /// - Throws: ``ArchiveError`` when it cannot be removed; it is not an error if it is gone already.
    public static func remove(_ document: QuarantinedDocument, below root: String) throws(ArchiveError) {
        let stem = document.path.prefix { $0 != "." }
        // The content first: none lies there without its reason.
        for path in ["\(root)/\(stem).document", "\(root)/\(stem).json"] {
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                let isGone = (error as? CocoaError)?.code == .fileNoSuchFile
                guard isGone || !FileManager.default.fileExists(atPath: path) else {
                    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
                    throw .io(doing: "remove", path: path, errno: Int32(clamping: cause?.code ?? 0))
                }
            }
        }
    }
}
