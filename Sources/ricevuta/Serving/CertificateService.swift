import BaseKit
import Foundation
import HTTPListener
import Logging
import RicevutaConfiguration
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Reloads certificates: when their files have changed, and on SIGHUP.
///
/// Without TLS it only keeps SIGHUP from ending the program.
final class CertificateService: Service {
    private let listener: HTTPServer
    private let tls: Configuration.Listener.TLS?
    private let logger: Logger
    /// The files as they were when they were read last.
    private let used: Mutex<Stamp?>
    /// Looking at files blocks.
    private let threads = BlockingThreads(name: "certificates", limit: 1)

    init(listener: HTTPServer, tls: Configuration.Listener.TLS?, logger: Logger) {
        self.listener = listener
        self.tls = tls
        self.logger = logger
        used = Mutex(tls.map { Stamp($0.files) })
    }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in signals { await self.hangUp() } }
                if let tls = self.tls { group.addTask { await self.watch(tls) } }
                await group.waitForAll()
            }
        }
    }

    private func hangUp() async {
        guard let tls else { return logger.notice("SIGHUP ignored: no TLS configured; other changes need a restart") }
        await renew(tls)
    }

    private func watch(_ tls: Configuration.Listener.TLS) async {
        var last = await stamp(tls)
        while (try? await Task.sleep(for: tls.reloadInterval)) != nil {  // Cancelled means that it is over.
            // A disk that hangs shows nothing new.
            guard let now = await stamp(tls) else { continue }
            // Once they have stayed as they are: whoever writes them does so one after another.
            if now == last, now != used.withLock({ $0 }) { await renew(tls) }
            last = now
        }
    }

    private func stamp(_ tls: Configuration.Listener.TLS) async -> Stamp? {
        let outcome = await threads.run { Stamp(tls.files) }
        guard case .finished(let stamp) = outcome else { return nil }
        return stamp
    }

    private func renew(_ tls: Configuration.Listener.TLS) async {
        if let stamp = await stamp(tls) { used.withLock { $0 = stamp } }
        do throws(ListenerError) {
            try await listener.reload(tls.files)
            logger.notice("TLS certificate reloaded", metadata: ["file": "\(tls.certificate)"])
        } catch {
            logger.error(
                "TLS certificate reload failed; keeping the current certificate",
                metadata: ["reason": "\(error)"]
            )
        }
    }
}

/// What tells that files have changed without reading them; links are followed, as renewing tools set them.
private struct Stamp: Equatable, Sendable {
    private struct File: Equatable, Sendable {
        var inode: UInt64?
        var size: UInt64?
        var modified: Date?

        init(_ path: String) {
            let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            let attributes = try? FileManager.default.attributesOfItem(atPath: target)  // Missing is a state, too.
            inode = (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
            size = (attributes?[.size] as? NSNumber)?.uint64Value
            modified = attributes?[.modificationDate] as? Date
        }
    }

    private var files: [File]

    init(_ tls: TLSFiles) {
        files = [tls.certificate, tls.privateKey, tls.clientAuthorities].compactMap(\.self).map(File.init)
    }
}
