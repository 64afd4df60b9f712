import Foundation

/// Takes a copy of a journal's files, also while a journal writes to them.
///
/// A copy is as a power cut might have left the files at the moment at which it began, or a little later: every
/// callback that was acknowledged before that moment is in it.
public struct JournalCopy: Sendable {
    /// One file of the copy.
    public struct File: Sendable, Equatable {
        /// Its name in the journal's directory.
        public var name: String
        /// All of it.
        public var bytes: [UInt8]
    }

    /// How often a segment is read again that looks as if it had been written to in two places meanwhile.
    private static let attempts = 5
    private static let pageBytes: UInt64 = 4096

    private let directory: String

    /// Names a journal's directory; it need not be there.
    public init(of directory: String) { self.directory = directory }

    /// The callbacks that the ledger could not write, and what earlier starts found.
    ///
    /// To be copied before the ledger is, and again afterwards: one of these callbacks goes when the ledger takes it,
    /// and comes when the ledger does not.
    ///
    /// - Parameter take: Gets each file.
    /// - Throws: ``JournalError``, or what `take` throws.
    public func quarantined(_ take: (File) throws -> Void) throws {
        let names = try names().filter {
            QuarantinedCallbacks.number(of: $0) != nil || $0.hasPrefix(JournalFindings.copyPrefix)
        }
        for name in names.sorted() {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
            try take(File(name: name, bytes: Array(data)))
        }
    }

    /// The segments, newest first, and the file that names the oldest of them.
    ///
    /// Newest first and each from its end, so that what is written meanwhile never leaves a gap in the copy.
    ///
    /// - Parameters:
    ///   - handedOver: What the ledger's copy says has been handed over to it; `nil` when it does not say.
    ///   - take: Gets each file. One segment is in memory at a time.
    /// - Returns: `false` when the journal has given up callbacks meanwhile that the ledger's copy lacks: a newer copy
    ///   of the ledger has them.
    /// - Throws: ``JournalError``, or what `take` throws.
    public func segments(handedOver: Int64?, _ take: (File) throws -> Void) throws -> Bool {
        let segments = try names().compactMap { SegmentName($0) }.sorted { $0.number > $1.number }
        var oldest: (name: SegmentName, before: Int64?)?
        for segment in segments {
            guard let bytes = try steadyBytes(of: segment) else { continue }
            // Nothing was written to it yet. What is written to it from now on is behind what follows here.
            guard bytes.contains(where: { $0 != 0 }) else { continue }
            let first = JournalRecord(reading: bytes, at: 0, tag: JournalRecord.tag(at: bytes))
            if case .header? = first?.kind {
                oldest = (segment, first?.number)
            } else {
                oldest = (segment, nil)
            }
            try take(File(name: segment.text, bytes: bytes))
        }
        guard let oldest else { return true }
        try take(File(name: FirstSegment.name(oldest.name.number), bytes: []))
        guard let handedOver, let before = oldest.before else { return true }
        return before <= handedOver
    }

    /// What a copy holds, read as a start would read it.
    ///
    /// - Parameters:
    ///   - directory: The copy; nothing else writes to it. What a crash leaves is removed from it.
    ///   - handedOver: What the ledger beside it says has been handed over to it; `nil` when it does not say.
    /// - Returns: How many callbacks the next start hands over to the ledger, and what is wrong.
    /// - Throws: ``JournalError``.
    public static func check(
        _ directory: String,
        handedOver: Int64?
    ) throws(JournalError) -> (unsettled: Int, damage: [JournalDamage]) {
        let found = try JournalReader.read(directory, handedOver: handedOver)
        let quarantined = JournalFindings(at: directory).quarantined
        return (found.unsettled + quarantined, found.damage)
    }

    // MARK: Reading

    private func names() throws(JournalError) -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        // Reported as the journal's own error.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw .file("cannot list \(directory)")
        }
        return names
    }

    /// A segment without a gap that a writer has made while it was read; `nil` when it was given up.
    private func steadyBytes(of segment: SegmentName) throws(JournalError) -> [UInt8]? {
        var attempt = 1
        while true {
            guard let bytes = try bytes(of: segment) else { return nil }
            let scan = SegmentScan(bytes, tag: segment.tag)
            // One that stays is damage, which the copy is to show as the original does.
            if attempt == Self.attempts || scan.gaps.allSatisfy({ scan.mayBeTorn($0) }) { return bytes }
            attempt += 1
        }
    }

    /// A segment's bytes, its last page read first.
    private func bytes(of segment: SegmentName) throws(JournalError) -> [UInt8]? {
        let path = "\(directory)/\(segment.text)"
        guard let handle = FileHandle(forReadingAtPath: path) else {
            guard !FileManager.default.fileExists(atPath: path) else { throw .file("cannot read \(path)") }
            return nil
        }
        defer { try? handle.close() }  // Opened for reading: closing loses nothing.
        do {
            var pages: [Data] = []
            var end = try handle.seekToEnd()
            while end > 0 {
                let start = (end - 1) / Self.pageBytes * Self.pageBytes
                try handle.seek(toOffset: start)
                pages.append(try handle.read(upToCount: Int(end - start)) ?? Data())
                end = start
            }
            return pages.reversed().flatMap(\.self)
        } catch {
            throw .file("cannot read \(path): \(error.localizedDescription)")
        }
    }
}
