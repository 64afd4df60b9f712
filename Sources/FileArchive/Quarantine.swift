import BaseKit
import Foundation
import RicevutaCore

/// Contents that failed a check: one copy each, beside its reason, within a bound.
///
/// Blocks on the disk.
struct Quarantine: Sendable {
    private struct Entry {
        var name: String
        var size: Int64
        var modified: Date
    }

    /// The directory's absolute path.
    let directory: String
    /// Where files are built, on the same file system.
    let incoming: String
    /// The most bytes of contents.
    let maxBytes: Int64

    /// Quarantines a content; one that is there already is kept as it is, and counts as new again.
    ///
    /// The reason is written first, so that no content lies there without. A content that alone is larger than the
    /// bound leaves its reason only.
    ///
    /// - Returns: The error that says so.
    func keep(
        _ file: AtomicFile,
        size: Int64,
        reason: String,
        sha256: String
    ) throws(ArchiveError) -> ArchiveError {
        let note = "\(sha256).json"
        let content = "\(sha256).document"
        let isKept = size <= maxBytes
        if isKept { remove(downTo: maxBytes - size, except: sha256) }
        do throws(FileFailure) {
            let new = try AtomicFile(creating: "\(incoming)/\(TemporaryName.next())")
            let text: JSONValue = [
                "reason": .string(reason), "sha256": .string(sha256), "size": JSONValue(size),
                "isKept": .bool(isKept),
            ]
            try new.write(text.encoded(pretty: true))
            if try !new.publish(as: "\(directory)/\(note)") { new.discard() }
            if isKept, try file.publish(as: "\(directory)/\(content)") {
                return .failedCheck(QuarantinedDocument(reason: reason, path: "quarantine/\(content)", size: size))
            }
            file.discard()
        } catch {
            throw ArchiveError(error)
        }
        if isKept { touch(content) }
        let path = "quarantine/\(isKept ? content : note)"
        return .failedCheck(QuarantinedDocument(reason: reason, path: path, size: size))
    }

    /// Removes contents that were last seen before a time.
    ///
    /// - Returns: How many.
    func remove(before time: Timestamp) -> Int {
        let limit = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
        let old = entries().filter { $0.modified < limit }
        for entry in old { remove(entry) }
        return old.count { $0.name.hasSuffix(".document") }
    }

    /// Removes the oldest contents until so many bytes are left.
    private func remove(downTo bytes: Int64, except sha256: String) {
        let contents = entries().filter { $0.name.hasSuffix(".document") && !$0.name.hasPrefix(sha256) }
            .sorted { $0.modified < $1.modified }
        var total = contents.reduce(0) { $0 + $1.size }
        for entry in contents where total > bytes {
            remove(entry)
            total -= entry.size
        }
    }

    /// A content goes with its reason, the content first.
    private func remove(_ entry: Entry) {
        let stem = entry.name.prefix { $0 != "." }
        // What cannot be removed now takes room and nothing else; the next round tries again.
        for suffix in ["document", "json"] {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(stem).\(suffix)")  // As above.
        }
    }

    private func touch(_ name: String) {
        // Otherwise it is removed sooner, which loses a copy of what the provider sends again.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: "\(directory)/\(name)")
    }

    private func entries() -> [Entry] {
        // What cannot be listed or has gone by now is not removed.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { name in
            guard let found = try? FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)"),  // As above.
                let modified = found[.modificationDate] as? Date
            else { return nil }
            return Entry(name: name, size: (found[.size] as? NSNumber)?.int64Value ?? 0, modified: modified)
        }
    }
}
