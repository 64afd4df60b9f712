import Foundation

/// A document's bytes, read where they are needed.
struct DocumentBytes {
    enum Source {
        case file(FileHandle)
        case memory([UInt8])
    }

    let size: Int64
    private let source: Source

    init(_ source: Source, size: Int64) {
        self.source = source
        self.size = size
    }

    /// Up to `count` bytes from an offset; fewer at the end.
    func read(at offset: Int64, count: Int) throws -> [UInt8] {
        switch source {
        case .file(let handle):
            try handle.seek(toOffset: UInt64(offset))
            return Array(try handle.read(upToCount: count) ?? Data())
        case .memory(let bytes):
            let start = min(max(0, Int(clamping: offset)), bytes.count)
            return Array(bytes[start..<min(bytes.count, start + max(0, count))])
        }
    }
}
