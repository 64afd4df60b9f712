import BaseKit
import CallbackJournal
import FileArchive
import Foundation
import HTTPListener
import Logging
import RicevutaConfiguration
import RicevutaCore

/// Answers 503 on both listeners while the disk has no room to open what a receiver needs, and opens it as soon as it
/// has.
///
/// A program that ended instead would refuse connections, and be started again and again until nobody starts it any
/// more.
struct Standby: Sendable {
    let configuration: Configuration
    let sockets: ActivationSockets
    let manager: ServiceManager
    let logger: Logger

    private static let retryInterval = Duration.seconds(1)
    private static let reminder = 60

    /// Opens, at once where there is room.
    ///
    /// - Parameter open: Opens everything or leaves nothing open.
    /// - Returns: What `open` returns.
    /// - Throws: What `open` throws for another reason than a full disk, or `ListenerError`.
    func whenThereIsRoom<Value: Sendable>(_ open: () async throws -> Value) async throws -> Value {
        do {
            return try await open()
        } catch let error where Self.isFull(error) {
            return try await wait(after: error, open)
        }
    }

    private func wait<Value: Sendable>(
        after error: any Error,
        _ open: () async throws -> Value
    ) async throws -> Value {
        let handler = AsyncRequestHandler(decide: { _ in .refuse(Self.answer) }) { _ in Self.answer }
        let callbacks = try configuration.listener.listen(handler, on: copy(sockets.callbacks), logger: logger)
        let admin: HTTPServer
        do {
            admin = try configuration.admin.listen(handler, on: copy(sockets.admin))
        } catch {
            await callbacks.stop(within: .zero)
            throw error
        }
        // Whoever manages the service is not to end it for what another start would not mend.
        manager.notify("READY=1\nSTATUS=Disk full; answering 503")
        var round = 0
        while true {
            if round % Self.reminder == 0 {
                logger.error(
                    "Disk full; answering callbacks with 503 until space is freed",
                    metadata: [
                        "error": "\(error)",
                        "callbacks": "\(configuration.listener.url(port: callbacks.port))\(CallbackPath.root)",
                        "admin": "\(configuration.admin.url(port: admin.port))",
                    ]
                )
            }
            round += 1
            try? await Task.sleep(for: Self.retryInterval)  // Cancelled, the next opening decides.
            manager.notify("WATCHDOG=1")
            let opened: Result<Value, any Error>
            do {
                opened = .success(try await open())
            } catch let error where Self.isFull(error) && !Task.isCancelled {
                continue
            } catch {
                opened = .failure(error)
            }
            await callbacks.stop(within: .zero)
            await admin.stop(within: .zero)
            if case .success = opened {
                logger.notice("Disk space available again", metadata: ["seconds": "\(round)"])
            }
            return try opened.get()
        }
    }

    private static var answer: Response {
        .unavailable(retryAfter: .seconds(60), detail: "The disk is full.")
    }

    /// A socket that the service manager handed over, once more: a listener that stops closes its own, and the receiver
    /// still needs it.
    private func copy(_ socket: Int32?) -> Int32? { socket.map { fcntl($0, F_DUPFD_CLOEXEC, 0) } }

    private static func isFull(_ error: any Error) -> Bool {
        switch error {
        case LedgerError.noSpace, JournalError.full: true
        case let failure as FileFailure: failure.isFullDisk
        case ArchiveError.io(_, _, let code): [ENOSPC, EDQUOT].contains(code)
        default: false
        }
    }
}
