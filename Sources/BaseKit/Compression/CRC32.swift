import CZlib

/// The checksum of zip and gzip (ISO 3309; RFC 1952, section 8), computed piece by piece.
public struct CRC32: Sendable {
    /// The checksum of what was read so far.
    public private(set) var value: UInt32 = 0

    /// Starts with no bytes.
    public init() {}

    /// Reads more bytes.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let current = UInt(value)
        let next = bytes.withContiguousStorageIfAvailable { bytes in
            unsafe crc32_z(current, bytes.baseAddress, bytes.count)
        }
        guard let next else { return update(Array(bytes)) }
        // An empty collection has no address, for which the library gives the checksum of nothing.
        if !bytes.isEmpty { value = UInt32(truncatingIfNeeded: next) }
    }
}
