import BaseKit
import Foundation
import RicevutaCore

/// Callbacks that the ledger cannot write while it writes others.
///
/// Each has a file of its own, retried at each start.
struct QuarantinedCallbacks: Sendable {
    /// One of them.
    struct Entry: Sendable {
        let path: String
        let callback: ReceivedCallback
    }

    private static let prefix = "quarantined-"
    /// No record is searched for inside these files, so it need not be secret.
    private static let tag: UInt64 = 0x3165_6469_7361
    private let directory: String

    init(directory: String) { self.directory = directory }

    /// The number of the callback in a file of that name; `nil` when it is another one.
    static func number(of name: String) -> Int64? {
        guard name.hasPrefix(prefix) else { return nil }
        return name.dropFirst(prefix.count).split(separator: "-").first.flatMap { Int64($0) }
    }

    /// Those that are there; one that cannot be read stays where it is.
    func all() -> [Entry] {
        // Nothing is lost by not seeing them: they are there at the next start.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasPrefix(Self.prefix) }.sorted().compactMap { name in
            let path = "\(directory)/\(name)"
            let bytes = FileManager.default.contents(atPath: path).map { Array($0) } ?? []
            guard let callback = JournalRecord(reading: bytes, at: 0, tag: Self.tag)?.callback(in: bytes) else {
                return nil
            }
            return Entry(path: path, callback: callback)
        }
    }

    /// Quarantines a callback, synced.
    ///
    /// - Returns: Whether it is there now.
    func add(_ callback: ReceivedCallback) -> Bool {
        let number = callback.number ?? 0
        var bytes: [UInt8] = []
        JournalRecord.append(callback, tag: Self.tag, number: number, settled: 0, to: &bytes)
        // Named after its content: one that was handed over again after a crash is found there already.
        let content = String(CRC32C.checksum(bytes, 0..<bytes.count), radix: 16)
        let final = "\(directory)/\(Self.prefix)\(number)-\(content)"
        do throws(FileFailure) {
            if FileManager.default.contents(atPath: final) == Data(bytes) {
                try DurableFiles.sync(directory: directory)
                return true
            }
            let file = try AtomicFile(creating: "\(directory)/.new-\(number)-\(TemporaryName.next())")
            try file.write(bytes)
            return try file.publish(as: final)
        } catch {
            return false
        }
    }

    /// Removes one that the ledger has taken after all.
    func remove(_ entry: Entry) -> Bool {
        // One that stays is handed over again at the next start, and found to be known.
        (try? FileManager.default.removeItem(atPath: entry.path)) != nil
    }
}
