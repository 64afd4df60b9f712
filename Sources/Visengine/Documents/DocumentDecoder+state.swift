import BaseKit

extension DocumentDecoder {
    /// What may come next.
    enum Phase: Equatable, Sendable {
        case value
        case elementOrEnd
        case keyOrEnd
        case key
        case colon
        case commaOrEnd
        case keyText
        case keyEscape
        case valueText
        case valueEscape
        case scalar
        case file
        case fileEscape
        case fileUnicode(digits: Int, code: UInt32)
        case done
    }

    /// An object or a list that has begun.
    struct Container: Sendable {
        /// Where its members count.
        enum Level: Sendable {
            /// The answer itself.
            case answer
            /// Its `data`, or an element of that.
            case data
            /// Somewhere else.
            case other
        }

        var isObject: Bool
        var level: Level
    }

    /// What a member is for, by its name.
    enum Member: Sendable {
        case data
        case file
        case name
        case size
        case success
        case message
        case error
        case other

        init(name: String, level: Container.Level) {
            switch (level, name) {
            case (.other, _): self = .other
            case (_, "file"), (_, "content"), (_, "contenuto"), (_, "documento"): self = .file
            case (_, "nome"), (_, "name"), (_, "fileName"): self = .name
            case (_, "dimensione"), (_, "size"), (_, "fileSize"): self = .size
            case (.answer, "data"): self = .data
            case (.answer, "success"): self = .success
            case (.answer, "message"): self = .message
            case (.answer, "error"): self = .error
            default: self = .other
            }
        }

        /// Whether its text is kept.
        var isKept: Bool {
            switch self {
            case .name, .size, .success, .message, .error: true
            case .data, .file, .other: false
            }
        }
    }

    /// What the answer says beside the file.
    struct Answer: Sendable {
        var metadata = DocumentMetadata()
        var success: Bool?
        var message = ""
        var error: ProviderErrorCode?

        mutating func set(_ member: Member, to value: JSONValue) {
            switch member {
            case .name: metadata.name = value.string ?? metadata.name
            case .size: metadata.size = value.int64.flatMap { $0 >= 0 ? $0 : nil } ?? metadata.size
            case .success: success = value.bool ?? success
            case .message: message = value.text ?? message
            case .error:
                error = value.int64.flatMap { Int(exactly: $0) }.map(ProviderErrorCode.init(rawValue:)) ?? error
            case .data, .file, .other: break
            }
        }
    }

    /// What is wrong, before it is known where.
    enum Fault: Error {
        case malformedJSON
        case malformedBase64
        case truncatedBase64
        case textTooLong
        case tooDeep
        case severalFiles

        func error(at offset: Int64) -> DocumentDecodingError {
            switch self {
            case .malformedJSON: .malformedJSON(offset: offset)
            case .malformedBase64: .malformedBase64(offset: offset)
            case .truncatedBase64: .truncatedBase64(offset: offset)
            case .textTooLong: .textTooLong(offset: offset)
            case .tooDeep: .tooDeep(offset: offset)
            case .severalFiles: .severalFiles(offset: offset)
            }
        }
    }
}
