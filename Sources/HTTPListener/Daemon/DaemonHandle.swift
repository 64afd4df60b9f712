import CMicroHTTPD
import Glibc

/// Sole owner of one running `MHD_Daemon`.
///
/// Dropping the handle stops the daemon: it joins every thread that could run a callback, then closes the socket. Each
/// suspended connection must have been resumed before, and it must not happen on one of the daemon's own threads.
///
/// Safe because the pointer never leaves this type and the type can't be copied.
@safe
struct DaemonHandle: ~Copyable, @unchecked Sendable {
    // @unchecked: libmicrohttpd allows the calls below from any thread but the daemon's own.
    private let daemon: OpaquePointer
    private var quiescedSocket: Int32 = -1

    /// Starts a daemon whose callbacks borrow `core` until the handle is gone.
    ///
    /// - Throws: ``ListenerError/startFailed(errno:reason:)`` with the library's own words.
    init(
        _ configuration: ListenerConfiguration,
        socket: consuming ListeningSocket,
        tls: TLSTexts?,
        core: ListenerCore
    ) throws(ListenerError) {
        unsafe MHD_set_panic_func(onPanic, nil)
        let limits = configuration.limits
        let descriptor = socket.take()
        // Room for the head, for a record of each field, and for a head somewhat over the limit, which is to get our own
        // answer. Not more than that: the library clears all of it for each request.
        let memory = limits.maxHeaderBytes * 3 / 2 + 4_096
        var settings = unsafe cmhd_settings(
            listen_socket: descriptor,
            threads: UInt32(clamping: configuration.threads),
            connection_limit: UInt32(clamping: max(1, limits.maxConnections)),
            per_address_limit: UInt32(clamping: limits.maxConnectionsPerAddress),
            idle_seconds: limits.idleTimeout.wholeSeconds,
            memory_limit: memory,
            certificate: nil,
            private_key: nil,
            priorities: nil,
            on_request: onRequest,
            on_target: onTarget,
            on_request_end: onRequestEnd,
            on_connection: onConnection,
            on_message: onMessage,
            context: Unmanaged.passUnretained(core).toOpaque()
        )
        let started: OpaquePointer?
        if let tls {
            unsafe started = tls.certificate.withCString { certificate in
                unsafe tls.privateKey.withCString { privateKey in
                    unsafe tlsPriorities.withCString { priorities in
                        unsafe settings.certificate = certificate
                        unsafe settings.private_key = privateKey
                        unsafe settings.priorities = priorities
                        return unsafe cmhd_start_daemon(&settings)
                    }
                }
            }
        } else {
            unsafe started = cmhd_start_daemon(&settings)
        }
        guard let daemon = unsafe started else {
            // The socket is not closed here: past its options, which are all in order, the library has closed it.
            throw .startFailed(errno: 0, reason: core.lastMessage ?? "libmicrohttpd gave no reason")
        }
        unsafe self.daemon = daemon
    }

    deinit {
        unsafe MHD_stop_daemon(daemon)
        if quiescedSocket >= 0 { close(quiescedSocket) }
    }

    /// Takes no new connection from now on.
    ///
    /// The corresponding C function is `MHD_quiesce_daemon`; the socket it gives back is closed once the threads, which
    /// may still look at it, are gone.
    mutating func quiesce() {
        guard quiescedSocket < 0 else { return }
        quiescedSocket = unsafe MHD_quiesce_daemon(daemon)
        // Without this the kernel would go on accepting for us, and the peers would wait for nothing.
        if quiescedSocket >= 0 { shutdown(quiescedSocket, Int32(SHUT_RD)) }
    }
}

/// TLS 1.2 and 1.3 with GnuTLS' usual ciphers.
private let tlsPriorities = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"
