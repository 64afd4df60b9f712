import CMicroHTTPD
import Glibc

/// One connection of a peer, from its first byte to its last, and the request that is on it.
///
/// Made and released by the library's callbacks for a socket's start and end; replies may hold it longer.
///
/// Safe because all that changes is touched on the listener's thread only; a reply on another thread does nothing but
/// name the connection and the number of its request, by which one that comes too late is recognised. The pointer is
/// used on that thread while the connection is alive, which `isOpen` tells.
@safe
final class Connection: @unchecked Sendable {
    /// Where the current request stands.
    enum Phase {
        /// No request line has arrived.
        case idle
        /// Head or body are arriving.
        case receiving
        /// The handler has it, and the library asks for the answer in each turn.
        case waiting(turns: Int)
        /// This is the answer when the library asks next.
        case answered(Response)
        /// The library asks no more until it is resumed.
        case suspended
        /// The library waits for more of the answer's body.
        case paused(until: Instant)
        /// An answer has been handed to the library.
        case responding
        /// The deadline has passed, and the socket is shut.
        case expired
    }

    // @unchecked: everything is constant or used as said above.
    let handle: OpaquePointer
    let socket: Int32
    let peer: PeerAddress
    let loop: ListenerLoop
    var phase = Phase.idle
    /// Counts the connection's requests, so that a reply can tell its own from a later one.
    var request: UInt64 = 0
    /// When the phase `idle` or `receiving` began.
    var since: Instant
    /// Whether the socket's number is still this connection's.
    var isOpen = true
    var target = ""
    var head: RequestHead?
    /// What the handler decided to have back with the whole request.
    var passed: (any AnyObject & Sendable)?
    var body: [UInt8] = []
    var bodyLimit = 0
    /// What becomes of a body that is longer than its limit.
    var bodyExcess = BodyExcess.refuse
    /// Whether nothing may follow the request on the connection: see ``HeadRules`` on bodies in chunks.
    var isLast = false
    /// Bytes of body beyond the limit, thrown away.
    var excess = 0

    /// The peer's certificate, looked at with the first request.
    private var certificate: String??

    var core: ListenerCore { loop.core }

    @unsafe
    init(_ handle: OpaquePointer, loop: ListenerLoop) {
        unsafe self.handle = handle
        unsafe socket = cmhd_socket(handle)
        unsafe peer = cmhd_peer(handle).map { unsafe PeerAddress($0) } ?? PeerAddress(ipv6: in6_addr(), port: 0)
        self.loop = loop
        since = loop.now
    }

    /// Whether there is no request on the connection.
    var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }

    /// The SHA-256 of the peer's certificate if it is a good one.
    func clientCertificate() -> String? {
        guard core.asksForCertificates else { return nil }
        if let certificate { return certificate }
        var bytes = [UInt8](repeating: 0, count: 32)
        let isGood = unsafe cmhd_client_certificate(handle, &bytes) != 0
        let found = isGood ? bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() : nil
        certificate = .some(found)
        return found
    }

    /// Whether nothing has come for so long that nothing is likely to be on its way.
    func isQuiet(_ now: Instant) -> Bool { isIdle && now.since(since) > .milliseconds(500) }

    /// A request line has arrived.
    func begin(target: String) {
        phase = .receiving
        since = loop.now
        self.target = target
    }

    /// The request is over: its answer has been sent, or it broke off.
    func end() {
        if case .waiting = phase { loop.noteWaiting(-1) }
        phase = .idle
        request &+= 1
        since = loop.now
        head = nil
        passed = nil
        if !body.isEmpty { body = [] }
        excess = 0
        loop.noteProgress()
    }

    /// The library is about to close the socket.
    func close() {
        isOpen = false
    }
}

// MARK: - Deadlines

extension Connection {
    /// Ends what has taken too long.
    func sweep(_ now: Instant) {
        let limits = core.limits
        switch phase {
        case .receiving where now.since(since) > limits.requestDeadline:
            expire(tellingPeer: true)
        case .receiving where hasPeerFinished:
            expire(tellingPeer: false)
        case .idle where limits.idleTimeout > .zero && now.since(since) > limits.idleTimeout + limits.requestDeadline:
            // The library closes silent connections: this one sends its request line in drops.
            expire(tellingPeer: false)
        default: break
        }
    }

    /// Whether the peer will send no more, and all that it sent has been read.
    ///
    /// The library misses an end that arrives together with the last bytes: epoll tells of both once.
    private var hasPeerFinished: Bool {
        var byte: UInt8 = 0
        return unsafe isOpen && recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    /// Answers what waits 503 and lets a paused body end, because the daemon has to stop.
    func closeOut() {
        switch phase {
        case .waiting, .suspended: take(.stopping, request: request)
        case .paused: endPause()
        default: break
        }
    }

    private func expire(tellingPeer: Bool) {
        phase = .expired
        guard isOpen else { return }
        if tellingPeer && !core.isTLS {
            // Written past the library, which takes an answer only when it asks for one. It has written nothing for
            // this request, except perhaps a whole 100 Continue.
            let answer = Self.timeoutAnswer
            _ = unsafe send(socket, answer, answer.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        // The library sees it in its next turn, and closes.
        shutdown(socket, Int32(SHUT_RDWR))
    }

    private static let timeoutAnswer: [UInt8] = {
        let document = Response.problemDocument(408, detail: "The request took too long to arrive.")
        let head = """
            HTTP/1.1 408 \(Response.reasonPhrase(408))\r
            Content-Type: application/problem+json\r
            Content-Length: \(document.count)\r
            Connection: close\r
            \r\n
            """
        return Array(head.utf8) + document
    }()
}

extension Response {
    /// The answer to whatever is not done when the listener stops.
    static var stopping: Response {
        var response = Response.unavailable(detail: "The server is stopping.")
        response.closes = true
        return response
    }
}
