import Glibc

/// A daemon in a place of its own, since a type that can't be copied can't be in a list.
private final class RunningDaemon {
    var handle: DaemonHandle

    init(_ handle: consuming DaemonHandle) { self.handle = handle }
}

/// A listener's thread: serves what is ready, hands out answers, enforces deadlines, stops.
///
/// libmicrohttpd has deadlines for silence only, and its own threads can't wait for an answer without two system calls
/// a request. So the loop is ours. In each turn the library serves all that is ready; requests that wait for their
/// answers are asked about again in the next turn, and only one that has waited for several turns is suspended. The
/// handler is told when a turn is over, so that what belongs together goes together.
///
/// Everything here happens on one thread, which is what lets it be `@unchecked Sendable`: before the thread starts
/// nobody else knows the loop, and afterwards the library's callbacks borrow it on that thread only.
final class ListenerLoop: @unchecked Sendable {
    let core: ListenerCore
    /// Of this turn.
    private(set) var now = Instant.now()

    private var daemon: RunningDaemon?
    /// Daemons with older certificates, until their connections have ended.
    private var leaving: [RunningDaemon] = []
    private var waits: [pollfd] = []
    private var connections: [ObjectIdentifier: Connection] = [:]
    /// Those among them whose bodies pause, and when the first goes on.
    private var paused: [ObjectIdentifier: Connection] = [:]
    private var pauseEnd = Instant(nanoseconds: .max)
    private var answers: [ListenerCore.Answer] = []
    /// Requests that are asked about in each turn.
    private var waiting = 0
    /// Whether something happened in this turn that may go on in the next.
    private var isBusy = false
    /// Whether the handler has requests of this turn.
    private var hasHanded = false
    private var sweepDue = Instant(nanoseconds: 0)

    init(_ core: ListenerCore) {
        self.core = core
    }

    /// Starts the library on a socket.
    func begin(on socket: consuming ListeningSocket, tls: TLSTexts?) throws(ListenerError) {
        let configuration = core.configuration
        do {
            let handle = try DaemonHandle(configuration, socket: socket, tls: tls, waker: core.waker, loop: self)
            daemon = RunningDaemon(handle)
        } catch {
            guard let files = configuration.tls, case .startFailed(_, let reason) = error else { throw error }
            throw .tlsFile(path: files.certificate, reason: "certificate and key can't be used together: \(reason)")
        }
    }

    /// Runs until the listener has been asked to stop, and has.
    func run() {
        while true {
            turn()
            if let deadline = core.stopDeadline {
                drain(until: deadline)
                break
            }
            wait(atMost: tick)
        }
        close()
        core.noteStopped()
    }
}

// MARK: - One turn

extension ListenerLoop {
    private func turn() {
        now = .now()
        isBusy = false
        handOut()
        daemon?.handle.run()
        if !leaving.isEmpty { runLeaving() }
        if hasHanded {
            hasHanded = false
            core.handler.turnEnded()
        }
        if now >= pauseEnd { endPauses() }
        if now >= sweepDue { sweep() }
        for reload in core.takeReloads() { reload.done.resume(returning: renew(reload.texts)) }
    }

    private func runLeaving() {
        for old in leaving { old.handle.run() }
        leaving.removeAll { $0.handle.connections == 0 }
    }

    /// Serves new connections with other certificates.
    ///
    /// By a daemon of their own, since the library can't change them in one that runs. Connections that are there keep
    /// theirs.
    ///
    /// - Returns: Why the certificates are not used.
    private func renew(_ texts: TLSTexts) -> ListenerError? {
        guard let old = daemon, core.stopDeadline == nil else {
            return .startFailed(errno: 0, reason: "the listener is stopping")
        }
        do throws(ListenerError) {
            try begin(on: old.handle.socketForSuccessor(port: core.port), tls: texts)
        } catch {
            return error
        }
        old.handle.handOver()
        leaving.append(old)
        isBusy = true
        return nil
    }

    /// Brings answers to their connections.
    func handOut() {
        core.takeAnswers(into: &answers)
        deliver()
    }

    private func deliver() {
        guard !answers.isEmpty else { return }
        isBusy = true
        for answer in answers { answer.connection.take(answer.response, request: answer.request) }
        answers.removeAll(keepingCapacity: true)
    }

    /// Waits for something to do; not after a turn in which something happened, since the library may have more.
    private func wait(atMost duration: Duration) {
        guard !isBusy else { return }
        // Requests that wait count as ready for the library, so that it can't be asked then.
        let limit: Duration = waiting > 0 ? .milliseconds(1) : duration
        if waiting == 0, isReady { return }
        guard let daemon, core.beginWaiting() else { return }
        waits.removeAll(keepingCapacity: true)
        waits.append(daemon.handle.readiness)
        for old in leaving { waits.append(old.handle.readiness) }
        let most = pauseEnd.nanoseconds == .max ? limit : min(limit, max(.zero, pauseEnd.since(now)))
        DaemonHandle.wait(for: &waits, atMost: most, core.waker)
        core.endWaiting()
    }

    private var isReady: Bool { daemon?.handle.isReady == true || leaving.contains { $0.handle.isReady } }

    /// How late a deadline may be noticed.
    private var tick: Duration { min(max(core.limits.requestDeadline / 8, .milliseconds(5)), .seconds(1)) }

    private func sweep() {
        sweepDue = now.advanced(by: tick)
        for connection in connections.values { connection.sweep(now) }
    }

    private func endPauses() {
        pauseEnd = Instant(nanoseconds: .max)
        for (id, connection) in paused {
            guard let end = connection.pauseEnd else {
                paused[id] = nil
                continue
            }
            if end <= now {
                paused[id] = nil
                connection.endPause()
                isBusy = true
            } else {
                pauseEnd = min(pauseEnd, end)
            }
        }
    }
}

// MARK: - What connections say

extension ListenerLoop {
    func add(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = connection
        isBusy = true
    }

    func remove(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
        paused[ObjectIdentifier(connection)] = nil
        isBusy = true
    }

    /// Something came or went.
    func noteProgress() { isBusy = true }

    /// The handler has got a request.
    func noteHanded() { hasHanded = true }

    func noteWaiting(_ change: Int) { waiting += change }

    func notePaused(_ connection: Connection, until end: Instant) {
        paused[ObjectIdentifier(connection)] = connection
        pauseEnd = min(pauseEnd, end)
    }
}

// MARK: - Stopping

extension ListenerLoop {
    private func drain(until deadline: Instant) {
        core.beginDraining()
        daemon?.handle.quiesce()
        while Instant.now() < (core.stopDeadline ?? deadline) {
            turn()
            if !isBusy, connections.values.allSatisfy({ $0.isQuiet(now) }) { return }
            wait(atMost: .milliseconds(10))
        }
    }

    private func close() {
        core.beginDraining()
        daemon?.handle.quiesce()
        core.beginClosing()
        // What was answered until now is sent, and whoever comes later hears that it was too late.
        core.closeInbox(into: &answers)
        deliver()
        // Stopping cuts connections off, so the last answers get a moment to leave.
        let end = Instant.now().advanced(by: .milliseconds(500))
        repeat {
            for connection in connections.values { connection.closeOut() }
            turn()
            wait(atMost: .milliseconds(2))
        } while Instant.now() < end && !connections.values.allSatisfy(\.isIdle)
        for connection in connections.values { connection.closeOut() }
        leaving = []
        daemon = nil
    }
}
