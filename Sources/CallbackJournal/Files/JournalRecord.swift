import Callbacks
import Visengine

/// One record of a journal file.
///
/// All numbers are little-endian. A record begins at a multiple of 8 with 32 bytes: its file's tag (8), the callback's
/// number (8), the number up to which the ledger had everything when this was written (8), the payload's length (4), and
/// the CRC-32C of what is before and of the payload (4). The payload is the callback as it arrived, or nothing in a
/// record that only notes how far the ledger is. What the body says is read anew when it is recovered; a problem with it
/// stands behind it.
struct JournalRecord {
    /// Its callback's number; in a note, the last one's.
    let number: Int64
    let settled: Int64
    /// Where the payload lies; empty in a note.
    let payload: Range<Int>

    /// Whether it only notes how far the ledger is.
    var isNote: Bool { payload.isEmpty }
    /// Where the next record may begin.
    var end: Int { (payload.upperBound + 7) / 8 * 8 }

    private static let headSize = 32
    /// No number is as great; what claims one was not written here.
    private static let numberLimit: Int64 = 1 << 62

    // MARK: Writing

    /// Appends a record.
    static func append(
        _ callback: ReceivedCallback?,
        tag: UInt64,
        number: Int64,
        settled: Int64,
        to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        bytes.append(number: tag)
        bytes.append(number: UInt64(bitPattern: number))
        bytes.append(number: UInt64(bitPattern: settled))
        bytes.append(number: 0 as UInt64)
        if let callback { append(callback, to: &bytes) }
        bytes.put(UInt32(bytes.count - start - headSize), at: start + 24)
        bytes.put(checksum(bytes, start, bytes.count), at: start + 28)
        while bytes.count % 8 != 0 { bytes.append(0) }
    }

    private static func append(_ callback: ReceivedCallback, to bytes: inout [UInt8]) {
        bytes.append(number: UInt64(bitPattern: callback.receivedAt.milliseconds))
        bytes.append(number: callback.isRetiredKey ? 1 : 0 as UInt32)
        bytes.append(text: callback.nonce?.rawValue)
        bytes.append(text: callback.keyID)
        bytes.append(text: callback.contentType)
        bytes.append(text: callback.peer)
        bytes.append(number: UInt32(callback.body.count))
        bytes.append(contentsOf: callback.body)
        if let problem = callback.decodingProblem { bytes.append(text: problem) }
    }

    /// How many bytes ``append(_:tag:number:settled:to:)`` takes for a callback at most.
    static func size(of callback: ReceivedCallback) -> Int {
        let texts = [
            callback.nonce?.rawValue, callback.keyID, callback.contentType, callback.peer, callback.decodingProblem,
        ]
        return headSize + 44 + callback.body.count + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    }

    // MARK: Reading

    /// Reads the record at a place; `nil` when none was written whole there.
    init?(reading bytes: [UInt8], at start: Int, tag: UInt64) {
        guard bytes.count - start >= Self.headSize, bytes.uint64(at: start) == tag else { return nil }
        let length = Int(bytes.uint32(at: start + 24))
        let end = start + Self.headSize + length
        guard end <= bytes.count, bytes.uint32(at: start + 28) == Self.checksum(bytes, start, end) else { return nil }
        number = Int64(bitPattern: bytes.uint64(at: start + 8))
        settled = Int64(bitPattern: bytes.uint64(at: start + 16))
        guard (0..<Self.numberLimit).contains(number), (0..<Self.numberLimit).contains(settled) else { return nil }
        payload = start + Self.headSize..<end
    }

    /// Reads the callback; `nil` in a note, and when the payload is of a later version.
    func callback(in bytes: [UInt8]) -> ReceivedCallback? {
        guard !isNote else { return nil }
        var reader = PayloadReader(bytes: bytes, position: payload.lowerBound, end: payload.upperBound)
        return reader.callback(number: number)
    }

    /// Of everything but the checksum's own place and what fills it up.
    private static func checksum(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt32 {
        CRC32C.checksum(bytes, start..<start + 28, start + headSize..<end)
    }
}

/// Reads a payload; the checksum has shown already that it is what was written.
private struct PayloadReader {
    let bytes: [UInt8]
    var position: Int
    let end: Int

    mutating func callback(number: Int64) -> ReceivedCallback? {
        guard position + 12 <= end else { return nil }
        let receivedAt = Int64(bitPattern: bytes.uint64(at: position))
        let isRetiredKey = bytes.uint32(at: position + 8) == 1
        position += 12
        guard let nonce = text(), let keyID = text(), let contentType = text(), let peer = text(), let body = blob()
        else { return nil }
        // What is wrong with a body may not show any more, as when it was cut.
        let problem = text() ?? nil
        let reading = CallbackDecoder.read(body: body, contentType: contentType)
        var callback = ReceivedCallback(
            nonce: nonce.flatMap(OrderNonce.init(rawValue:)),
            keyID: keyID,
            isRetiredKey: isRetiredKey,
            claim: reading.claim,
            decodingProblem: problem ?? reading.problem?.code,
            body: body,
            contentType: contentType,
            peer: peer ?? "",
            receivedAt: Timestamp(milliseconds: receivedAt)
        )
        callback.number = number
        return callback
    }

    /// A text that may be absent; `nil` when there is no room for one.
    private mutating func text() -> String?? {
        guard position + 4 <= end else { return nil }
        if bytes.uint32(at: position) == .max {
            position += 4
            return .some(nil)
        }
        return blob().map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func blob() -> [UInt8]? {
        guard position + 4 <= end else { return nil }
        let start = position + 4
        let length = Int(bytes.uint32(at: position))
        guard start + length <= end else { return nil }
        position = start + length
        return Array(bytes[start..<position])
    }
}

extension [UInt8] {
    fileprivate mutating func append(number value: UInt32) {
        var value = value
        for _ in 0..<4 {
            append(UInt8(truncatingIfNeeded: value))
            value >>= 8
        }
    }

    fileprivate mutating func append(number value: UInt64) {
        append(number: UInt32(truncatingIfNeeded: value))
        append(number: UInt32(truncatingIfNeeded: value >> 32))
    }

    fileprivate mutating func append(text: String?) {
        guard let text else { return append(number: UInt32.max) }
        append(number: UInt32(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    fileprivate mutating func put(_ value: UInt32, at index: Int) {
        for byte in 0..<4 { self[index + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte))) }
    }

    fileprivate func uint32(at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(self[index + $1]) << (8 * UInt32($1)) }
    }

    fileprivate func uint64(at index: Int) -> UInt64 {
        UInt64(uint32(at: index)) | UInt64(uint32(at: index + 4)) << 32
    }
}
