import CMicroHTTPD

/// A daemon in a place of its own, since a type that can't be copied can't be shared.
final class RunningDaemon {
    let handle: DaemonHandle
    /// Connections that it has.
    var connections = 0

    init(_ handle: consuming DaemonHandle) { self.handle = handle }
}

/// The daemons that serve connections with the same certificate.
///
/// The library gives each connection of a daemon the same room, and clears it with every request. So there are two:
/// heads are small, nearly all of them, and whoever sends a small one keeps little room while it is silent. Behind a
/// proxy a connection brings the heads of many peers, and one in TLS can't be looked into: they get the whole room.
final class DaemonSet {
    /// A head of twice the size at which one counts as large, for those that grow on a connection that is kept.
    private static let smallRoom = Int(cmhd_small_head) * 2

    let small: RunningDaemon
    let large: RunningDaemon

    /// - Throws: ``ListenerError/startFailed(errno:reason:)``, or ``ListenerError/tlsFile(path:reason:)`` for a
    ///   certificate and a key that do not belong together.
    init(_ configuration: ListenerConfiguration, tls: PEMBundle?, loop: ListenerLoop) throws(ListenerError) {
        let limits = configuration.limits
        // The loop closes what is silent; the library comes after it, for peers that do not take their answers.
        let silence = limits.idleTimeout > .zero ? limits.idleTimeout + ListenerLoop.idleGrace * 4 : .zero
        do {
            let whole = try DaemonHandle(headBytes: limits.maxHeaderBytes, idleTimeout: silence, tls: tls, loop: loop)
            large = RunningDaemon(whole)
            if tls == nil, limits.maxHeaderBytes > Self.smallRoom {
                let little = try DaemonHandle(headBytes: Self.smallRoom, idleTimeout: silence, tls: nil, loop: loop)
                small = RunningDaemon(little)
            } else {
                small = large
            }
        } catch {
            guard let files = configuration.tls, case .startFailed(_, let reason) = error else { throw error }
            throw .tlsFile(path: files.certificate, reason: "certificate and private key do not match: \(reason)")
        }
    }

    /// Serves what is ready, and never waits.
    func run() {
        small.handle.run()
        // Most of the time it has nobody, and looking would be a system call in each turn.
        if large !== small, large.connections > 0 { large.handle.run() }
    }

    var isReady: Bool { small.handle.isReady || (large !== small && large.connections > 0 && large.handle.isReady) }

    var connections: Int { large === small ? small.connections : small.connections + large.connections }

    /// What becomes readable when there is something to do.
    var descriptors: [Int32] { large === small ? [small.handle.epoll] : [small.handle.epoll, large.handle.epoll] }
}
