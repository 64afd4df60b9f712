import BaseKit

/// The checksum of zip archives (ISO 3309), which can skip repetitions of one block.
struct CRC32: Sendable {
    private var register: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~register }

    mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { register = Self.step(register, byte) }
    }

    /// As if the block had been given to ``update(_:)`` so many times.
    mutating func update(_ block: RepeatedBlock, times: Int) {
        // The register after a block is linear in the one before it: what zeros of the same length do to each of its
        // bits, and what the block does to a register of zero.
        for _ in 0..<times { register = block.shifted(register) ^ block.contribution }
    }

    /// What is known of a block once and for all.
    struct RepeatedBlock: Sendable {
        private let bits: [UInt32]
        fileprivate let contribution: UInt32

        init(_ block: [UInt8]) {
            bits = (0..<32).map { bit in
                (0..<block.count).reduce(UInt32(1) << UInt32(bit)) { register, _ in CRC32.step(register, 0) }
            }
            contribution = block.reduce(0) { CRC32.step($0, $1) }
        }

        fileprivate func shifted(_ register: UInt32) -> UInt32 {
            var result: UInt32 = 0
            for bit in 0..<32 where register >> UInt32(bit) & 1 == 1 { result ^= bits[bit] }
            return result
        }
    }

    private static func step(_ register: UInt32, _ byte: UInt8) -> UInt32 {
        table[Int((register ^ UInt32(byte)) & 0xFF)] ^ (register >> 8)
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
}
