import CMicroHTTPD
import Glibc

/// Sole owner of one running `MHD_Daemon`.
///
/// The daemon has no thread and listens to nothing: all that it does, and every callback, happens in ``run()`` and
/// ``add(socket:)``. Dropping the handle stops it; each suspended connection must have been resumed before.
///
/// Safe because the pointer never leaves this type and the type can't be copied.
@safe
struct DaemonHandle: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointer is used by whoever owns the handle, one thread at a time.
    private let daemon: OpaquePointer

    /// Becomes readable when ``run()`` has something to do.
    let epoll: Int32

    /// Starts a daemon whose callbacks borrow `loop` until the handle is gone.
    ///
    /// - Parameters:
    ///   - headBytes: The largest head that it has room for.
    ///   - idleTimeout: How long a connection may be silent, whatever it is doing; 0 is for ever.
    ///   - tls: Certificate and key; `nil` for plain HTTP.
    ///   - loop: Where the callbacks go.
    /// - Throws: ``ListenerError/startFailed(errno:reason:)`` with the library's own words.
    init(headBytes: Int, idleTimeout: Duration, tls: PEMBundle?, loop: ListenerLoop) throws(ListenerError) {
        unsafe MHD_set_panic_func(onPanic, nil)
        // Room for the head, for a record of each field, and for a head somewhat over the limit, which is to get our
        // own answer. Not more than that: the library clears all of it for each request.
        let memory = max(8_192, headBytes * 5 / 4 + 2_048)
        var settings = unsafe cmhd_settings(
            idle_seconds: idleTimeout.wholeSeconds,
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
            throw .startFailed(errno: 0, reason: loop.core.lastMessage ?? "unknown error in libmicrohttpd")
        }
        let epoll = unsafe cmhd_epoll(daemon)
        guard epoll >= 0 else {
            unsafe MHD_stop_daemon(daemon)
            throw .startFailed(errno: errno, reason: "libmicrohttpd has no epoll descriptor")
        }
        unsafe self.daemon = daemon
        self.epoll = epoll
    }

    deinit {
        unsafe MHD_stop_daemon(daemon)
    }

    /// Serves what is ready, and never waits.
    ///
    /// The corresponding C function is `MHD_run`.
    borrowing func run() {
        _ = unsafe MHD_run(daemon)
    }

    /// Hands a socket over, which is the daemon's from then on, and closed at once where this returns `false`.
    ///
    /// The corresponding C function is `MHD_add_connection`.
    borrowing func add(socket: Int32) -> Bool { unsafe cmhd_add_connection(daemon, socket) != 0 }

    /// Whether ``run()`` has more to do at once.
    var isReady: Bool { unsafe cmhd_is_ready(daemon) != 0 }

    /// The number of its connections.
    var connections: Int { Int(unsafe cmhd_connections(daemon)) }
}

/// TLS 1.3 and 1.2 with keys that nobody can learn later (ECDHE) and ciphers that authenticate, by the server's choice.
///
/// Whatever has been kept up to date since 2014 can do that.
private let tlsPriorities = """
    NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:\
    +CHACHA20-POLY1305:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE
    """
