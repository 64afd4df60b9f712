import CMicroHTTPD
import Glibc

/// An HTTP/1.1 server on libmicrohttpd: checks heads, collects bodies, and hands whole requests to one handler.
///
/// It listens from the moment it is made until ``stop(within:)`` or until it is dropped, which stops it without
/// waiting for what is in flight. The handler runs on the listener's own
/// thread.
public final class HTTPServer: Sendable {
    private let core: ListenerCore

    /// The port that is listened on: the configured one, or the kernel's choice when that was 0.
    public var port: UInt16 { core.port }

    /// What it has to do with, as of at most a second ago, and what it has done.
    public var statistics: ListenerStatistics { core.statistics }

    /// The version of libmicrohttpd in use, such as `0.9.75`.
    ///
    /// The corresponding C function is `MHD_get_version`.
    public static var libraryVersion: String { unsafe String(cString: MHD_get_version()) }

    /// The version of GnuTLS that libmicrohttpd uses, such as `3.7.9`; `nil` when none was loaded with it.
    ///
    /// The corresponding C function is `gnutls_check_version`. It is looked up by its name: GnuTLS is a library of
    /// libmicrohttpd's, not of ours.
    public static var tlsLibraryVersion: String? {
        typealias Check = @convention(c) (UnsafePointer<CChar>?) -> UnsafePointer<CChar>?
        guard let symbol = unsafe dlsym(nil, "gnutls_check_version") else { return nil }
        let check = unsafe unsafeBitCast(symbol, to: Check.self)
        return unsafe check(nil).map { unsafe String(cString: $0) }
    }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - handler: What answers; kept until the listener has stopped.
    /// - Throws: ``ListenerError``; nothing is left open or running then.
    public init(_ configuration: ListenerConfiguration, handler: any RequestHandler) throws(ListenerError) {
        core = try ListenerCore.start(configuration, handler: handler)
    }

    /// Reads the PEM files anew and uses them for new connections; those that are there go on as they are.
    ///
    /// Blocks on the disk for a moment.
    ///
    /// - Parameter files: The files, which may be others than before.
    /// - Throws: ``ListenerError``; what was in use before stays in use then.
    public func reload(_ files: TLSFiles) async throws(ListenerError) {
        guard core.isTLS else { throw .tlsFile(path: files.certificate, reason: "the listener does not use TLS") }
        if let failure = await core.use(try PEMBundle(files)) { throw failure }
    }

    /// Returns once the listener's thread has responded: never, if it hangs.
    public func heartbeat() async { await core.heartbeat() }

    deinit {
        core.requestStop(at: .now())
    }

    /// Stops, gracefully up to a point.
    ///
    /// Takes no new connection at once; closes each connection after its current request; waits for the requests in
    /// flight until the deadline; answers the rest 503; stops the thread. What has not become a whole request after a
    /// second is in flight only as long as it goes on and the handler wants it to (``HeadDecision``). May be called
    /// from any thread and more than once: the earliest deadline counts and every call returns when all is stopped.
    ///
    /// - Parameter deadline: How long what is in flight may take; ``Swift/Duration/zero`` for none.
    public func stop(within deadline: Duration) async {
        await withCheckedContinuation { done in
            core.requestStop(at: .now().advanced(by: deadline), done)
        }
    }
}
