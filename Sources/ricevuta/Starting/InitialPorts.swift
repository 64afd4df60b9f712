import HTTPListener

/// Ports of loopback that are free: the usual ones where they are, else others.
struct InitialPorts: Sendable, Equatable {
    var callbacks: UInt16 = 8080
    var admin: UInt16 = 8081
    var sandbox: UInt16 = 8090

    /// Looks for them; somebody may take one a moment later.
    ///
    /// - Throws: `ListenerError` when not even the system finds one.
    static func free() async throws(ListenerError) -> InitialPorts {
        var ports = InitialPorts()
        // All are held until all are found, so that they differ.
        let held = [
            try hold(ports.callbacks, or: 18_080), try hold(ports.admin, or: 18_081),
            try hold(ports.sandbox, or: 18_090),
        ]
        (ports.callbacks, ports.admin, ports.sandbox) = (held[0].port, held[1].port, held[2].port)
        for listener in held { await listener.stop(within: .zero) }
        return ports
    }

    private static func hold(_ usual: UInt16, or other: UInt16) throws(ListenerError) -> HTTPServer {
        for port in [usual] + (other..<other + 100) {
            do throws(ListenerError) {
                return try HTTPServer(ListenerConfiguration(port: port), handler: silence())
            } catch .addressInUse {
                continue
            }
        }
        return try HTTPServer(ListenerConfiguration(port: 0), handler: silence())
    }

    /// Nobody is meant to ask.
    private static func silence() -> AsyncRequestHandler { AsyncRequestHandler(maxBodyBytes: 0) { _ in .notFound() } }
}
