import Glibc

/// A listener's thread: lets connections in, serves what is ready, hands out answers, enforces deadlines, stops.
///
/// libmicrohttpd has deadlines for silence only, and its own threads can't wait for an answer without two system calls
/// a request. So the loop is ours. In each turn the library serves all that is ready; requests that wait for their
/// answers are asked about again in the next turn, and only one that has waited for several turns is suspended. The
/// handler is notified when a turn is over, so that what belongs together goes together.
///
/// Everything here happens on one thread, which is what lets it be `@unchecked Sendable`: before the thread starts
/// nobody else knows the loop, and afterwards the library's callbacks borrow it on that thread only.
final class ListenerLoop: @unchecked Sendable {
    /// How much longer than announced a silent connection is kept, for requests that are on their way by then.
    static let idleGrace = Duration.seconds(1)

    let core: ListenerCore
    let gate: Gate
    /// Of this turn.
    private(set) var now = Instant.now()

    var daemons: DaemonSet?
    /// Daemons with older certificates, until their connections have ended.
    private var leaving: [DaemonSet] = []
    var connections: [ObjectIdentifier: Connection] = [:]
    /// Connections whose first head has not arrived, by their numbers at the gate.
    var arriving: [UInt64: Connection] = [:]
    var nextNumber = Gate.firstConnection
    /// No connection at the gate has a smaller number.
    var firstArriving = Gate.firstConnection
    /// Since when, or later, each connection gives way that is not at the gate.
    private(set) var othersSince = Instant(nanoseconds: .max)
    /// The one that is being handed to the library.
    var handing: Connection?
    /// Connections whose socket is shut, and which the library is about to close.
    var expired = 0
    var groups: [[UInt8]: AddressGroup] = [:]
    var tally = ListenerTally()
    /// Those connections whose bodies pause, and when the first goes on.
    private var paused: [ObjectIdentifier: Connection] = [:]
    private var pauseEnd = Instant(nanoseconds: .max)
    private var answers: [ListenerCore.Answer] = []
    /// Requests that are asked about in each turn.
    private var waiting = 0
    /// Whether something happened in this turn that may go on in the next.
    private var isBusy = false
    /// Whether the handler has requests of this turn.
    private var hasHanded = false
    private var ready: [UInt64] = []
    /// Whether the gate has been asked since it was looked at last.
    private var hasAsked = false
    private var sweepDue = Instant(nanoseconds: 0)

    init(_ core: ListenerCore, _ gate: Gate) {
        self.core = core
        self.gate = gate
    }

    /// Starts the library.
    func begin(tls: PEMBundle?) throws(ListenerError) {
        let started = try DaemonSet(core.configuration, tls: tls, loop: self)
        for descriptor in started.descriptors where !gate.watch(daemon: descriptor) {
            throw .startFailed(errno: errno, reason: "cannot wait for libmicrohttpd's epoll descriptor")
        }
        daemons = started
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
    func turn() {
        now = .now()
        isBusy = false
        handOut()
        lookAtGate()
        daemons?.run()
        if !leaving.isEmpty { runLeaving() }
        if hasHanded {
            hasHanded = false
            core.handler.turnEnded()
        }
        if now >= pauseEnd { endPauses() }
        if now >= sweepDue { sweep() }
        for reload in core.takeReloads() { reload.done.resume(returning: renew(reload.bundle)) }
    }

    private func lookAtGate() {
        if !hasAsked { gate.wait(atMost: .zero, &ready) }
        hasAsked = false
        if !ready.isEmpty {
            for number in ready { if let connection = arriving[number] { lookAt(connection) } }
            ready.removeAll(keepingCapacity: true)
            isBusy = true
        }
        if gate.hasArrivals { letIn() }
    }

    private func runLeaving() {
        for old in leaving { old.run() }
        leaving.removeAll { $0.connections == 0 }
    }

    /// Serves new connections with other certificates.
    ///
    /// By daemons of their own, since the library can't change them in one that runs. Connections that are there keep
    /// theirs.
    ///
    /// - Returns: Why the certificates are not used.
    private func renew(_ bundle: PEMBundle) -> ListenerError? {
        guard let old = daemons, core.stopDeadline == nil else {
            return .startFailed(errno: 0, reason: "the listener is stopping")
        }
        do throws(ListenerError) { try begin(tls: bundle) } catch { return error }
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
    func wait(atMost duration: Duration) {
        guard !isBusy else { return }
        // Requests that wait count as ready for the library, so that it can't be asked then.
        let limit: Duration = waiting > 0 ? .milliseconds(1) : duration
        if waiting == 0, isReady { return }
        guard core.beginWaiting() else { return }
        gate.wait(
            atMost: pauseEnd.nanoseconds == .max ? limit : min(limit, max(.zero, pauseEnd.since(now))),
            &ready
        )
        hasAsked = true
        core.endWaiting()
    }

    private var isReady: Bool { daemons?.isReady == true || leaving.contains { $0.isReady } }

    /// How late a deadline may be noticed.
    private var tick: Duration {
        let limits = core.limits
        return min(max(min(limits.requestDeadline, limits.headDeadline) / 8, .milliseconds(5)), .seconds(1))
    }

    private func sweep() {
        sweepDue = now.advanced(by: tick)
        for connection in connections.values { connection.sweep(now) }
        // Whoever gives way may have become old enough, and descriptors may have become free.
        gate.accept(true)
        report()
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
    func remove(_ connection: Connection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        paused[ObjectIdentifier(connection)] = nil
        leaveGroup(connection)
        gate.accept(true)
        isBusy = true
    }

    /// A connection that is not at the gate gives way from now on.
    func noteGivesWay(since instant: Instant) { othersSince = min(othersSince, instant) }

    /// Nobody but those at the gate gives way, as far as is known.
    func forgetOthers() { othersSince = Instant(nanoseconds: .max) }

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
    /// How long half a request may take to go on, once the listener is stopping.
    private static let partialGrace = Duration.seconds(1)

    private func drain(until deadline: Instant) {
        core.beginDraining()
        // Who is in the queue already has been told that somebody listens.
        if !gate.isShared { for _ in 0..<16 { letIn() } }
        gate.close()
        let start = Instant.now()
        while Instant.now() < (core.stopDeadline ?? deadline) {
            turn()
            if now.since(start) > Self.partialGrace {
                for connection in connections.values { connection.endPartial(now, grace: Self.partialGrace) }
            }
            if !isBusy, connections.values.allSatisfy({ $0.isQuiet(now) }) { return }
            wait(atMost: .milliseconds(10))
        }
    }

    private func close() {
        core.beginDraining()
        gate.close()
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
        for connection in arriving.values { turnAway(connection) }
        // A daemon ends, and its connections with it, when nobody holds it any more.
        for connection in connections.values { connection.daemon = nil }
        leaving = []
        daemons = nil
        gate.release()
        report()
    }
}
