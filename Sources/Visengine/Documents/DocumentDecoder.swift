/// Takes the document out of an answer of `GET /documento/{_id}` while it arrives.
///
/// The answer is `{"data": {"nome": …, "dimensione": …, "file": BASE64}, "success": true, …}` (doc) with members in any
/// order; `name`, `size`, `content` and their like stand for the same (seen), in `data`, in a list of one, or in the
/// answer itself. Memory does not grow with the document: pieces of up to 48 KiB are handed on as they are decoded.
///
/// A piece handed on is no promise: only ``finish()`` says that the document is whole.
public struct DocumentDecoder: Sendable {
    var phase = Phase.value
    var containers: [Container] = []
    var member = Member.other
    var text: [UInt8] = []
    var textLength = 0
    var file = DocumentText()
    var hasFile = false
    var answer = Answer()
    private var consumed: Int64 = 0
    private var failure: DocumentDecodingError?

    /// Creates a decoder for one answer.
    public init() {}

    /// The bytes of the document handed on so far.
    public var decodedBytes: Int64 { file.total }

    /// Takes the next bytes of the answer, in chunks of any size.
    ///
    /// - Parameters:
    ///   - chunk: the bytes that follow those of the call before.
    ///   - emit: called, synchronously, with each decoded piece in order.
    /// - Throws: ``DocumentDecodingError``, again on each further call; or what `emit` throws, after which the decoder
    ///   is of no more use.
    public mutating func feed(_ chunk: ArraySlice<UInt8>, emit: (ArraySlice<UInt8>) throws -> Void) throws {
        if let failure { throw failure }
        var index = chunk.startIndex
        let offset = consumed - Int64(index)
        do {
            while index < chunk.endIndex {
                if phase == .file {
                    try runFile(chunk, &index, emit)
                } else {
                    try step(chunk[index])
                    index += 1
                }
                if phase == .commaOrEnd, file.count > 0 { try flush(emit) }
            }
        } catch let fault as Fault {
            let error = fault.error(at: offset + Int64(index))
            failure = error
            throw error
        }
        consumed += Int64(chunk.count)
    }

    /// Takes the next bytes of the answer; see ``feed(_:emit:)-(ArraySlice<UInt8>,_)``.
    public mutating func feed(_ chunk: [UInt8], emit: (ArraySlice<UInt8>) throws -> Void) throws {
        try feed(chunk[...], emit: emit)
    }

    /// Ends the answer.
    ///
    /// - Returns: What the answer says of the document. Comparing its size with the bytes is the caller's.
    /// - Throws: ``DocumentDecodingError``: what `feed` threw; or that the answer is not whole, is a refusal, or has no
    ///   file.
    public mutating func finish() throws(DocumentDecodingError) -> DocumentMetadata {
        if let failure { throw failure }
        guard phase == .done else {
            let error = DocumentDecodingError.truncatedJSON(offset: consumed)
            failure = error
            throw error
        }
        if answer.success == false { throw .refused(error: answer.error, message: answer.message) }
        guard hasFile, file.total > 0 else {
            if let code = answer.error { throw .refused(error: code, message: answer.message) }
            throw .missingFile
        }
        return answer.metadata
    }

    private mutating func runFile(
        _ chunk: ArraySlice<UInt8>,
        _ index: inout Int,
        _ emit: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        index = file.run(chunk, from: index)
        if file.isFull { try flush(emit) }
        guard index < chunk.endIndex else { return }
        switch chunk[index] {
        case UInt8(ascii: "\""):
            let end = file.finish()
            guard case .taken = end.head else { throw Fault.malformedBase64 }
            guard end.isWhole else { throw Fault.truncatedBase64 }
            phase = .commaOrEnd
        case UInt8(ascii: "\\"): phase = .fileEscape
        case let character:
            guard case .taken = file.push(character) else { throw Fault.malformedBase64 }
        }
        index += 1
    }

    private mutating func flush(_ emit: (ArraySlice<UInt8>) throws -> Void) throws {
        try emit(file.waiting)
        file.empty()
    }
}
