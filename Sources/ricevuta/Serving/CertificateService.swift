import BaseKit
import Foundation
import HTTPListener
import Logging
import Pipeline
import RicevutaConfiguration
import RicevutaCore
import ServiceLifecycle
import Synchronization

/// Reloads certificates: when their files have changed, and whenever the configuration is reloaded.
final class CertificateService: Service {
    private let listener: HTTPServer
    private let tls: Mutex<Configuration.Listener.TLS?>
    private let logger: Logger
    /// The files as they were when they were read last.
    private let used: Mutex<Stamp?>
    private let refusal = Mutex<String?>(nil)
    /// When the certificate in use expires.
    private let expiry: Mutex<Timestamp?>
    /// Looking at files blocks.
    private let threads = BlockingThreads(name: "certificates", limit: 1)

    init(listener: HTTPServer, tls: Configuration.Listener.TLS?, logger: Logger) {
        self.listener = listener
        self.tls = Mutex(tls)
        self.logger = logger
        used = Mutex(tls.map { Stamp($0.files) })
        expiry = Mutex(tls.flatMap { Self.expiry(of: $0.files) })
    }

    /// Why the files as they are now are not in use; `nil` when they are.
    var problem: String? { refusal.withLock { $0 } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last = await self.currentStamp()
            while (try? await Task.sleep(for: self.interval)) != nil {  // Cancelled means that it is over.
                // A disk that hangs shows nothing new.
                guard let tls = self.tls.withLock({ $0 }), let now = await self.stamp(tls) else { continue }
                // Once they have stayed as they are: whoever writes them does so one after another.
                if now == last, now != self.used.withLock({ $0 }) { await self.renew(tls) }
                last = now
            }
        }
    }

    /// Takes over files that the configuration names, or those that it named before, which may have changed.
    ///
    /// Whether there is TLS at all is decided at the start; then nothing happens here.
    ///
    /// - Throws: `ListenerError`; the certificate that was in use stays in use.
    func use(_ next: Configuration.Listener.TLS?) async throws(ListenerError) {
        guard let next, tls.withLock({ $0 }) != nil else { return }
        let stamp = await stamp(next)
        try await listener.reload(next.files)
        tls.withLock { $0 = next }
        used.withLock { $0 = stamp }
        refusal.withLock { $0 = nil }
        await noteExpiry(of: next)
    }

    /// When the certificate in use expires; `nil` without TLS.
    var certificateExpiry: Timestamp? { expiry.withLock { $0 } }

    private func noteExpiry(of tls: Configuration.Listener.TLS) async {
        let outcome = await threads.run { Self.expiry(of: tls.files) }
        // A disk that hangs says nothing else.
        if case .finished(let found) = outcome { expiry.withLock { $0 = found } }
    }

    private static func expiry(of files: TLSFiles) -> Timestamp? {
        // They were good a moment ago; whoever has changed them since is told of it by the reload.
        (try? files.examined()).map { Timestamp(seconds: $0.until) }
    }

    private var interval: Duration { tls.withLock { $0?.reloadInterval } ?? .seconds(3600) }

    private func currentStamp() async -> Stamp? {
        guard let tls = tls.withLock({ $0 }) else { return nil }
        return await stamp(tls)
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
            refusal.withLock { $0 = nil }
            await noteExpiry(of: tls)
            logger.notice("TLS certificate reloaded", metadata: ["file": "\(tls.certificate)"])
        } catch {
            refusal.withLock { $0 = "\(error)" }
            Alarms.raise(
                .reloadFailed,
                "TLS certificate reload failed; keeping the current certificate",
                ["error": "\(error)", "next": "ricevuta config check"],
                to: logger
            )
        }
    }
}

/// Shows that files have changed without reading them; links are followed, as renewing tools set them.
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
