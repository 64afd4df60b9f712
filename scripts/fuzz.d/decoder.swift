import BaseKit
@testable import Visengine

/// Any body ends in a claim or an error, the same each time, and white space round it changes nothing.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDecoder(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    let type = (bytes.first ?? 0) & 1 == 0 ? "application/json" : "application/x-www-form-urlencoded"
    let claim = try? CallbackDecoder.decode(body: bytes, contentType: type)
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let padded = isMarked ? bytes + [0x0A] : [0x20] + bytes + [0x0D, 0x0A]
    require((try? CallbackDecoder.decode(body: padded, contentType: type)) == claim, "white space changes the claim")
    // What the rules refuse is read as far as possible: the same each time, and never as more than a hint with an id.
    let reading = CallbackDecoder.read(body: bytes, contentType: type)
    require(CallbackDecoder.read(body: bytes, contentType: type) == reading, "a second reading differs")
    require((reading.problem == nil) == (claim != nil), "something is wrong with what the rules accept")
    require(claim == nil || claim == reading.claim, "the rules read something else")
    require(claim != nil || reading.claim == CallbackClaim() || reading.claim.orderID != nil, "a claim without an id")
    // The short way, which most callbacks take, and the long one say the same.
    let whole = Result { try JSONValue(parsing: bytes) }
    do {
        guard let short = try PlainOrder(in: bytes)?.claim() else { return 0 }
        let long = (try? whole.get()).flatMap { OrderLocator(root: $0).claim() }
        require(long == short, "the short way claims something else")
    } catch {
        require((try? whole.get()) == nil, "what is passed over is not checked like the rest")
    }
    return 0
}
