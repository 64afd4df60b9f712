import CMicroHTTPD

/// Copies a request's head out of the library, and checks that it lay there as RFC 9112 would have it written.
///
/// libmicrohttpd 0.9 leaves names and values where they were received. So their addresses show what its parser hides:
/// a bare LF as a line end, a folded line, a NUL, doubled spaces, and a field without a name, at which it ends the head
/// and takes the rest for the next request.
@unsafe
func readHead(
    of handle: OpaquePointer,
    _ target: String,
    _ method: UnsafePointer<CChar>,
    _ version: UnsafePointer<CChar>
) -> HeadRules.Head {
    let size = unsafe cmhd_head_size(handle)
    let methodText = unsafe String(cString: method)
    let versionText = unsafe String(cString: version)
    let start = UInt(bitPattern: method)
    let versionStart = start + UInt(methodText.utf8.count) + 1 + UInt(target.utf8.count) + 1
    var fields = FieldCollector(
        next: versionStart + UInt(versionText.utf8.count) + 2,
        isAsWritten: versionStart == UInt(bitPattern: version)
    )
    unsafe withUnsafeMutablePointer(to: &fields) { fields in
        _ = unsafe MHD_get_connection_values_n(handle, .HEADER_KIND, onField, fields)
    }
    let isAsWritten = fields.isAsWritten && fields.next + 2 == start + UInt(size)
    return HeadRules.Head(
        method: methodText,
        target: target,
        version: versionText,
        headers: fields.headers,
        size: size,
        isAsWritten: isAsWritten || !showsLayout
    )
}

/// Whether the library in use is one whose parser leaves everything in place; those from 1.0 on check for themselves.
private let showsLayout = HTTPServer.libraryVersion.hasPrefix("0.9.")

private struct FieldCollector {
    var headers = HTTPHeaders()
    /// The address at which the next field's name has to start: two bytes after the last one's value.
    var next: UInt
    var isAsWritten: Bool

    init(next: UInt, isAsWritten: Bool) {
        self.next = next
        self.isAsWritten = isAsWritten
    }
}

/// `MHD_KeyValueIteratorN`.
private func onField(
    _ context: UnsafeMutableRawPointer?,
    _ kind: MHD_ValueKind,
    _ name: UnsafePointer<CChar>?,
    _ nameSize: Int,
    _ value: UnsafePointer<CChar>?,
    _ valueSize: Int
) -> MHD_Result {
    guard let fields = unsafe context?.assumingMemoryBound(to: FieldCollector.self) else { return .NO }
    let nameStart = UInt(bitPattern: name)
    let valueStart = UInt(bitPattern: value)
    unsafe fields.pointee.headers.append(
        UnsafeRawBufferPointer(start: name, count: name == nil ? 0 : nameSize),
        UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueSize)
    )
    if unsafe nameStart != fields.pointee.next || valueStart <= nameStart + UInt(nameSize) {
        unsafe fields.pointee.isAsWritten = false
    }
    unsafe fields.pointee.next = valueStart &+ UInt(valueSize) &+ 2
    return .YES
}
