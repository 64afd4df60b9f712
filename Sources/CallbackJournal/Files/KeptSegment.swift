import Foundation

/// A segment that is not written to any more, without its open file.
struct KeptSegment: Sendable {
    let name: SegmentName
    let path: String
    /// The size of its file.
    let capacity: Int
    /// The greatest number of a callback in it.
    let lastNumber: Int64
    /// When it was written to last, in milliseconds since 1970, or a little later.
    let writtenAt: Int64

    /// Notes a segment; where it is not known when it was written to last, the file system says it.
    init(name: SegmentName, directory: String, capacity: Int, lastNumber: Int64, writtenAt: Int64? = nil) {
        self.name = name
        path = "\(directory)/\(name.text)"
        self.capacity = capacity
        self.lastNumber = lastNumber
        self.writtenAt = writtenAt ?? Self.modified(path)
    }

    private static func modified(_ path: String) -> Int64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)  // Unknown is now: kept longer.
        return ((attributes?[.modificationDate] as? Date) ?? Date()).milliseconds
    }
}

extension Date {
    /// Milliseconds since 1970.
    var milliseconds: Int64 { Int64(timeIntervalSince1970 * 1000) }
}
