import CMicroHTTPD
import Glibc

/// Where connections come in: the listening socket, and those whose first head has not arrived.
///
/// libmicrohttpd accepts by itself, too; but then whoever connects has its memory at once, and a place that it can't be
/// asked to give up. Here one that says nothing costs a descriptor. The same epoll set also reports everything else
/// that the listener's thread waits for.
///
/// Used on that thread only.
final class Gate {
    /// What was found at the listening socket.
    enum Arrival {
        case connection(socket: Int32, peer: PeerAddress)
        case nobody
        /// The process or the system has no descriptor left.
        case noDescriptor
    }

    /// Numbers of what is no connection.
    private static let listening: UInt64 = 0
    private static let woken: UInt64 = 1
    private static let daemons: UInt64 = 2
    /// The first number of a connection.
    static let firstConnection: UInt64 = 3

    private let epoll: Int32
    private var socket: Int32
    /// Whether somebody else holds the socket, too, and hands it to the next process.
    let isShared: Bool
    private let waker: Waker
    private var numbers = [UInt64](repeating: 0, count: 64)
    private var isAccepting = false
    private var isClosed = false
    /// Whether somebody waits to be accepted.
    private(set) var hasArrivals = false

    /// - Throws: ``ListenerError/startFailed(errno:reason:)`` when the process has no descriptor left.
    init(_ listeningSocket: consuming ListeningSocket, waker: Waker) throws(ListenerError) {
        isShared = listeningSocket.isShared
        socket = listeningSocket.take()
        self.waker = waker
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0, cmhd_watch(epoll, waker.descriptor, Self.woken, 0) == 0 else {
            throw .startFailed(errno: errno, reason: "cannot create an epoll descriptor")
        }
        accept(true)
    }

    deinit {
        release()
        if epoll >= 0 { Glibc.close(epoll) }
    }

    /// Waits until something is ready, at most so long; `ready` gets the numbers of the connections among it.
    func wait(atMost duration: Duration, _ ready: inout [UInt64]) {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        // Ended early by a signal: the caller looks at everything again anyway.
        let count = unsafe cmhd_wait(epoll, &numbers, Int32(numbers.count), Int32(clamping: max(0, milliseconds)))
        hasArrivals = false
        guard count > 0 else { return }
        for number in numbers[..<Int(count)] {
            switch number {
            case Self.listening: hasArrivals = true
            case Self.woken: waker.clear()
            case Self.daemons: break
            default: ready.append(number)
            }
        }
    }

    /// Waits for a daemon, too.
    func watch(daemon descriptor: Int32) -> Bool { cmhd_watch(epoll, descriptor, Self.daemons, 0) == 0 }

    /// Waits for a connection, until ``forget(connection:)``.
    func watch(connection descriptor: Int32, number: UInt64) -> Bool {
        cmhd_watch(epoll, descriptor, number, 1) == 0
    }

    func forget(connection descriptor: Int32) { _ = cmhd_unwatch(epoll, descriptor) }

    /// Takes the next connection.
    ///
    /// The corresponding system call is `accept4`.
    func next() -> Arrival {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &storage) { raw in
            guard let address = unsafe raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return .nobody }
            while true {
                let found = unsafe cmhd_accept(socket, address, &size)
                if found >= 0 { return unsafe .connection(socket: found, peer: PeerAddress(address)) }
                switch errno {
                // The peer was gone before it was accepted, or the network had a fault: the next one may be good.
                case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENOPROTOOPT, ENONET:
                    continue
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .noDescriptor
                default: return .nobody
                }
            }
        }
    }

    /// Whether ``next()`` would find a connection.
    var isAnybodyWaiting: Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1
    }

    /// Lets connections in, or leaves them in the kernel's queue.
    func accept(_ isWanted: Bool) {
        guard isWanted != isAccepting, !isClosed else { return }
        isAccepting = isWanted
        if isWanted {
            _ = cmhd_watch(epoll, socket, Self.listening, 0)
        } else {
            _ = cmhd_unwatch(epoll, socket)
            hasArrivals = false
        }
    }

    /// Gives the port back.
    func release() {
        close()
        if socket >= 0 { Glibc.close(socket) }
        socket = -1
    }

    /// Takes no new connection from now on.
    func close() {
        guard !isClosed else { return }
        accept(false)
        isClosed = true
        // Without this the kernel would go on accepting for us, and the peers would wait for nothing; on a socket that
        // somebody else holds too they wait for the next process.
        if !isShared { shutdown(socket, Int32(SHUT_RD)) }
    }
}
