import BaseKit
@testable import Visengine

/// Any form ends in an object or an error; the object can be written as JSON and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzForm(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    guard let form = try? FormBody(parsing: bytes[...]) else { return 0 }
    let value = JSONValue.object(form.object)
    require((try? JSONValue(parsing: value.encoded())) == value, "the object does not survive being written")
    return 0
}
