import BaseKit

/// What makes a document as long as it should be: one block of noise, over and over, so that neither its bytes nor its
/// base64 have to be made anew.
enum Filler {
    /// A multiple of three, so that its base64 stands for itself wherever it begins at one.
    static let blockSize = 48 << 10

    static let block: [UInt8] = {
        var state: UInt64 = 0x5EED
        var bytes: [UInt8] = []
        bytes.reserveCapacity(blockSize)
        while bytes.count < blockSize {
            // SplitMix64: noise that a compressor cannot shrink.
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            word ^= word >> 31
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }()

    static let base64 = Base64.encode(block[...])
    static let checksum = CRC32.RepeatedBlock(block)
}
