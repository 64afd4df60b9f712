import BaseKit

/// An `application/x-www-form-urlencoded` body (WHATWG URL, section 5.1), with PHP's nested names as objects.
struct FormBody {
    /// The most fields read.
    static let fieldLimit = 4096
    /// The most levels in one name: `data[callback_data][data][token]` has four.
    static let depthLimit = 16

    /// The fields as an object whose leaves are text; `a[b]=1` is `{"a": {"b": "1"}}`, and names `0…n-1` make a list.
    let object: JSONObject

    /// Reads a body.
    init(parsing body: ArraySlice<UInt8>) throws(FormDecodingError) {
        var root = FormNode()
        var count = 0
        var start = body.startIndex
        while start < body.endIndex {
            let end = body[start...].firstIndex(of: UInt8(ascii: "&")) ?? body.endIndex
            let pair = body[start..<end]
            start = end + 1
            guard !pair.isEmpty else { continue }
            count += 1
            guard count <= Self.fieldLimit else { throw .tooManyFields(limit: Self.fieldLimit) }
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else {
                // A body that is JSON, escaped but without a name, ends up here.
                root.insert(Self.decoded(pair), at: [""])
                continue
            }
            let path = try Self.path(of: Self.decodedBytes(pair[..<equals]))
            root.insert(Self.decoded(pair[(equals + 1)...]), at: path[...])
        }
        guard case .object(let object) = root.value, !object.isEmpty else { throw .noFields }
        self.object = object
    }

    /// `a[b][]` is `a`, `b` and an empty name, which stands for the next number.
    static func path(of name: [UInt8]) throws(FormDecodingError) -> [String] {
        guard let open = name.firstIndex(of: UInt8(ascii: "[")), open > 0, name.last == UInt8(ascii: "]") else {
            return [text(name[...])]
        }
        var path = [text(name[..<open])]
        for part in name[(open + 1)...].dropLast().split(separator: UInt8(ascii: "]"), omittingEmptySubsequences: false)
        {
            // The first part lost its bracket to the split at `open`, the others still begin with theirs.
            path.append(text(part.first == UInt8(ascii: "[") ? part.dropFirst() : part))
            guard path.count <= depthLimit else { throw .tooDeep(limit: depthLimit) }
        }
        return path
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String { text(decodedBytes(bytes)[...]) }

    /// Percent and plus decoding; a percent sign without two digits stays as it is.
    static func decodedBytes(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < bytes.endIndex,
                let high = ASCII.hexValue(bytes[index + 1]), let low = ASCII.hexValue(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return decoded
    }

    /// The text of bytes that are UTF-8 or ISO 8859-1.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(validating: bytes, as: UTF8.self) ?? String(decoding: Latin1.utf8(bytes), as: UTF8.self)
    }
}
