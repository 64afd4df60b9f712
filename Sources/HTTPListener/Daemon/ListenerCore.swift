import Synchronization

/// What a listener's thread shares with everybody else: what it is told, and what it is asked.
///
/// Other threads leave their answers here, and wake the thread if it waits; all else happens on that thread, in
/// ``ListenerLoop``. One wake-up is enough for all the answers that come together.
final class ListenerCore: Sendable {
    let handler: any RequestHandler
    let limits: ListenerLimits
    let rules: HeadRules
    let isTLS: Bool
    let asksForCertificates: Bool
    let configuration: ListenerConfiguration
    let port: UInt16
    let waker: Waker
    /// Connections at one time: as many as were asked for, or as there are descriptors for.
    let mostConnections: Int
    /// The value of `Keep-Alive` in answers; `nil` where connections are kept for ever.
    let keepAlive: String?

    private let inbox = Lock(Inbox())
    private let stop = Lock(Stop())
    private let draining = Atomic(false)
    private let closing = Atomic(false)
    private let reloads = Lock<[Reload]>([])
    private let heartbeats = Lock<[CheckedContinuation<Void, Never>]>([])
    private let isReloadAsked = Atomic(false)
    private let messages: Lock<String?> = Lock(nil)
    private let published = Lock(ListenerStatistics())
    private let onMessage: (@Sendable (String) -> Void)?

    /// Descriptors that connections leave to the rest of the program.
    private static let othersDescriptors = 128

    /// One answer on its way to its connection.
    struct Answer: Sendable {
        var connection: Connection
        var request: UInt64
        var response: Response
    }

    /// New certificates, and who waits to hear whether they are in use.
    struct Reload: Sendable {
        var bundle: PEMBundle
        var done: CheckedContinuation<ListenerError?, Never>
    }

    private struct Inbox {
        var answers: [Answer] = []
        var isWaiting = false
        var isOver = false
    }

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
        self.configuration = configuration
        asksForCertificates = configuration.tls?.clientAuthorities != nil
        self.port = port
        onMessage = configuration.onLibraryMessage
        // Files and other people's servers need descriptors, too, and above all what a callback is written to.
        let most = max(1, configuration.limits.maxConnections)
        mostConnections = min(most, max(16, allowDescriptors(most + 512) - Self.othersDescriptors))
        let silence = configuration.limits.idleTimeout.components.seconds
        keepAlive = silence > 0 ? "timeout=\(silence)" : nil
        waker = try Waker()
    }

    /// Opens the socket, starts the daemon and its thread.
    static func start(
        _ configuration: ListenerConfiguration,
        handler: any RequestHandler
    ) throws(ListenerError) -> ListenerCore {
        try requireKnownLibrary(HTTPServer.libraryVersion)
        var bundle: PEMBundle?
        if let files = configuration.tls { bundle = try PEMBundle(files) }
        let socket =
            if let descriptor = configuration.socket {
                try ListeningSocket(adopting: descriptor)
            } else {
                try ListeningSocket(host: configuration.host, port: configuration.port)
            }
        let core = try ListenerCore(configuration, isTLS: bundle != nil, port: socket.port, handler: handler)
        let loop = ListenerLoop(core, try Gate(socket, waker: core.waker))
        try loop.begin(tls: bundle)
        // Should there be no thread, the loop goes, and the daemon with it.
        try startThread(named: "listener") { loop.run() }
        return core
    }

    /// Asks to stop at that instant or at an earlier one asked for before, then resumes `done`.
    func requestStop(at deadline: Instant, _ done: CheckedContinuation<Void, Never>? = nil) {
        let isDone = stop.withLock { stop in
            stop.deadline = min(stop.deadline ?? deadline, deadline)
            if let done, !stop.isDone { stop.waiters.append(done) }
            return stop.isDone
        }
        if isDone { done?.resume() }
        waker.wake()
    }

    /// When the listener is to have stopped; `nil` as long as nobody asked.
    var stopDeadline: Instant? { stop.withLock { $0.deadline } }

    /// Resumes everybody who waits for the listener to stop.
    func noteStopped() {
        let waiters = stop.withLock { stop in
            stop.isDone = true
            return stop.waiters
        }
        for waiter in waiters { waiter.resume() }
        isReloadAsked.store(true, ordering: .releasing)
        for reload in takeReloads() {
            reload.done.resume(returning: .startFailed(errno: 0, reason: "the listener has stopped"))
        }
    }

    /// Whether every answer has to close its connection.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Whether nothing may wait for an answer any more.
    var isClosing: Bool { closing.load(ordering: .acquiring) }

    func beginDraining() { draining.store(true, ordering: .relaxed) }
    func beginClosing() { closing.store(true, ordering: .releasing) }

    /// The counts as they were at the last look.
    var statistics: ListenerStatistics { published.withLock { $0 } }

    func publish(_ statistics: ListenerStatistics) { published.withLock { $0 = statistics } }

    /// The most recent message of the library.
    var lastMessage: String? { messages.withLock { $0 } }

    func note(_ message: String) {
        if let onMessage { onMessage(message) }
        messages.withLock { $0 = message }
    }
}

// MARK: - Answers

extension ListenerCore {
    /// Leaves an answer for the listener's thread; from any thread.
    ///
    /// - Returns: `false` when the listener has stopped.
    func post(_ answer: Answer) -> Bool {
        let (isTaken, isWaiting) = inbox.withLock { inbox -> (Bool, Bool) in
            guard !inbox.isOver else { return (false, false) }
            inbox.answers.append(answer)
            defer { inbox.isWaiting = false }
            return (true, inbox.isWaiting)
        }
        if isWaiting { waker.wake() }
        return isTaken
    }

    /// Swaps what has been left for an empty array, whose storage is used again.
    func takeAnswers(into answers: inout [Answer]) {
        inbox.withLock { swap(&$0.answers, &answers) }
    }

    /// Says that the thread is about to wait.
    ///
    /// - Returns: `false` when it is not to, because there are answers.
    func beginWaiting() -> Bool {
        inbox.withLock { inbox in
            inbox.isWaiting = inbox.answers.isEmpty
            return inbox.isWaiting
        }
    }

    func endWaiting() {
        inbox.withLock { $0.isWaiting = false }
    }

    /// Takes no more answers, and hands over the last.
    func closeInbox(into answers: inout [Answer]) {
        inbox.withLock { inbox in
            inbox.isOver = true
            swap(&inbox.answers, &answers)
        }
    }
}

// MARK: - Certificates

extension ListenerCore {
    /// Asks for the certificates to be used from the next connection on.
    ///
    /// - Returns: Why they are not.
    func use(_ bundle: PEMBundle) async -> ListenerError? {
        await withCheckedContinuation { done in
            let isStopped = stop.withLock { stop in
                // Under the lock of the end, so that none is left waiting behind it.
                if !stop.isDone { reloads.withLock { $0.append(Reload(bundle: bundle, done: done)) } }
                return stop.isDone
            }
            if isStopped { return done.resume(returning: .startFailed(errno: 0, reason: "the listener has stopped")) }
            isReloadAsked.store(true, ordering: .releasing)
            waker.wake()
        }
    }

    /// Waits for the thread to respond, as proof that it runs.
    func heartbeat() async {
        await withCheckedContinuation { done in
            let isStopped = stop.withLock { stop in
                if !stop.isDone { heartbeats.withLock { $0.append(done) } }
                return stop.isDone
            }
            if isStopped { return done.resume() }
            isReloadAsked.store(true, ordering: .releasing)
            waker.wake()
        }
    }

    /// Resumes those that wait for the thread.
    func answerHeartbeats() {
        let waiting = heartbeats.withLock { heartbeats in
            defer { heartbeats = [] }
            return heartbeats
        }
        for one in waiting { one.resume() }
    }

    /// What was asked for since the last call.
    func takeReloads() -> [Reload] {
        guard isReloadAsked.exchange(false, ordering: .acquiring) else { return [] }
        answerHeartbeats()
        return reloads.withLock { reloads in
            defer { reloads = [] }
            return reloads
        }
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
