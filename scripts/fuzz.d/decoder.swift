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
    // The short way, which most callbacks take, and the long one say the same.
    if let whole = try? JSONValue(parsing: bytes), let kept = try? JSONValue(parsingOrder: bytes),
        let short = OrderLocator(root: kept).plainClaim()
    {
        require(OrderLocator(root: whole).claim() == short, "the short way claims something else")
    }
    precondition(
        ((try? JSONValue(parsing: bytes)) == nil) == ((try? JSONValue(parsingOrder: bytes)) == nil),
        "what is passed over is not checked like the rest"
    )
    return 0
}
