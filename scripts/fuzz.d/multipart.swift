import BaseKit
@testable import Visengine

/// Any multipart body ends in an object or an error; the object can be written as JSON and read again, and reading as
/// far as possible says the same each time, and no less than the rules say.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMultipart(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    let type = "multipart/form-data; boundary=x"
    if let body = try? MultipartBody(parsing: bytes[...], contentType: type) {
        let value = JSONValue.object(body.object)
        require((try? JSONValue(parsing: value.encoded())) == value, "the object does not survive being written")
    }
    let reading = CallbackDecoder.read(body: bytes, contentType: type)
    require(CallbackDecoder.read(body: bytes, contentType: type) == reading, "a second reading differs")
    if let claim = try? CallbackDecoder.decode(body: bytes, contentType: type) {
        require(reading == CallbackReading(claim: claim), "the rules read something else")
    } else {
        require(reading.problem != nil, "nothing is wrong with what the rules refuse")
        require(reading.claim == CallbackClaim() || reading.claim.orderID != nil, "a claim without an id was found")
    }
    return 0
}
