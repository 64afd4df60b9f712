import CMicroHTTPD
import Glibc

/// One connection of a peer, from its first byte to its last, and the request that is on it.
///
/// Made and released by the library's callbacks for a socket's start and end; replies may hold it longer. All that
/// changes is behind one lock, because three parties meet here: the library's thread that serves the connection, the
/// thread that answers a suspended request, and the keeper. Nothing but a bounded call into the library happens under
/// the lock.
///
/// Safe because the pointer is used only while its connection is alive: on the library's own thread inside a callback,
/// or while the connection is suspended, when whoever moved it out of `suspended` or `paused` is the only one to resume
/// it. A reply that comes too late is recognised by the number of its request.
@safe
final class Connection: @unchecked Sendable {
    /// Where the current request stands.
    enum Phase {
        /// No request line has arrived.
        case idle
        /// Head or body are arriving.
        case receiving
        /// The handler is running, and no answer is known.
        case handling
        /// The handler is running, and this is to be the answer.
        case answered(Response)
        /// The library waits for an answer.
        case suspended
        /// The library waits for more of the answer's body.
        case paused(until: Instant)
        /// An answer has been handed to the library.
        case responding
        /// The deadline has passed, and the socket is shut.
        case expired
    }

    struct State {
        var phase = Phase.idle
        /// Counts the connection's requests, so that a reply can tell its own from a later one.
        var request: UInt64 = 0
        /// When the phase `idle` or `receiving` began.
        var since = Instant.now()
        /// Whether the socket's number is still this connection's.
        var isOpen = true
        var target = ""
        var head: RequestHead?
        /// What the handler decided to have back with the whole request.
        var passed: (any Sendable)?
        var body: [UInt8] = []
        var bodyLimit = 0
        /// Bytes of body beyond the limit, thrown away.
        var excess = 0
    }

    // @unchecked: everything is constant or behind the lock; the pointer is used as said above.
    let handle: OpaquePointer
    let socket: Int32
    let peer: PeerAddress
    let core: ListenerCore
    let state = Lock(State())

    @unsafe
    init(_ handle: OpaquePointer, core: ListenerCore) {
        unsafe self.handle = handle
        unsafe socket = cmhd_socket(handle)
        unsafe peer = cmhd_peer(handle).map { unsafe PeerAddress($0) } ?? PeerAddress(ipv6: in6_addr(), port: 0)
        self.core = core
    }

    /// Whether there is no request on the connection.
    var isIdle: Bool {
        state.withLock { state in
            if case .idle = state.phase { true } else { false }
        }
    }

    /// A request line has arrived.
    func begin(target: String) {
        state.withLock { state in
            state.phase = .receiving
            state.since = .now()
            state.target = target
        }
    }

    /// The request is over: its answer has been sent, or it broke off.
    func end() {
        state.withLock { state in
            state.phase = .idle
            state.request &+= 1
            state.since = .now()
            state.target = ""
            state.head = nil
            state.passed = nil
            state.body = []
            state.excess = 0
        }
        if core.isDraining { core.wakeKeeper() }
    }

    /// The library is about to close the socket.
    func close() {
        state.withLock { $0.isOpen = false }
    }
}

// MARK: - What the keeper does

extension Connection {
    /// Ends what has taken too long and continues what has paused long enough.
    ///
    /// - Returns: When the connection's paused body continues.
    func sweep(_ now: Instant) -> Instant? {
        let (due, resumes) = state.withLock { state -> (Instant?, Bool) in
            switch state.phase {
            case .paused(let until) where until <= now:
                state.phase = .responding
                return (nil, true)
            case .paused(let until):
                return (until, false)
            case .receiving where now.since(state.since) > core.limits.requestDeadline:
                expire(&state, tellingPeer: true)
            case .idle where core.limits.idleTimeout > .zero:
                // The library closes silent connections: this one sends its request line in drops.
                if now.since(state.since) > core.limits.idleTimeout + core.limits.requestDeadline {
                    expire(&state, tellingPeer: false)
                }
            default: break
            }
            return (nil, false)
        }
        if resumes { resume() }
        return due
    }

    /// Answers what is suspended 503 and lets a paused body end, because the daemon has to stop.
    func closeOut() {
        enum Action { case none, answer, resume }
        let action = state.withLock { state -> Action in
            switch state.phase {
            case .suspended:
                state.phase = .responding
                return .answer
            case .paused:
                state.phase = .responding
                return .resume
            default: return .none
            }
        }
        switch action {
        case .none: break
        case .answer:
            queue(.stopping)
            resume()
        case .resume: resume()
        }
    }

    private func expire(_ state: inout State, tellingPeer: Bool) {
        state.phase = .expired
        guard state.isOpen else { return }
        if tellingPeer && !core.isTLS {
            // Written past the library, which takes an answer on its own threads only. It has written nothing for this
            // request, except perhaps a whole 100 Continue.
            let answer = Self.timeoutAnswer
            _ = unsafe send(socket, answer, answer.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        // Wakes the library's thread, which closes. Under the lock, so that the number isn't another socket's by now.
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
