import BaseKit
import Foundation

/// The names in a journal's directory.
struct SegmentListing {
    /// The segments that are not given up.
    private(set) var names: [SegmentName] = []
    /// The number of the first of them; `nil` when the directory does not say.
    private(set) var first: Int?
    /// The greatest number of a quarantined callback; 0 without any.
    private(set) var newestQuarantined: Int64 = 0

    /// Lists a directory, making it if it is missing, and removes what was begun or given up.
    init(_ directory: String) throws(JournalError) {
        do throws(FileFailure) {
            try DurableFiles.makeDirectory(directory)
            // A process that was killed may have left names that no power cut would spare.
            try DurableFiles.sync(directory: directory)
            try DurableFiles.sync(directory: DurableFiles.parent(of: directory))
        } catch {
            throw JournalError(error)
        }
        // Reported as the journal's own error.
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw .file("cannot list \(directory)")
        }
        first = found.compactMap(FirstSegment.number).max()
        for name in found {
            let path = "\(directory)/\(name)"
            if name.hasPrefix(".new-") {
                try? FileManager.default.removeItem(atPath: path)  // Left by a crash; it was nothing yet.
            } else if let number = QuarantinedCallbacks.number(of: name) {
                newestQuarantined = max(newestQuarantined, number)
            } else if name.hasPrefix(SegmentName.prefix) {
                guard let segment = SegmentName(name) else { throw .unknownFile(path) }
                if let first, segment.number < first {
                    try? FileManager.default.removeItem(atPath: path)  // Given up; if it stays, the next start tries.
                } else {
                    names.append(segment)
                }
            }
        }
    }
}

/// Which segments are not given up: a file without content, whose name has the number of the first of them.
///
/// It is renamed and its directory synced before a segment is removed. So a segment that is not there and has a greater
/// number was removed by somebody else.
struct FirstSegment: Sendable {
    private static let prefix = "first-"
    private let directory: String

    init(directory: String) { self.directory = directory }

    /// The file's name for the first segment's number.
    static func name(_ number: Int) -> String { prefix + SegmentName.text(number) }

    static func number(_ name: String) -> Int? {
        name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count)) : nil
    }

    /// Writes it down; afterwards the segments before may be removed.
    func set(_ number: Int) throws(JournalError) {
        // When it cannot be listed a further one is made, if any: the greatest counts.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let found = names.filter { Self.number($0) != nil }.sorted { Self.number($0) ?? 0 < Self.number($1) ?? 0 }
        let path = "\(directory)/\(Self.name(number))"
        do {
            if let last = found.last {
                guard Self.number(last) ?? 0 < number else { return }
                // A name that is there needs no room on a full disk.
                try FileManager.default.moveItem(atPath: "\(directory)/\(last)", toPath: path)
            } else {
                guard FileManager.default.createFile(atPath: path, contents: nil) else {
                    throw JournalError.file("cannot create \(path)")
                }
            }
            try DurableFiles.sync(directory: directory)
        } catch let error as FileFailure {
            throw JournalError(error)
        } catch let error as JournalError {
            throw error
        } catch {
            throw .file("cannot rename to \(path): \(error)")
        }
        // Of several, the greatest counts.
        for name in found.dropLast() { try? FileManager.default.removeItem(atPath: "\(directory)/\(name)") }
    }
}
