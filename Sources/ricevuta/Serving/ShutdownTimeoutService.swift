import Foundation
import Logging
import ServiceLifecycle

/// Ends the process when its shutdown times out: a disk that hangs cannot be waited for, and nothing that was
/// acknowledged depends on it.
///
/// Stopped first, since its time begins then.
struct ShutdownTimeoutService: Service {
    /// How long everything may take to stop.
    let limit: Duration
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()  // Cancelled means that it ends, too.
        let thread = Thread { [limit, logger] in
            Thread.sleep(forTimeInterval: TimeInterval(limit.components.seconds))
            logger.critical(
                "Shutdown timed out; exiting anyway (the disk may hang; acknowledged callbacks are safe)",
                metadata: ["after": .stringConvertible(limit)]
            )
            _exit(ExitStatus.storage.rawValue)
        }
        thread.name = "end-limit"
        thread.start()
    }
}
