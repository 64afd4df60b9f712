import BaseKit

/// The file's text inside the answer: JSON escapes, an optional `NAME|data:MIME;base64,` in front, then base64.
///
/// Decoded bytes collect in a buffer of fixed size, which the owner empties when it is full.
struct DocumentText {
    /// What became of one character.
    enum Outcome {
        case taken
        case malformed
    }

    /// Decoded bytes that wait; the first ``count`` of ``buffer`` count.
    private(set) var buffer = [UInt8](repeating: 0, count: DocumentText.bufferSize)
    private(set) var count = 0
    /// All bytes decoded so far.
    private(set) var total: Int64 = 0

    private var base64 = Base64Stream()
    /// The first characters, until it is known whether a prefix is among them; `nil` afterwards.
    private var head: [UInt8]? = []

    /// Whether the buffer has to be emptied before more goes in.
    var isFull: Bool { Self.bufferSize - count < Self.headLimit }

    /// The bytes that wait.
    var waiting: ArraySlice<UInt8> { buffer[..<count] }

    /// Makes room after the waiting bytes have been handed on.
    mutating func empty() {
        total += Int64(count)
        count = 0
    }

    /// Decodes the plain part of a chunk in one go; returns the index of the first character to push singly.
    mutating func run(_ chunk: ArraySlice<UInt8>, from start: Int) -> Int {
        guard head == nil else { return start }
        return base64.run(chunk, from: start, into: &buffer, at: &count)
    }

    /// Takes one character of the text, escapes already resolved.
    mutating func push(_ character: UInt8) -> Outcome {
        guard head == nil else {
            head?.append(character)
            if character == UInt8(ascii: ",") { return dropPrefix() }
            return head?.count == Self.headLimit ? flushHead() : .taken
        }
        return base64.push(character, into: &buffer, at: &count) ? .taken : .malformed
    }

    /// Takes an escaped character beyond ASCII: only a name in front of the data may have one.
    mutating func pushNonASCII() -> Outcome { head == nil ? .malformed : push(UInt8(ascii: "?")) }

    /// Ends the text.
    mutating func finish() -> (head: Outcome, isWhole: Bool) {
        guard case .taken = flushHead() else { return (.malformed, false) }
        return (.taken, base64.finish(into: &buffer, at: &count))
    }

    /// `NAME|data:MIME;base64,` and `data:MIME;base64,` go; anything else with a comma is no base64.
    private mutating func dropPrefix() -> Outcome {
        guard let prefix = head, prefix.dropLast().suffix(7).elementsEqual(";base64".utf8) else { return .malformed }
        let start = prefix.lastIndex(of: UInt8(ascii: "|")).map { $0 + 1 } ?? 0
        guard prefix[start...].starts(with: "data:".utf8) else { return .malformed }
        head = nil
        return .taken
    }

    private mutating func flushHead() -> Outcome {
        guard let characters = head else { return .taken }
        head = nil
        for character in characters {
            guard base64.push(character, into: &buffer, at: &count) else { return .malformed }
        }
        return .taken
    }

    /// A multiple of three, so that runs fill it to the end.
    private static let bufferSize = 49_152
    /// A file name of 255 bytes, a media type and a little more.
    private static let headLimit = 1024
}
