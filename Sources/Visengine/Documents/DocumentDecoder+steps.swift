import BaseKit

extension DocumentDecoder {
    /// Takes one byte outside the file's text.
    mutating func step(_ byte: UInt8) throws(Fault) {
        switch phase {
        case .keyText, .valueText: try textByte(byte)
        case .keyEscape, .valueEscape:
            try keep(byte)
            phase = phase == .keyEscape ? .keyText : .valueText
        case .scalar: try scalarByte(byte)
        case .fileEscape: try fileEscape(byte)
        case .fileUnicode(let digits, let code): try fileUnicode(byte, digits, code)
        default:
            if !ASCII.isWhitespace(byte) { try structure(byte) }
        }
    }

    private mutating func structure(_ byte: UInt8) throws(Fault) {
        switch (phase, byte) {
        case (.elementOrEnd, UInt8(ascii: "]")), (.keyOrEnd, UInt8(ascii: "}")): close()
        case (.value, _), (.elementOrEnd, _): try beginValue(byte)
        case (.keyOrEnd, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
            beginText(.keyText)
        case (.colon, UInt8(ascii: ":")): phase = .value
        case (.commaOrEnd, UInt8(ascii: ",")):
            phase = containers.last?.isObject == true ? .key : .value
        case (.commaOrEnd, UInt8(ascii: "}")) where containers.last?.isObject == true: close()
        case (.commaOrEnd, UInt8(ascii: "]")) where containers.last?.isObject == false: close()
        default: throw .malformedJSON
        }
    }

    private mutating func beginValue(_ byte: UInt8) throws(Fault) {
        // The answer itself has to be an object.
        guard !containers.isEmpty || byte == UInt8(ascii: "{") else { throw .malformedJSON }
        switch byte {
        case UInt8(ascii: "{"): try open(isObject: true)
        case UInt8(ascii: "["): try open(isObject: false)
        case UInt8(ascii: "\"") where member == .file && containers.last?.isObject == true:
            guard !hasFile else { throw .severalFiles }
            hasFile = true
            phase = .file
        case UInt8(ascii: "\""): beginText(.valueText)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "t"), UInt8(ascii: "f"),
            UInt8(ascii: "n"):
            beginText(.scalar)
            text.append(byte)
        default: throw .malformedJSON
        }
    }

    private mutating func open(isObject: Bool) throws(Fault) {
        guard containers.count < Self.depthLimit else { throw .tooDeep }
        let level: Container.Level =
            switch containers.last {
            case nil: .answer
            case let parent? where parent.level == .answer && parent.isObject && member == .data: .data
            case let parent? where parent.level == .data && !parent.isObject && isObject: .data
            default: .other
            }
        containers.append(Container(isObject: isObject, level: level))
        member = .other
        phase = isObject ? .keyOrEnd : .elementOrEnd
    }

    private mutating func close() {
        containers.removeLast()
        phase = containers.isEmpty ? .done : .commaOrEnd
    }

    private mutating func beginText(_ phase: Phase) {
        text.removeAll(keepingCapacity: true)
        textLength = 0
        self.phase = phase
    }

    private mutating func textByte(_ byte: UInt8) throws(Fault) {
        switch byte {
        case UInt8(ascii: "\""): try endText()
        case UInt8(ascii: "\\"):
            try keep(byte)
            phase = phase == .keyText ? .keyEscape : .valueEscape
        // A control character belongs escaped; a name with one is no reason to do without the document.
        default: try keep(byte)
        }
    }

    /// Keeps the byte, escapes and all, when the text is wanted; counts it in any case.
    private mutating func keep(_ byte: UInt8) throws(Fault) {
        let isKey = phase == .keyText || phase == .keyEscape
        let isKept = isKey || member.isKept
        textLength += 1
        guard textLength <= (isKept ? Self.keptLimit : Self.skippedLimit) else { throw .textTooLong }
        if isKept { text.append(byte) }
    }

    private mutating func endText() throws(Fault) {
        let isKey = phase == .keyText
        if isKey || member.isKept {
            let quotation: [UInt8] = [UInt8(ascii: "\"")]
            // A name that is nearly right is put right.
            guard let value = try? JSONValue(parsingLeniently: quotation + text + quotation) else {
                throw .malformedJSON
            }
            if isKey {
                member = Member(name: value.string ?? "", level: containers.last?.level ?? .other)
            } else if containers.last?.isObject == true {
                answer.set(member, to: value)
            }
        }
        phase = isKey ? .colon : .commaOrEnd
    }

    private mutating func scalarByte(_ byte: UInt8) throws(Fault) {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x09, 0x0A, 0x0D:
            // Where in a number or a word it goes wrong helps nobody.
            guard let value = try? JSONValue(parsing: text) else { throw .malformedJSON }
            if containers.last?.isObject == true { answer.set(member, to: value) }
            phase = .commaOrEnd
            if !ASCII.isWhitespace(byte) { try structure(byte) }
        default:
            guard text.count < Self.scalarLimit else { throw .malformedJSON }
            text.append(byte)
        }
    }

    private mutating func fileEscape(_ byte: UInt8) throws(Fault) {
        let character: UInt8
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "\""): character = byte
        case UInt8(ascii: "n"): character = 0x0A
        case UInt8(ascii: "r"): character = 0x0D
        case UInt8(ascii: "t"): character = 0x09
        case UInt8(ascii: "u"):
            phase = .fileUnicode(digits: 0, code: 0)
            return
        default: throw .malformedBase64
        }
        guard case .taken = file.push(character) else { throw .malformedBase64 }
        phase = .file
    }

    private mutating func fileUnicode(_ byte: UInt8, _ digits: Int, _ code: UInt32) throws(Fault) {
        guard let digit = ASCII.hexValue(byte) else { throw .malformedJSON }
        let code = code << 4 | UInt32(digit)
        guard digits == 3 else {
            phase = .fileUnicode(digits: digits + 1, code: code)
            return
        }
        guard case .taken = code < 0x80 ? file.push(UInt8(code)) : file.pushNonASCII() else { throw .malformedBase64 }
        phase = .file
    }

    private static let depthLimit = 32
    /// For names and messages, and for members' names.
    private static let keptLimit = 16_384
    /// For texts that nobody reads.
    private static let skippedLimit = 1_048_576
    private static let scalarLimit = 64
}
