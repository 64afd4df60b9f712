import CMicroHTTPD
import Glibc

// How connections end that nobody has answered.

// MARK: - Deadlines

extension Connection {
    /// Ends what has taken too long.
    func sweep(_ now: Instant) {
        switch phase {
        case .arriving: sweepArriving(now)
        case .idle: sweepIdle(now)
        case .receiving: sweepReceiving(now)
        default: break
        }
    }

    private func sweepArriving(_ now: Instant) {
        let limits = core.limits
        // One that has said nothing yet is silent, too.
        let patience = limits.idleTimeout > .zero ? min(limits.headDeadline, limits.idleTimeout) : limits.headDeadline
        guard now.since(since) > patience else { return }
        loop.tally.lateHeads += 1
        if hasBytes {
            discard()
            sendRaw(Self.timeoutAnswer)
            shutdown(socket, Int32(SHUT_WR))
        }
        loop.turnAway(self)
    }

    private func sweepIdle(_ now: Instant) {
        let limits = core.limits
        if let headSince {
            guard now.since(headSince) > limits.headDeadline else { return }
            loop.tally.lateHeads += 1
            return expire()
        }
        let silence = now.since(since)
        if silence > .milliseconds(50), hasReceived(since: since, now) { headSince = now }
        guard limits.idleTimeout > .zero, silence > limits.idleTimeout + ListenerLoop.idleGrace else { return }
        // The library would close it though the next request lies there unread.
        if !hasBytes { expire() }
    }

    private func sweepReceiving(_ now: Instant) {
        let limits = core.limits
        if head == nil, let headSince, now.since(headSince) > limits.headDeadline {
            loop.tally.lateHeads += 1
            expire(Self.timeoutAnswer)
        } else if now.since(since) > limits.requestDeadline {
            loop.tally.lateRequests += 1
            expire(Self.timeoutAnswer)
        } else if peek() == 0 {
            // The library misses an end that arrives together with the last bytes: epoll reports both once.
            expire()
        }
    }

    /// Whether the peer will send no more, read or not.
    func hasPeerEnded() -> Bool { isOpen && cmhd_has_peer_ended(socket) != 0 }

    /// Whether something lies there that nobody has read.
    private var hasBytes: Bool { peek() > 0 }

    /// 1 where something lies there, 0 where all has been read and no more will come, -1 otherwise.
    private func peek() -> Int {
        var byte: UInt8 = 0
        return unsafe isOpen ? recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) : -1
    }

    /// Whether bytes came after that instant: the beginning of a head, which the library shows only when it has a line.
    private func hasReceived(since start: Instant, _ now: Instant) -> Bool {
        guard isOpen else { return false }
        let silence = cmhd_silence(socket)
        return silence >= 0 && now.since(start) - .milliseconds(silence) > .milliseconds(20)
    }

    /// Takes what lies there, since closing a socket with something unread takes the answer back.
    private func discard() {
        var bytes = [UInt8](repeating: 0, count: 8_192)
        for _ in 0..<16 where unsafe recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT)) <= 0 { return }
    }
}

// MARK: - Room for others

extension Connection {
    /// Who gives way first where all places are taken: 0, then proxies, then requests that are slow; `nil` is nobody.
    ///
    /// Whoever has brought a whole request stays, and so does who is bringing one that the handler wants.
    func rankToGiveWay(_ now: Instant) -> Int? {
        switch phase {
        // The library has not looked yet at what made the gate hand it over.
        case .idle where handedAt == now && !core.isTLS: return nil
        case .arriving, .idle: return isProxy ? 1 : 0
        case .receiving:
            if givesWay { return isProxy ? 1 : 0 }
            return now.since(since) > core.limits.headDeadline ? 2 : nil
        case .responding: return now.since(since) > core.limits.requestDeadline ? 2 : nil
        case .waiting, .answered, .suspended, .paused, .expired: return nil
        }
    }

    /// Whether it has been without a whole request for longer; the clock is coarse, so that the order may have to tell.
    func isOlder(than other: Connection) -> Bool {
        since == other.since ? number < other.number : since < other.since
    }

    /// Makes room.
    func giveWay() {
        if case .arriving = phase { return loop.turnAway(self) }
        expire()
    }
}

// MARK: - Stopping

extension Connection {
    /// Whether nothing has come for so long that nothing is likely to be on its way.
    func isQuiet(_ now: Instant) -> Bool { isIdle && now.since(since) > .milliseconds(500) }

    /// Ends what is no whole request, because the listener is stopping; one that is wanted may go on while it comes.
    func endPartial(_ now: Instant, grace: Duration) {
        switch phase {
        case .arriving: loop.turnAway(self)
        case .idle: expire()
        case .receiving where givesWay || now.since(max(since, pieceAt)) > grace: expire(Self.stoppingAnswer)
        default: break
        }
    }

    /// Answers what waits 503 and lets a paused body end, because the daemon has to stop.
    func closeOut() {
        switch phase {
        case .waiting, .suspended: take(.stopping, request: request)
        case .paused: endPause()
        default: break
        }
    }
}

// MARK: - Past the library

extension Connection {
    /// Shuts the socket of a connection that the library has, which closes it in its next turn.
    ///
    /// - Parameter answer: What the peer is sent, over plain HTTP. Written past the library, which takes an answer only
    ///   when it asks for one; it has written nothing for this request, except perhaps a whole 100 Continue.
    private func expire(_ answer: [UInt8]? = nil) {
        if case .expired = phase { return }
        phase = .expired
        guard isOpen else { return }
        loop.expired += 1
        if let answer, !core.isTLS { sendRaw(answer) }
        shutdown(socket, Int32(SHUT_RDWR))
    }

    private func sendRaw(_ answer: [UInt8]) {
        _ = unsafe send(socket, answer, answer.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    private static let timeoutAnswer = raw(408, detail: "Request timed out.")

    private static let stoppingAnswer = raw(503, detail: "The server is shutting down.")

    private static func raw(_ status: Int, detail: String) -> [UInt8] {
        let document = Response.problemDocument(status, detail: detail)
        let head = """
            HTTP/1.1 \(status) \(Response.reasonPhrase(status))\r
            Content-Type: application/problem+json\r
            Content-Length: \(document.count)\r
            Connection: close\r
            \r\n
            """
        return Array(head.utf8) + document
    }
}
