import HTTPListener
import Logging
import ServiceLifecycle

/// A listener that is stopped in its turn: it takes nothing new, and finishes what is in flight.
struct ListenerService: Service {
    let name: String
    let listener: HTTPServer
    /// How long what is in flight may take.
    let deadline: Duration
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()  // Cancelled means stop, too.
        logger.info("Listener stopping", metadata: ["listener": "\(name)"])
        await listener.stop(within: Task.isCancelled ? .zero : deadline)
    }
}

/// What is closed after everything that uses it has stopped.
struct ShutdownHook: Service {
    let close: @Sendable () async -> Void

    func run() async throws {
        try? await gracefulShutdown()  // Cancelled means close, too.
        await close()
    }
}
