@testable import Visengine

/// However an answer is cut, the same bytes come out, and the same end.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDocument(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    var bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    let step = Int(bytes.popLast() ?? 0) % 7 + 1
    let (whole, end) = decode(bytes, step: max(1, bytes.count))
    let (pieces, otherEnd) = decode(bytes, step: step)
    require(end == otherEnd, "cut into pieces it ends otherwise")
    // After an error nothing that was handed on counts.
    require(end.hasPrefix("error") || whole == pieces, "cut into pieces it is another document")
    return 0
}

private func decode(_ bytes: [UInt8], step: Int) -> (document: [UInt8], end: String) {
    var decoder = DocumentDecoder()
    var document: [UInt8] = []
    do {
        var place = 0
        while place < bytes.count {
            let next = min(place + step, bytes.count)
            try decoder.feed(bytes[place..<next]) { document += $0 }
            place = next
        }
        return (document, "\(try decoder.finish())")
    } catch {
        return (document, "error \(error)")
    }
}
