@testable import HTTPListener

private let rules = HeadRules(limits: ListenerLimits())

/// A head that is accepted says in one way only where its request ends, and whom it is for.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHead(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let words = (lines.first ?? []).split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3 else { return 0 }
    var headers = HTTPHeaders()
    for line in lines.dropFirst() {
        let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
        headers.append(line[..<colon], line[min(colon + 1, line.endIndex)...].drop { $0 == 0x20 || $0 == 0x09 })
    }
    let head = HeadRules.Head(
        method: String(decoding: words[0], as: UTF8.self),
        target: String(decoding: words[1], as: UTF8.self),
        version: String(decoding: words[2], as: UTF8.self),
        headers: headers,
        size: bytes.count,
        isAsWritten: true
    )
    guard case .accepted(let target, let length, let isChunked, _) = rules.evaluate(head) else { return 0 }
    let lengths = headers.all("content-length"), codings = headers.all("transfer-encoding")
    require(lengths.count + codings.count <= 1, "two framings")
    require(codings.allSatisfy { $0.lowercased() == "chunked" }, "an odd coding")
    require((length != nil) == (lengths.count == 1), "a length out of nothing")
    require(isChunked == (codings.count == 1), "chunks out of nothing")
    require(headers.all("host").count <= 1 && target.hasPrefix("/"), "no single addressee")
    require(head.target.hasSuffix(target) || target == "/" || target.hasPrefix("/?"), "another target")
    for field in headers {
        require(!field.name.utf8.isEmpty && field.name.utf8.allSatisfy(\.isTokenCharacter), "an odd name")
        require(!field.value.utf8.contains { $0 < 0x20 && $0 != 0x09 }, "a control character")
    }
    return 0
}
