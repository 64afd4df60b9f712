import BaseKit
import CallbackJournal
import HTTPListener
import Logging
import RicevutaCore
import ServiceLifecycle

/// Notifies the service manager that the program is ready, that it is alive, and that it stops.
///
/// The watchdog is notified only when everything that a callback meets has moved since the last time: the listener's
/// thread, the journal's, and the ledger. A process that hangs is killed and restarted.
struct SystemdService: Service {
    let manager: ServiceManager
    let listener: HTTPServer
    let journal: Journal
    let ledger: any LedgerStore
    let status: String
    let logger: Logger

    func run() async throws {
        manager.notify("READY=1\nSTATUS=\(status)")
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                if let limit = manager.watchdogLimit {
                    await live(every: limit / 2)
                } else {
                    try? await Task.sleep(for: .seconds(1 << 40))  // Until it is cancelled.
                }
            }
        } onGracefulShutdown: {
            manager.notify("STOPPING=1\nSTATUS=Shutting down")
        }
    }

    private func live(every interval: Duration) async {
        while !Task.isCancelled {
            await listener.heartbeat()
            await journal.heartbeat()
            do throws(LedgerError) {
                try await ledger.ping()
                manager.notify("WATCHDOG=1")
            } catch {
                guard error != .closed else { return }
                logger.error("Health check failed; watchdog not notified", metadata: ["reason": "\(error)"])
            }
            try? await Task.sleep(for: interval)  // Cancelled means that it is over.
        }
    }
}
