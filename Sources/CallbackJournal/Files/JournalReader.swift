import Callbacks
import DurableFiles
import Foundation

/// Finds what a journal's files hold, whatever state a crash has left them in.
struct JournalReader {
    /// What was found.
    struct Found {
        /// The files, with the greatest number in each; 0 when it has none.
        var segments: [(name: SegmentName, lastNumber: Int64)] = []
        /// Callbacks that the ledger may not have, by number.
        var unsettled: [ReceivedCallback] = []
        var settled: Int64 = 0
        var newest: Int64 = 0
        /// Places that held something which the ledger may not have, and hold no record.
        var damaged = 0
    }

    /// A place that holds no record though a later one follows.
    private struct Gap {
        let name: SegmentName
        let bytes: ArraySlice<UInt8>
        /// The numbers that are missing there.
        let missing: Range<Int64>
    }

    private let directory: String
    private var found = Found()
    private var gaps: [Gap] = []
    private var records: [Int64: (name: SegmentName, bytes: [UInt8], record: JournalRecord)] = [:]

    /// Reads a directory, making it if it is missing.
    static func read(_ directory: String) throws(JournalError) -> Found {
        var reader = JournalReader(directory: directory)
        try reader.readFiles()
        reader.judge()
        return reader.found
    }

    private init(directory: String) { self.directory = directory }

    private mutating func readFiles() throws(JournalError) {
        do throws(FileFailure) {
            try DurableFiles.makeDirectory(directory)
            // A process that was killed may have left names that no power cut would spare.
            try DurableFiles.sync(directory: directory)
            try DurableFiles.sync(directory: (directory as NSString).deletingLastPathComponent)
        } catch {
            throw JournalError(error)
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw .file("cannot list \(directory)")
        }
        for name in names.sorted() {
            let path = "\(directory)/\(name)"
            if name.hasPrefix(".new-") {
                try? FileManager.default.removeItem(atPath: path)  // Left by a crash; it was nothing yet.
            } else if let number = SetAside.number(of: name) {
                found.newest = max(found.newest, number)
            } else if name.hasPrefix(SegmentName.prefix) {
                guard let segment = SegmentName(name) else { throw .unknownFile(path) }
                guard let data = FileManager.default.contents(atPath: path) else { throw .file("cannot read \(path)") }
                found.segments.append((segment, scan(Array(data), segment)))
            }
        }
    }

    /// Reads one file's records, each with a greater number than the one before: what follows the last is older, left
    /// over from the file's former use.
    ///
    /// - Returns: The greatest number in it.
    private mutating func scan(_ bytes: [UInt8], _ name: SegmentName) -> Int64 {
        var last: Int64 = 0
        var position = 0
        var gap: Int?
        while position < bytes.count {
            guard let record = JournalRecord(reading: bytes, at: position, tag: name.tag),
                record.number > last || record.isNote && record.number == last
            else {
                gap = gap ?? position
                position += 8
                continue
            }
            if let start = gap {
                let next = record.isNote ? record.number + 1 : record.number
                gaps.append(Gap(name: name, bytes: bytes[start..<position], missing: last + 1..<max(next, last + 1)))
                gap = nil
            }
            last = record.number
            found.settled = max(found.settled, record.settled)
            if !record.isNote { records[record.number] = (name, bytes, record) }
            position = record.end
        }
        found.newest = max(found.newest, last, found.settled)
        return last
    }

    /// Tells, now that it is known what the ledger has, what it is missing.
    private mutating func judge() {
        for (number, (name, bytes, record)) in records.sorted(by: { $0.key < $1.key }) where number > found.settled {
            if let callback = record.callback(in: bytes) {
                found.unsettled.append(callback)
            } else {
                gaps.append(Gap(name: name, bytes: bytes[record.payload], missing: number..<number + 1))
            }
        }
        for gap in gaps where gap.missing.upperBound > found.settled + 1 && !gap.missing.isEmpty {
            found.damaged += 1
            keep(gap)
        }
    }

    /// Copies a damaged place to a file of its own, once, for whoever wants to look; the journal's file is used again.
    private func keep(_ gap: Gap) {
        let content = String(CRC32C.checksum(Array(gap.bytes), 0..<gap.bytes.count), radix: 16)
        let copy = "\(directory)/damaged-\(gap.name.number)-\(gap.bytes.startIndex)-\(content)"
        guard !FileManager.default.fileExists(atPath: copy) else { return }
        try? Data(gap.bytes).write(to: URL(fileURLWithPath: copy))  // What can be read matters more.
    }
}
