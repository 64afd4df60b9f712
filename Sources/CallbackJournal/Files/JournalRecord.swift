import BaseKit
import RicevutaCore
import Visengine

/// One record of a journal file.
///
/// All numbers are little-endian. A record begins at a multiple of 8 with 36 bytes: its file's tag (8), the callback's
/// number (8), the number up to which the ledger had everything when this was written (8), the payload's length (4),
/// the CRC-32C of what is before and of what follows it (4), the format's version (1), what the record holds (1), and
/// two zeros. The payload is the callback as it arrived, a segment's header, or nothing in a record that only notes how
/// far the ledger is. The body is decoded again on recovery; a problem with it follows it.
///
/// Tag, length, checksum and version stand at the same places in every version: so a record of another one is known as
/// such, and not taken for damage.
struct JournalRecord: Sendable {
    /// What a record holds.
    enum Kind: Equatable, Sendable {
        /// How far the ledger is, and nothing else.
        case note
        /// What a program of another version wrote.
        case foreign(version: UInt8)
        case header(SegmentHeader)
        /// A callback: its place among those written with the same sync, from 0.
        case callback(place: Int)
    }

    /// Its callback's number; in a note and a header, the greatest that was given before; 0 where that is not known.
    let number: Int64
    let settled: Int64
    let kind: Kind
    /// Where it begins.
    let start: Int
    /// Where the payload lies; empty in a note.
    let payload: Range<Int>

    /// Whether it holds no callback.
    var isNote: Bool { if case .callback = kind { false } else { true } }
    /// The number of the first callback that was written with the same sync; `nil` when it holds no callback.
    var firstOfBatch: Int64? { if case .callback(let place) = kind { number - Int64(place) } else { nil } }
    /// Where the next record may begin.
    var end: Int { (payload.upperBound + 7) / 8 * 8 }

    /// The version that is written, and the only one that is read.
    static let version: UInt8 = 1
    private static let headSize = 36
    /// How many bytes a segment's header takes, with what fills it up.
    static let headerSize = headSize + 68
    /// No number is as great; a record with such a one was not written here.
    private static let numberLimit: Int64 = 1 << 62

    // MARK: Writing

    /// Appends a record.
    ///
    /// - Parameters:
    ///   - callback: What it holds; `nil` makes a note.
    ///   - place: Of the callback, among those that are written with one sync.
    ///   - tag: The segment's.
    ///   - number: The callback's; in a note, the last one's.
    ///   - settled: The ledger has everything up to this number.
    ///   - bytes: Gets the record.
    static func append(
        _ callback: ReceivedCallback?,
        place: Int = 0,
        tag: UInt64,
        number: Int64,
        settled: Int64,
        to bytes: inout [UInt8]
    ) {
        let mark: Mark = callback == nil ? .note : .callback
        let start = begin(mark, tag: tag, number: number, settled: settled, &bytes)
        if let callback { append(callback, place: place, to: &bytes) }
        end(start, &bytes)
    }

    /// Appends a segment's header.
    static func append(
        _ header: SegmentHeader,
        tag: UInt64,
        number: Int64,
        settled: Int64,
        to bytes: inout [UInt8]
    ) {
        let start = begin(.header, tag: tag, number: number, settled: settled, &bytes)
        bytes.append(number: UInt64(bitPattern: header.startedAt))
        bytes.append(number: UInt64(header.segment))
        bytes.append(number: UInt64(header.capacity))
        bytes.append(number: UInt64(header.predecessor == nil ? 0 : 1))
        bytes.append(number: UInt64(header.predecessor?.name ?? 0))
        bytes.append(number: header.predecessor?.tag ?? 0)
        bytes.append(number: UInt64(header.predecessor?.syncedBytes ?? 0))
        bytes.append(number: UInt64(bitPattern: header.predecessor?.lastNumber ?? 0))
        end(start, &bytes)
    }

    /// What a record holds, as its byte says.
    private enum Mark: UInt8 { case note, header, callback }

    private static func begin(
        _ mark: Mark,
        tag: UInt64,
        number: Int64,
        settled: Int64,
        _ bytes: inout [UInt8]
    ) -> Int {
        let start = bytes.count
        bytes.append(number: tag)
        bytes.append(number: UInt64(bitPattern: number))
        bytes.append(number: UInt64(bitPattern: settled))
        bytes.append(number: 0 as UInt64)
        bytes.append(number: UInt32(version) | UInt32(mark.rawValue) << 8)
        return start
    }

    private static func end(_ start: Int, _ bytes: inout [UInt8]) {
        bytes.put(UInt32(bytes.count - start - headSize), at: start + 24)
        bytes.put(checksum(bytes, start, bytes.count), at: start + 28)
        while bytes.count % 8 != 0 { bytes.append(0) }
    }

    private static func append(_ callback: ReceivedCallback, place: Int, to bytes: inout [UInt8]) {
        bytes.append(number: UInt64(bitPattern: callback.receivedAt.milliseconds))
        bytes.append(number: (callback.isRetiredKey ? 1 : 0) | UInt32(truncatingIfNeeded: place) << 1)
        bytes.append(number: UInt32(callback.provider.byteCount))
        callback.provider.append(to: &bytes)
        bytes.append(text: callback.nonce?.rawValue)
        bytes.append(text: callback.keyID)
        bytes.append(text: callback.contentType)
        bytes.append(text: callback.peer)
        bytes.append(number: UInt32(callback.body.count))
        bytes.append(contentsOf: callback.body)
        if let problem = callback.decodingProblem { bytes.append(text: problem) }
    }

    /// How many bytes a callback's record takes at most.
    static func size(of callback: ReceivedCallback) -> Int {
        let texts = [
            callback.nonce?.rawValue, callback.keyID, callback.contentType, callback.peer, callback.decodingProblem,
        ]
        return headSize + 48 + callback.provider.byteCount + callback.body.count
            + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    }

    // MARK: Reading

    /// Reads the record at a place; `nil` when none was written whole there.
    init?(reading bytes: [UInt8], at start: Int, tag: UInt64) {
        guard bytes.count - start >= Self.headSize, bytes.uint64(at: start) == tag else { return nil }
        let length = Int(bytes.uint32(at: start + 24))
        let end = start + Self.headSize + length
        guard end <= bytes.count, bytes.uint32(at: start + 28) == Self.checksum(bytes, start, end) else { return nil }
        self.start = start
        payload = start + Self.headSize..<end
        let version = bytes[start + 32]
        guard version == Self.version else {
            (number, settled, kind) = (0, 0, .foreign(version: version))
            return
        }
        number = Int64(bitPattern: bytes.uint64(at: start + 8))
        settled = Int64(bitPattern: bytes.uint64(at: start + 16))
        guard (0..<Self.numberLimit).contains(number), (0..<Self.numberLimit).contains(settled),
            let mark = Mark(rawValue: bytes[start + 33]), let kind = Self.kind(mark, payload, in: bytes)
        else { return nil }
        self.kind = kind
    }

    private static func kind(_ mark: Mark, _ payload: Range<Int>, in bytes: [UInt8]) -> Kind? {
        switch mark {
        case .note: .note
        case .header: payload.count >= 64 ? .header(header(in: payload, of: bytes)) : nil
        case .callback:
            // One that is too short for its flags cannot be read, and is reported as such.
            .callback(place: payload.count >= 12 ? Int(bytes.uint32(at: payload.lowerBound + 8) >> 1) : 0)
        }
    }

    private static func header(in payload: Range<Int>, of bytes: [UInt8]) -> SegmentHeader {
        func number(_ place: Int) -> UInt64 { bytes.uint64(at: payload.lowerBound + 8 + 8 * place) }
        let predecessor = SegmentHeader.Predecessor(
            name: Int(truncatingIfNeeded: number(3)),
            tag: number(4),
            syncedBytes: Int(truncatingIfNeeded: number(5)),
            lastNumber: Int64(bitPattern: number(6))
        )
        return SegmentHeader(
            segment: Int(truncatingIfNeeded: number(0)),
            capacity: Int(truncatingIfNeeded: number(1)),
            startedAt: Int64(bitPattern: bytes.uint64(at: payload.lowerBound)),
            predecessor: number(2) == 0 ? nil : predecessor
        )
    }

    /// The tag with which whatever stands at a file's start begins.
    static func tag(at start: [UInt8]) -> UInt64 { start.count < 8 ? 0 : start.uint64(at: 0) }

    /// Reads the callback; `nil` when it holds none, and when its fields do not fit.
    func callback(in bytes: [UInt8]) -> ReceivedCallback? {
        guard !isNote else { return nil }
        var reader = PayloadReader(bytes: bytes, position: payload.lowerBound, end: payload.upperBound)
        return reader.callback(number: number)
    }

    /// Whether ``callback(in:)`` can read the callback, without looking at what its body says.
    func isReadable(in bytes: [UInt8]) -> Bool {
        var reader = PayloadReader(bytes: bytes, position: payload.lowerBound, end: payload.upperBound)
        return reader.fields() != nil
    }

    /// Of everything but the checksum's own place and what fills it up.
    private static func checksum(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt32 {
        CRC32C.checksum(bytes, start..<start + 28, start + 32..<end)
    }
}

/// Reads a payload; the checksum has shown already that it is what was written.
private struct PayloadReader {
    let bytes: [UInt8]
    var position: Int
    let end: Int

    struct Fields {
        var receivedAt: Int64
        var isRetiredKey: Bool
        var provider: ProviderID
        var nonce, keyID, contentType, peer, problem: String?
        var body: [UInt8]
    }

    mutating func fields() -> Fields? {
        guard position + 12 <= end else { return nil }
        let receivedAt = Int64(bitPattern: bytes.uint64(at: position))
        let isRetiredKey = bytes.uint32(at: position + 8) & 1 == 1
        position += 12
        guard let provider = text().flatMap({ $0 }).flatMap(ProviderID.init(rawValue:)), let nonce = text(),
            let keyID = text(), let contentType = text(), let peer = text(),
            let body = blob()
        else { return nil }
        // What is wrong with a body may not show any more, as when it was cut.
        let problem = text() ?? nil
        return Fields(
            receivedAt: receivedAt,
            isRetiredKey: isRetiredKey,
            provider: provider,
            nonce: nonce,
            keyID: keyID,
            contentType: contentType,
            peer: peer,
            problem: problem,
            body: body
        )
    }

    mutating func callback(number: Int64) -> ReceivedCallback? {
        guard let fields = fields() else { return nil }
        let reading = CallbackDecoder.read(body: fields.body, contentType: fields.contentType)
        var callback = ReceivedCallback(
            provider: fields.provider,
            nonce: fields.nonce.flatMap(OrderNonce.init(rawValue:)),
            keyID: fields.keyID,
            isRetiredKey: fields.isRetiredKey,
            claim: reading.claim,
            decodingProblem: fields.problem ?? reading.problem?.code,
            body: fields.body,
            contentType: fields.contentType,
            peer: fields.peer ?? "",
            receivedAt: Timestamp(milliseconds: fields.receivedAt)
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
