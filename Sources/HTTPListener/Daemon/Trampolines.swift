import CMicroHTTPD
import Glibc

// What libmicrohttpd calls, on the listener's thread. Global functions, never closures: a closure written where the
// main actor is in force would carry its isolation along and trap off the main thread.

/// A socket was handed over (`event` 0) or is about to be closed.
func onConnection(
    _ context: UnsafeMutableRawPointer,
    _ handle: OpaquePointer,
    _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ event: UInt32
) {
    let loop = unsafe Unmanaged<ListenerLoop>.fromOpaque(context).takeUnretainedValue()
    if event == 0 {
        guard let connection = loop.handing else { return }
        unsafe connection.taken(as: handle)
        connection.daemon?.connections += 1
        unsafe slot.pointee = Unmanaged.passRetained(connection).toOpaque()  // released below, at the socket's end
    } else if let opaque = unsafe slot.pointee {
        let connection = unsafe Unmanaged<Connection>.fromOpaque(opaque).takeRetainedValue()
        unsafe slot.pointee = nil
        connection.daemon?.connections -= 1
        if case .expired = connection.phase { loop.expired -= 1 }
        connection.close()
        loop.remove(connection)
    }
}

/// A request line has arrived.
///
/// What is returned becomes the request's pointer below; the socket's start retained it.
func onTarget(
    _ context: UnsafeMutableRawPointer,
    _ target: UnsafePointer<CChar>,
    _ handle: OpaquePointer
) -> UnsafeMutableRawPointer? {
    guard let opaque = unsafe cmhd_socket_context(handle) else { return nil }
    unsafe Unmanaged<Connection>.fromOpaque(opaque)._withUnsafeGuaranteedRef { connection in
        unsafe connection.begin(target: String(cString: target))
    }
    return unsafe opaque
}

/// Runs once when the head is in, once for each piece of body, and once at the request's end.
func onRequest(
    _ context: UnsafeMutableRawPointer,
    _ handle: OpaquePointer,
    _ url: UnsafePointer<CChar>,
    _ method: UnsafePointer<CChar>,
    _ version: UnsafePointer<CChar>,
    _ upload: UnsafePointer<CChar>?,
    _ uploadSize: UnsafeMutablePointer<Int>,
    _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> MHD_Result {
    guard let opaque = unsafe request.pointee else { return .NO }
    // Without a count of its own: other threads count on the same connection, and would be waited for.
    return unsafe Unmanaged<Connection>.fromOpaque(opaque)._withUnsafeGuaranteedRef { connection in
        let next: Connection.Next
        if let upload = unsafe upload, unsafe uploadSize.pointee > 0 {
            next = unsafe connection.bodyArrived(UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee))
            unsafe uploadSize.pointee = 0
        } else if connection.awaitsHead {
            next = connection.headArrived(unsafe readHead(of: handle, connection.target, method, version))
        } else {
            next = connection.requestArrived()
        }
        switch next {
        case .proceed, .wait: return .YES
        case .respond(let response): return connection.queue(response) ? .YES : .NO
        case .close: return .NO
        }
    }
}

/// Runs once for every request that had a request line, however it ended.
func onRequestEnd(
    _ context: UnsafeMutableRawPointer,
    _ handle: OpaquePointer,
    _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ reason: UInt32
) {
    guard let opaque = unsafe request.pointee else { return }
    unsafe request.pointee = nil
    unsafe Unmanaged<Connection>.fromOpaque(opaque)._withUnsafeGuaranteedRef { $0.end() }
}

/// The library has something to say.
func onMessage(_ context: UnsafeMutableRawPointer, _ format: UnsafePointer<CChar>, _ arguments: CVaListPointer?) {
    let core = unsafe Unmanaged<ListenerLoop>.fromOpaque(context).takeUnretainedValue().core
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        guard let arguments = unsafe arguments, let start = buffer.baseAddress,
            unsafe vsnprintf(start, 512, format, arguments) > 0
        else { return }
        var message = unsafe String(cString: start)
        while message.last?.isNewline == true { message.removeLast() }
        core.note(message)
    }
}

/// The library has found its own state broken and can't go on.
func onPanic(
    _ context: UnsafeMutableRawPointer?,
    _ file: UnsafePointer<CChar>?,
    _ line: UInt32,
    _ reason: UnsafePointer<CChar>?
) {
    let text = unsafe reason.map { unsafe String(cString: $0) } ?? "unknown reason"
    let message = Array("libmicrohttpd panic (line \(line)): \(text)\n".utf8)
    _ = unsafe write(STDERR_FILENO, message, message.count)
    abort()
}
