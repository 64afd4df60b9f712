// What happens while a request arrives.
extension Connection {
    /// What the library is to do next.
    enum Next {
        /// Go on reading.
        case proceed
        /// Send this.
        case respond(Response)
        /// Nothing yet.
        case wait
        /// Close the connection at once.
        case close
    }

    /// Whether the callback that is running brings the head.
    var awaitsHead: Bool {
        if case .receiving = phase { head == nil } else { false }
    }

    /// Judges a request at its head.
    func headArrived(_ head: HeadRules.Head) -> Next {
        switch core.rules.judge(head) {
        case .refused(let response):
            return refuse(response)
        case .accepted(let target, let length, let isChunked):
            guard !core.isClosing else { return refuse(.stopping) }
            isLast = isChunked
            let head = RequestHead(
                method: head.method,
                target: target,
                headers: head.headers,
                peer: peer,
                contentLength: length,
                clientCertificate: clientCertificate()
            )
            switch core.handler.decide(head) {
            case .refuse(let response):
                return refuse(response)
            case .readBody(let limit, let passed):
                let limit = limit ?? core.limits.maxBodyBytes
                guard length ?? 0 <= limit else { return refuse(Self.tooLarge(limit)) }
                self.head = head
                self.passed = passed
                bodyLimit = limit
                // Not the declared length at once: declaring costs a peer nothing.
                if let length { body.reserveCapacity(min(length, 65_536)) }
                return .proceed
            }
        }
    }

    /// Takes a piece of the body.
    ///
    /// A body without a declared length is read on for a while past its limit, because the library answers only what it
    /// has read to its end.
    @unsafe
    func bodyArrived(_ piece: UnsafeRawBufferPointer) -> Next {
        guard case .receiving = phase else { return .close }
        if excess == 0 && piece.count <= bodyLimit - body.count {
            unsafe body.append(contentsOf: piece)
            return .proceed
        }
        body = []
        excess += piece.count
        return excess <= max(bodyLimit, 1 << 20) ? .proceed : .close
    }

    /// Hands the whole request to the handler, or looks whether its answer is there.
    func requestArrived() -> Next {
        switch phase {
        case .receiving: return hand()
        case .answered(let response):
            phase = .responding
            return .respond(response)
        case .waiting(let turns):
            return keepWaiting(turns + 1)
        default: return .close
        }
    }

    private func hand() -> Next {
        guard let head else { return .close }
        guard excess == 0 else {
            phase = .responding
            return .respond(Self.tooLarge(bodyLimit))
        }
        let request = Request(head: head, body: body, passed: passed)
        body = []
        passed = nil
        phase = .waiting(turns: 0)
        loop.noteWaiting(1)
        loop.noteHanded()
        core.handler.handle(request, reply: PendingReply(self, request: self.request))
        // Handlers that answer at once have left it there.
        loop.handOut()
        if case .answered(let response) = phase {
            phase = .responding
            return .respond(response)
        }
        return keepWaiting(0)
    }

    /// Waits for the answer: for some turns as it is, since most answers come in the next or the one after; then
    /// suspended, so that whatever waits long costs nothing.
    private func keepWaiting(_ turns: Int) -> Next {
        if core.isClosing {
            loop.noteWaiting(-1)
            phase = .responding
            return .respond(.stopping)
        }
        guard turns >= Self.maxTurns else {
            phase = .waiting(turns: turns)
            return .wait
        }
        loop.noteWaiting(-1)
        phase = .suspended
        suspend()
        return .wait
    }

    /// At one turn in a millisecond, longer than a disk needs that is not spinning.
    private static let maxTurns = 12

    private func refuse(_ response: Response) -> Next {
        if case .expired = phase { return .close }
        phase = .responding
        var response = response
        response.closes = true
        return .respond(response)
    }

    private static func tooLarge(_ limit: Int) -> Response {
        .problem(413, detail: "At most \(limit) bytes of body are accepted here.", closes: true)
    }
}
