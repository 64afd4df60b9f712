import CMicroHTTPD
import Glibc

/// Keeps one `MHD_Response` to be queued any number of times, on any connection: the library counts who still sends it.
///
/// Safe because the library lets any thread queue a response, and this one is never changed once it is here.
final class CachedResponse: Sendable {
    private let persisting: Lock<PreparedResponse?> = Lock(nil)
    private let asAsked: Lock<PreparedResponse?> = Lock(nil)

    /// Queues the response, preparing it the first time.
    @unsafe
    func queue(
        on handle: OpaquePointer,
        _ ending: PreparedResponse.Ending,
        preparing make: () -> PreparedResponse?
    ) -> Bool? {
        switch ending {
        case .persists: unsafe queue(from: persisting, on: handle, make)
        case .asAsked: unsafe queue(from: asAsked, on: handle, make)
        case .closes: nil
        }
    }

    @unsafe
    private func queue(
        from place: borrowing Lock<PreparedResponse?>,
        on handle: OpaquePointer,
        _ make: () -> PreparedResponse?
    ) -> Bool? {
        place.withLock { response in
            if response == nil { response = make() }
            return unsafe response?.queue(on: handle)
        }
    }
}

/// Sole owner of one `MHD_Response` that is about to be queued.
///
/// The library counts references: after a response has been queued, dropping this gives up ours and the library frees
/// it when it has been sent.
///
/// Safe because the pointer goes to the library's calls only, and the type can't be copied.
@safe
struct PreparedResponse: ~Copyable, @unchecked Sendable {
    /// What becomes of the connection after the response.
    enum Ending {
        /// It stays, and the peer hears for how long.
        case persists
        /// As the peer asked for.
        case asAsked
        /// It is closed.
        case closes
    }

    // @unchecked: nothing here changes after `make`, and the library counts references under a lock of its own.
    private let response: OpaquePointer
    private let status: UInt32

    @unsafe
    private init(_ response: OpaquePointer, status: UInt32) {
        unsafe self.response = response
        self.status = status
    }

    deinit {
        unsafe MHD_destroy_response(response)
    }

    /// Hands the response to the library.
    @unsafe
    borrowing func queue(on connection: OpaquePointer) -> Bool {
        unsafe MHD_queue_response(connection, status, response) == .YES
    }

    /// Prepares a response.
    ///
    /// - Returns: `nil` when a header or the status can't be expressed in HTTP, or memory is short.
    static func make(_ source: Response, _ ending: Ending, connection: Connection) -> PreparedResponse? {
        guard (200...599).contains(source.status), source.headers.allSatisfy({ isSound($0) }) else { return nil }
        var status = source.status
        var headers = source.headers
        let made: OpaquePointer?
        switch source.body {
        case .bytes(let bytes):
            unsafe made = copy(bytes)
        case .stream(let length, let producer):
            unsafe made = read(from: BodyReader(producer, connection: connection), length: length)
        case .file(let path):
            switch open(path) {
            case .file(let descriptor, let size):
                unsafe made = MHD_create_response_from_fd64(size, descriptor)
                if unsafe made == nil { Glibc.close(descriptor) }
            case .empty:
                unsafe made = copy([])
            case .absent(let reason):
                status = reason
                headers = [("Content-Type", "application/problem+json")]
                unsafe made = copy(Response.problemDocument(reason, detail: nil))
            }
        }
        guard let made = unsafe made else { return nil }
        let prepared = unsafe PreparedResponse(made, status: UInt32(status))
        guard prepared.add(headers), prepared.announce(ending, connection.core.keepAlive) else { return nil }
        return prepared
    }

    private borrowing func announce(_ ending: Ending, _ keepAlive: String?) -> Bool {
        switch ending {
        case .closes: return unsafe MHD_add_response_header(response, "Connection", "close") == .YES
        case .asAsked: return true
        case .persists:
            guard let keepAlive else { return true }
            return unsafe MHD_add_response_header(response, "Keep-Alive", keepAlive) == .YES
                && cmhd_announce_persistence(response) != 0
        }
    }

    private borrowing func add(_ headers: [(name: String, value: String)]) -> Bool {
        for (name, value) in headers where !Self.isLibrarys(name) {
            guard unsafe MHD_add_response_header(response, name, value) == .YES else { return false }
        }
        return true
    }

    @unsafe
    private static func read(from reader: BodyReader, length: Int?) -> OpaquePointer? {
        let size = length.map { UInt64(clamping: $0) } ?? UInt64.max
        let retained = unsafe Unmanaged.passRetained(reader)  // released in onBodyEnd
        let made = unsafe MHD_create_response_from_callback(size, 32_768, onBodyPiece, retained.toOpaque(), onBodyEnd)
        if unsafe made == nil { unsafe retained.release() }
        return unsafe made
    }

    @unsafe
    private static func copy(_ bytes: [UInt8]) -> OpaquePointer? {
        unsafe bytes.withUnsafeBytes { raw in
            // The library copies and doesn't write: the parameter is mutable for its other modes.
            let start = unsafe UnsafeMutableRawPointer(mutating: raw.baseAddress)
            return unsafe MHD_create_response_from_buffer(raw.count, start, .RESPMEM_MUST_COPY)
        }
    }

    private enum Opened {
        case file(Int32, size: UInt64)
        case empty
        case absent(status: Int)
    }

    private static func open(_ path: String) -> Opened {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .absent(status: errno == ENOENT || errno == ENOTDIR ? 404 : 500) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            Glibc.close(descriptor)
            return status.st_mode & S_IFMT == S_IFREG ? .empty : .absent(status: 404)
        }
        return .file(descriptor, size: UInt64(status.st_size))
    }

    /// Keeps a value from ending its line and starting another (RFC 9110 §5.5).
    private static func isSound(_ header: (name: String, value: String)) -> Bool {
        !header.name.isEmpty && header.name.utf8.allSatisfy(\.isTokenCharacter)
            && header.value.utf8.allSatisfy(\.isFieldCharacter)
    }

    private static func isLibrarys(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: name.lowercased() == "date"
        case 14: name.lowercased() == "content-length"
        case 10: name.lowercased() == "keep-alive"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }
}
