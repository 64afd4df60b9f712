import CMicroHTTPD
import Glibc

/// Sole owner of one running `MHD_Daemon`.
///
/// The daemon has no thread: all that it does, and every callback, happens in ``run()``. Dropping the handle stops it
/// and closes the socket; each suspended connection must have been resumed before.
///
/// Safe because the pointer never leaves this type and the type can't be copied.
@safe
struct DaemonHandle: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointer is used by whoever owns the handle, one thread at a time.
    private let daemon: OpaquePointer
    private let epoll: Int32
    private let listening: Int32
    private let isShared: Bool
    private var quiescedSocket: Int32 = -1

    /// Starts a daemon whose callbacks borrow `loop` until the handle is gone.
    ///
    /// - Throws: ``ListenerError/startFailed(errno:reason:)`` with the library's own words.
    init(
        _ configuration: ListenerConfiguration,
        socket: consuming ListeningSocket,
        tls: TLSTexts?,
        waker: Waker,
        loop: ListenerLoop
    ) throws(ListenerError) {
        unsafe MHD_set_panic_func(onPanic, nil)
        let limits = configuration.limits
        let isShared = socket.isShared
        let descriptor = socket.take()
        // Room for the head, for a record of each field, and for a head somewhat over the limit, which is to get our own
        // answer. Not more than that: the library clears all of it for each request.
        let memory = max(8_192, limits.maxHeaderBytes * 5 / 4 + 2_048)
        var settings = unsafe cmhd_settings(
            listen_socket: descriptor,
            connection_limit: UInt32(clamping: max(1, limits.maxConnections)),
            per_address_limit: UInt32(clamping: limits.maxConnectionsPerAddress),
            idle_seconds: limits.idleTimeout.wholeSeconds,
            memory_limit: memory,
            certificate: nil,
            private_key: nil,
            priorities: nil,
            client_authorities: nil,
            on_request: onRequest,
            on_target: onTarget,
            on_request_end: onRequestEnd,
            on_connection: onConnection,
            on_message: onMessage,
            context: Unmanaged.passUnretained(loop).toOpaque()
        )
        let started: OpaquePointer?
        if let tls {
            unsafe started = tls.withCStrings { certificate, privateKey, authorities in
                unsafe tlsPriorities.withCString { priorities in
                    unsafe settings.certificate = certificate
                    unsafe settings.private_key = privateKey
                    unsafe settings.client_authorities = authorities
                    unsafe settings.priorities = priorities
                    return unsafe cmhd_start_daemon(&settings)
                }
            }
        } else {
            unsafe started = cmhd_start_daemon(&settings)
        }
        guard let daemon = unsafe started else {
            // The socket is not closed here: past its options, which are all in order, the library has closed it.
            throw .startFailed(errno: 0, reason: loop.core.lastMessage ?? "libmicrohttpd gave no reason")
        }
        let epoll = unsafe cmhd_epoll(daemon)
        guard epoll >= 0, cmhd_add_waker(epoll, waker.descriptor) == 0 else {
            unsafe MHD_stop_daemon(daemon)
            throw .startFailed(errno: errno, reason: "the library has no epoll descriptor")
        }
        unsafe self.daemon = daemon
        self.epoll = epoll
        listening = descriptor
        self.isShared = isShared
    }

    deinit {
        unsafe MHD_stop_daemon(daemon)
        if quiescedSocket >= 0 { close(quiescedSocket) }
    }

    /// Serves what is ready, and never waits.
    ///
    /// The corresponding C function is `MHD_run`.
    borrowing func run() {
        _ = unsafe MHD_run(daemon)
    }

    /// Whether ``run()`` has more to do at once.
    var isReady: Bool { unsafe cmhd_is_ready(daemon) != 0 }

    /// The number of its connections.
    var connections: Int { Int(unsafe cmhd_connections(daemon)) }

    /// What to wait for: it becomes readable when there is something to do, or the waker wakes.
    var readiness: pollfd { pollfd(fd: epoll, events: Int16(POLLIN), revents: 0) }

    /// Waits until one of them is ready, at most so long.
    static func wait(for entries: inout [pollfd], atMost duration: Duration, _ waker: Waker) {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
        // Ended early by a signal: the caller looks at everything again anyway.
        _ = unsafe poll(&entries, nfds_t(entries.count), max(0, milliseconds))
        waker.clear()
    }

    /// The same socket, for a daemon that takes over.
    borrowing func socketForSuccessor(port: UInt16) throws(ListenerError) -> ListeningSocket {
        try ListeningSocket(duplicating: listening, port: port, isShared: isShared)
    }

    /// Leaves new connections to the successor, and keeps its own.
    mutating func handOver() {
        guard quiescedSocket < 0 else { return }
        let socket = unsafe MHD_quiesce_daemon(daemon)
        // Closed at once, not shut: the successor listens on the same one.
        if socket >= 0 { close(socket) }
    }

    /// Takes no new connection from now on.
    ///
    /// The corresponding C function is `MHD_quiesce_daemon`; the socket that it gives back is closed with the daemon.
    mutating func quiesce() {
        guard quiescedSocket < 0 else { return }
        quiescedSocket = unsafe MHD_quiesce_daemon(daemon)
        // Without this the kernel would go on accepting for us, and the peers would wait for nothing; on a socket that
        // somebody else holds too they wait for the next process.
        if quiescedSocket >= 0 && !isShared { shutdown(quiescedSocket, Int32(SHUT_RD)) }
    }
}

/// TLS 1.3 and 1.2 with keys that nobody can learn later (ECDHE) and ciphers that authenticate, by the server's choice.
///
/// Whatever has been kept up to date since 2014 can do that.
private let tlsPriorities = """
    NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:\
    +CHACHA20-POLY1305:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE
    """
