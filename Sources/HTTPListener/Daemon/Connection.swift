import CMicroHTTPD
import Glibc

/// One connection of a peer, from its acceptance to its end, and the request that is on it.
///
/// Until its first head has come it is the gate's, and its socket its own; then both are the library's. Replies may
/// hold it longer.
///
/// Safe because all that changes is touched on the listener's thread only; a reply on another thread does nothing but
/// name the connection and the number of its request, by which one that comes too late is recognised. The pointer is
/// used on that thread while the connection is alive, which `isOpen` tells.
@safe
final class Connection: @unchecked Sendable {
    /// Where the current request stands.
    enum Phase {
        /// Nothing is the library's yet.
        case arriving
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
    /// The library's own; `nil` as long as it is not the library's.
    private(set) var handle: OpaquePointer?
    let socket: Int32
    let peer: PeerAddress
    /// Whether the peer speaks for many others.
    let isProxy: Bool
    /// By which the gate knows it.
    let number: UInt64
    let loop: ListenerLoop
    /// The one that has it.
    var daemon: RunningDaemon?
    /// Whether the socket is to be closed here.
    var isOwner = true
    /// When it was handed to the library.
    var handedAt = Instant(nanoseconds: 0)
    /// Whether the gate waits for it.
    var isWatched = false
    var phase = Phase.arriving
    /// Counts the connection's requests, so that a reply can tell its own from a later one.
    var request: UInt64 = 0
    /// When the phase `arriving`, `idle` or `receiving` began; what is the first request's counts from the acceptance.
    var since: Instant
    /// When the head began to arrive; `nil` between two requests.
    var headSince: Instant?
    /// When the last piece of the body came.
    var pieceAt: Instant
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
    /// Whether the request may be broken off where all places are taken, before it is whole.
    var givesWay = true
    /// Whether the library keeps the connection after the request, as far as the request goes.
    var persists = true
    /// Whether nothing may follow the request on the connection: see ``HeadRules`` on chunked bodies.
    var isLast = false
    /// Bytes of body beyond the limit, thrown away.
    var excess = 0

    /// The peer's certificate, looked at with the first request.
    private var certificate: String??

    var core: ListenerCore { loop.core }

    init(_ socket: Int32, peer: PeerAddress, isProxy: Bool, number: UInt64, loop: ListenerLoop) {
        unsafe handle = nil
        self.socket = socket
        self.peer = peer
        self.isProxy = isProxy
        self.number = number
        self.loop = loop
        since = loop.now
        headSince = loop.now
        pieceAt = loop.now
    }

    deinit { close() }

    /// The library has it.
    @unsafe
    func taken(as handle: OpaquePointer) { unsafe self.handle = handle }

    /// Whether it is the library's.
    var isHandedOver: Bool {
        if case .arriving = phase { false } else { true }
    }

    /// Whether there is no request on the connection.
    var isIdle: Bool {
        switch phase {
        case .arriving, .idle: true
        default: false
        }
    }

    /// Whether the head of a request is still to come.
    var awaitsItsHead: Bool {
        switch phase {
        case .arriving, .idle: true
        case .receiving: head == nil
        default: false
        }
    }

    /// The SHA-256 of the peer's certificate if it is a good one.
    func clientCertificate() -> String? {
        guard core.asksForCertificates else { return nil }
        if let certificate { return certificate }
        guard let handle = unsafe handle else { return nil }
        var bytes = [UInt8](repeating: 0, count: 32)
        let isGood = unsafe cmhd_client_certificate(handle, &bytes) != 0
        let found = isGood ? bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() : nil
        certificate = .some(found)
        return found
    }

    /// A request line has arrived.
    func begin(target: String) {
        if case .expired = phase { return }
        phase = .receiving
        since = loop.now
        if headSince == nil { headSince = since }
        self.target = target
    }

    /// The request is over: its answer has been sent, or it broke off.
    func end() {
        if case .waiting = phase { loop.noteWaiting(-1) }
        // Until the socket's end: it is counted as one that is about to be closed.
        if case .expired = phase {} else { phase = .idle }
        request &+= 1
        since = loop.now
        loop.noteGivesWay(since: since)
        headSince = nil
        givesWay = true
        head = nil
        passed = nil
        if !body.isEmpty { body = [] }
        excess = 0
        loop.noteProgress()
    }

    /// Nobody may use the socket any more: the library is about to close it, or it is closed here.
    func close() {
        guard isOpen else { return }
        isOpen = false
        if isOwner { Glibc.close(socket) }
    }
}

extension Response {
    /// The answer to whatever is not done when the listener stops.
    static var stopping: Response {
        var response = Response.unavailable(detail: "The server is shutting down.")
        response.closes = true
        return response
    }
}
