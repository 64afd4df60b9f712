import BaseKit

extension OrderNonce {
    /// Makes a new nonce from the system's random source: 128 bits.
    public static func random() -> OrderNonce {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// Makes a new nonce from a source of the caller's; only tests have a reason not to use the system's.
    public static func random(using generator: inout some RandomNumberGenerator) -> OrderNonce {
        var bytes: [UInt8] = []
        // In two pieces: the system's source costs a system call for each.
        for _ in 0..<2 {
            let piece: UInt64 = generator.next()
            for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: piece >> shift)) }
        }
        return OrderNonce(unchecked: Base64.text(bytes, alphabet: .url))
    }
}
