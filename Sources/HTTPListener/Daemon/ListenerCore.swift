import Synchronization

/// What a listener's callbacks and its timer thread share.
///
/// One thread, the keeper, enforces the deadlines that libmicrohttpd doesn't have, continues paused bodies, and stops
/// the daemon, which may happen neither on the daemon's threads nor in the cooperative pool. It keeps this object, and
/// so everything that the C callbacks borrow, alive until the daemon is gone.
final class ListenerCore: Sendable {
    let handler: any RequestHandler
    let limits: ListenerLimits
    let rules: HeadRules
    let isTLS: Bool
    let port: UInt16

    private let waker: Waker
    private let daemon = Lock<DaemonHandle?>(nil)
    private let connections = Lock<[ObjectIdentifier: Connection]>([:])
    private let stop = Lock(Stop())
    private let draining = Atomic(false)
    private let closing = Atomic(false)
    private let suspended = Atomic(0)
    private let messages: Lock<String?> = Lock(nil)
    private let onMessage: (@Sendable (String) -> Void)?

    private struct Stop {
        var deadline: Instant?
        var isDone = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private init(
        _ configuration: ListenerConfiguration,
        isTLS: Bool,
        port: UInt16,
        handler: any RequestHandler
    ) throws(ListenerError) {
        self.handler = handler
        limits = configuration.limits
        rules = HeadRules(limits: configuration.limits)
        self.isTLS = isTLS
        self.port = port
        onMessage = configuration.onLibraryMessage
        waker = try Waker()
    }

    /// Opens the socket, starts the daemon and the keeper.
    static func start(
        _ configuration: ListenerConfiguration,
        handler: any RequestHandler
    ) throws(ListenerError) -> ListenerCore {
        try requireKnownLibrary(HTTPListener.libraryVersion)
        var texts: TLSTexts?
        if let files = configuration.tls { texts = try TLSTexts(files) }
        let socket = try ListeningSocket(host: configuration.host, port: configuration.port)
        let core = try ListenerCore(configuration, isTLS: texts != nil, port: socket.port, handler: handler)
        do {
            core.adopt(try DaemonHandle(configuration, socket: socket, tls: texts, core: core))
        } catch {
            guard let files = configuration.tls, case .startFailed(_, let reason) = error else { throw error }
            throw .tlsFile(path: files.certificate, reason: "certificate and key can't be used together: \(reason)")
        }
        do {
            try startThread { core.keep() }
        } catch {
            core.stopDaemon()
            throw error
        }
        return core
    }

    /// Asks the keeper to stop at that instant or at an earlier one asked for before, then resumes `done`.
    func requestStop(at deadline: Instant, _ done: CheckedContinuation<Void, Never>? = nil) {
        let isDone = stop.withLock { stop in
            stop.deadline = min(stop.deadline ?? deadline, deadline)
            if let done, !stop.isDone { stop.waiters.append(done) }
            return stop.isDone
        }
        if isDone { done?.resume() }
        waker.wake()
    }

    /// The most recent message of the library.
    var lastMessage: String? { messages.withLock { $0 } }

    func note(_ message: String) {
        if let onMessage { onMessage(message) }
        messages.withLock { $0 = message }
    }
}

// MARK: - What connections say

extension ListenerCore {
    /// Whether every answer has to close its connection.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Whether nothing may be suspended any more.
    var isClosing: Bool { closing.load(ordering: .acquiring) }

    func add(_ connection: Connection) {
        connections.withLock { $0[ObjectIdentifier(connection)] = connection }
    }

    func remove(_ connection: Connection) {
        connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// Counts a connection that libmicrohttpd must get back before it may be stopped.
    func noteSuspended() { suspended.wrappingAdd(1, ordering: .relaxed) }

    func noteResumed() { suspended.wrappingSubtract(1, ordering: .releasing) }

    /// Makes the keeper look at its connections now.
    func wakeKeeper() { waker.wake() }
}

// MARK: - The keeper

extension ListenerCore {
    private func keep() {
        while true {
            let now = Instant.now()
            let due = sweep(now)
            if let deadline = stop.withLock({ $0.deadline }) {
                drain(until: deadline)
                break
            }
            waker.wait(atMost: min(tick, due?.since(now) ?? tick))
        }
        close()
        let waiters = stop.withLock { stop in
            stop.isDone = true
            return stop.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// How late a deadline may be noticed.
    private var tick: Duration { min(max(limits.requestDeadline / 8, .milliseconds(5)), .seconds(1)) }

    private var all: [Connection] { connections.withLock { Array($0.values) } }

    /// Lets each connection do what is due.
    ///
    /// - Returns: When the next paused body continues.
    private func sweep(_ now: Instant) -> Instant? {
        all.compactMap { $0.sweep(now) }.min()
    }

    private func drain(until deadline: Instant) {
        draining.store(true, ordering: .relaxed)
        daemon.withLock { $0?.quiesce() }
        var idleRounds = 0
        while Instant.now() < (stop.withLock { $0.deadline } ?? deadline) {
            // Twice in a row: a request may be on its way through the library's thread at the first look.
            idleRounds = all.allSatisfy(\.isIdle) ? idleRounds + 1 : 0
            if idleRounds == 2 { return }
            waker.wait(atMost: .milliseconds(10))
            _ = sweep(.now())
        }
    }

    private func close() {
        draining.store(true, ordering: .relaxed)
        daemon.withLock { $0?.quiesce() }
        // Before the connections are looked at: one that is not suspended yet sees it and answers 503 itself.
        closing.store(true, ordering: .releasing)
        for connection in all { connection.closeOut() }
        while suspended.load(ordering: .acquiring) > 0 { waker.wait(atMost: .milliseconds(1)) }
        // Stopping cuts connections off, so the last answers get a moment to leave.
        let end = Instant.now().advanced(by: .milliseconds(500))
        while !all.allSatisfy(\.isIdle), Instant.now() < end { waker.wait(atMost: .milliseconds(2)) }
        stopDaemon()
    }

    private func adopt(_ handle: consuming DaemonHandle) {
        var handle: DaemonHandle? = consume handle
        daemon.withLock { swap(&$0, &handle) }
    }

    private func stopDaemon() {
        // Outside the lock: stopping waits for callbacks.
        let handle = daemon.withLock { $0.take() }
        _ = consume handle
    }
}

/// Refuses a library whose traps are not the ones guarded against here.
///
/// - Parameter version: As `MHD_get_version` gives it: numbers with dots.
/// - Throws: ``ListenerError/libraryTooOld(found:needed:)``.
func requireKnownLibrary(_ version: String) throws(ListenerError) {
    let needed = [0, 9, 75]
    let found = version.split(separator: ".").map { Int($0) ?? 0 }
    guard !found.lexicographicallyPrecedes(needed) else {
        throw .libraryTooOld(found: version, needed: "0.9.75")
    }
}
