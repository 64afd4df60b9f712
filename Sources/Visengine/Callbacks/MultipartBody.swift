import BaseKit

/// A `multipart/form-data` body (RFC 7578), with PHP's nested names as objects: what PHP's curl writes of an array of
/// fields, and most HTTP clients of fields and files.
///
/// A field and a file are read alike; preamble, epilogue, bare line feeds and a missing end are tolerated.
struct MultipartBody {
    /// The most parts read.
    static let partLimit = 1024
    /// The most bytes in the header of one part; one with more is left out.
    static let headLimit = 8192
    /// The most bytes of a boundary: RFC 2046 allows 70.
    private static let boundaryLimit = 200

    /// The fields as an object whose leaves are text, as ``FormBody/object``.
    let object: JSONObject

    /// Whether a body is worth reading as one.
    static func isLikely(_ body: ArraySlice<UInt8>, contentType: String?) -> Bool {
        if let contentType, contentType.lowercased().hasPrefix("multipart/") { return true }
        return body.starts(with: "--".utf8)
    }

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: The body, white space at its ends removed or not.
    ///   - contentType: Names the boundary; without one that occurs, the body's first line is it.
    /// - Throws: ``FormDecodingError``.
    init(parsing body: ArraySlice<UInt8>, contentType: String?) throws(FormDecodingError) {
        let bytes = Array(body)
        var root = FormNode()
        var count = 0
        for delimiter in Self.delimiters(bytes, contentType: contentType) {
            count = 0
            var place = Self.next(delimiter, in: bytes, from: 0)
            while let start = place, let begin = Self.beginning(bytes, after: start + delimiter.count) {
                place = Self.next(delimiter, in: bytes, from: begin)
                count += 1
                guard count <= Self.partLimit else { throw .tooManyFields(limit: Self.partLimit) }
                let end = place.map { Self.withoutLineEnd(bytes, upTo: $0, from: begin) } ?? bytes.count
                if let part = Part(bytes[begin..<end]) {
                    let path = try FormBody.path(of: part.name)
                    root.insert(part.text, at: path[...])
                }
            }
            if count > 0 { break }
        }
        guard case .object(let object) = root.value, !object.isEmpty else { throw .noFields }
        self.object = object
    }

    // MARK: Boundaries

    private static func delimiters(_ bytes: [UInt8], contentType: String?) -> [[UInt8]] {
        var delimiters: [[UInt8]] = []
        if let contentType, let named = HeaderParameters(contentType)["boundary"], !named.isEmpty,
            named.count <= boundaryLimit
        {
            delimiters.append(Array("--".utf8) + named)
        }
        if bytes.starts(with: "--".utf8) {
            let line = bytes.prefix(boundaryLimit + 2).prefix { $0 != 0x0D && $0 != 0x0A }
            if line.count > 2 { delimiters.append(Array(line)) }
        }
        return delimiters
    }

    /// The next place where a line begins with the delimiter.
    private static func next(_ delimiter: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        var place = start
        while place + delimiter.count <= bytes.count {
            if place == 0 || bytes[place - 1] == 0x0A, bytes[place...].starts(with: delimiter) { return place }
            guard let feed = bytes[place...].firstIndex(of: 0x0A) else { return nil }
            place = feed + 1
        }
        return nil
    }

    /// Where a part begins behind its delimiter; `nil` behind the last one.
    private static func beginning(_ bytes: [UInt8], after delimiter: Int) -> Int? {
        if bytes[delimiter...].starts(with: "--".utf8) { return nil }
        guard let feed = bytes[delimiter...].firstIndex(of: 0x0A) else { return nil }
        return feed + 1
    }

    private static func withoutLineEnd(_ bytes: [UInt8], upTo end: Int, from begin: Int) -> Int {
        guard end > begin else { return begin }
        let isReturned = end - 2 >= begin && bytes[end - 2] == 0x0D
        return max(begin, end - (isReturned ? 2 : 1))
    }
}

/// One part of a multipart body.
private struct Part {
    let name: [UInt8]
    let text: String

    /// Reads one; `nil` when it has no header.
    init?(_ bytes: ArraySlice<UInt8>) {
        var name: [UInt8] = []
        var isBase64 = false
        var place = bytes.startIndex
        while true {
            guard place - bytes.startIndex <= MultipartBody.headLimit,
                let feed = bytes[place...].firstIndex(of: 0x0A)
            else { return nil }
            let line = ASCII.trimmed(bytes[place..<feed])
            place = feed + 1
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = String(decoding: ASCII.trimmed(line[(colon + 1)...]), as: UTF8.self)
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "content-disposition": name = HeaderParameters(value)["name"] ?? []
            case "content-transfer-encoding": isBase64 = value.lowercased() == "base64"
            default: break
            }
        }
        var content = bytes[place...]
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        let decoded = isBase64 ? Base64.decode(content) : nil
        self.name = name
        text = FormBody.text(decoded?[...] ?? content)
    }
}

/// The parameters of a header's value: `form-data; name="data"` (RFC 9110, section 5.6.6).
struct HeaderParameters {
    private var values: [String: [UInt8]] = [:]

    subscript(name: String) -> [UInt8]? { values[name] }

    init(_ value: String) {
        let bytes = Array(value.utf8)
        var index = bytes.firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
        while index < bytes.count {
            index += 1
            let end = bytes[index...].firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ";") } ?? bytes.count
            let name = String(decoding: ASCII.trimmed(bytes[index..<end]), as: UTF8.self).lowercased()
            index = end
            guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else { continue }
            let found = Self.value(bytes, &index)
            if values[name] == nil { values[name] = found }
        }
    }

    /// The value behind an equals sign; the index is at the next semicolon then, or at the end.
    private static func value(_ bytes: [UInt8], _ index: inout Int) -> [UInt8] {
        index += 1
        while index < bytes.count, ASCII.isWhitespace(bytes[index]) { index += 1 }
        var value: [UInt8] = []
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
            let end = bytes[index...].firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
            defer { index = end }
            return Array(ASCII.trimmed(bytes[index..<end]))
        }
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            // Old clients escape a quotation mark with a backslash, those that follow the HTML standard write %22.
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if bytes[index] == UInt8(ascii: "\\"), next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") {
                index += 1
            }
            if bytes[index...].starts(with: "%22".utf8) {
                value.append(UInt8(ascii: "\""))
                index += 3
            } else {
                value.append(bytes[index])
                index += 1
            }
        }
        index = bytes[index...].firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
        return value
    }
}
