/// Why an answer of `GET /documento/{_id}` gave no document.
///
/// Offsets are bytes from the start of the answer's body.
public enum DocumentDecodingError: Error, Equatable, Sendable {
    /// The body is no JSON object, or stops being one.
    case malformedJSON(offset: Int64)
    /// The body ends before its JSON does: the connection was cut.
    case truncatedJSON(offset: Int64)
    /// The file's text has a character that base64 does not have, or one after its end.
    case malformedBase64(offset: Int64)
    /// The file's text ends within a group of base64.
    case truncatedBase64(offset: Int64)
    /// A text beside the file is longer than allowed.
    case textTooLong(offset: Int64)
    /// Containers inside one another, more than allowed.
    case tooDeep(offset: Int64)
    /// The answer has more than one file.
    case severalFiles(offset: Int64)
    /// The answer has no file, or an empty one.
    case missingFile
    /// `success` is false: the provider's `error` and `message`. 247 means: not yet available.
    case refused(error: ProviderErrorCode?, message: String)
}

extension DocumentDecodingError {
    /// A stable name for metrics and log search.
    public var code: String {
        switch self {
        case .malformedJSON: "document_malformed_json"
        case .truncatedJSON: "document_truncated_json"
        case .malformedBase64: "document_malformed_base64"
        case .truncatedBase64: "document_truncated_base64"
        case .textTooLong: "document_text_too_long"
        case .tooDeep: "document_too_deep"
        case .severalFiles: "document_several_files"
        case .missingFile: "document_missing_file"
        case .refused: "document_refused"
        }
    }
}

extension DocumentDecodingError: CustomStringConvertible {
    /// One sentence for logs; the provider's message is left out, because it may name things.
    public var description: String {
        switch self {
        case .malformedJSON(let offset): "the document response is malformed JSON at byte \(offset)"
        case .truncatedJSON(let offset): "the document response was truncated after \(offset) bytes; fetch it again"
        case .malformedBase64(let offset): "the document's base64 is invalid at byte \(offset) of the response"
        case .truncatedBase64(let offset): "the document's base64 was truncated before byte \(offset) of the response"
        case .textTooLong(let offset): "the document response has an overlong string at byte \(offset)"
        case .tooDeep(let offset): "the document response is nested too deeply at byte \(offset)"
        case .severalFiles(let offset): "the document response has a second file at byte \(offset)"
        case .missingFile: "the document response has no file"
        case .refused(let error, _):
            "the provider rejected the document request"
                + (error.map { " with error \($0)" } ?? " without an error number")
        }
    }
}
