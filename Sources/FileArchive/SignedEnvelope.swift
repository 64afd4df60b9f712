/// The start of a PKCS#7 envelope, `.p7m`: a sequence whose first element is the object identifier of signed data (RFC
/// 5652, section 5.1), in DER or BER.
struct SignedEnvelope {
    // 1.2.840.113549.1.7.2
    private static let signedData: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]

    /// The whole sequence's length with its head; `nil` for BER's indefinite form, which says none.
    private let announced: UInt64?

    /// Reads the head; nothing when it is none.
    init?(head: [UInt8]) {
        guard head.count >= 2, head[0] == 0x30 else { return nil }
        let form = head[1]
        let lengthBytes = form > 0x80 ? Int(form & 0x7F) : 0
        let start = 2 + lengthBytes
        guard lengthBytes <= 7, head.count >= start, head[start...].starts(with: Self.signedData) else { return nil }
        if form == 0x80 {
            announced = nil
        } else {
            let length = lengthBytes == 0 ? UInt64(form) : head[2..<start].reduce(0) { $0 << 8 | UInt64($1) }
            announced = UInt64(start) + length
        }
    }

    /// Whether a file of this size can hold it; what follows it is no concern.
    func isWhole(size: Int64) -> Bool { announced.map { $0 <= UInt64(size) } ?? true }
}
