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

    /// Decides on a request at its head.
    func headArrived(_ head: HeadRules.Head) -> Next {
        switch core.rules.evaluate(head) {
        case .refused(let response):
            return refuse(response)
        case .accepted(let target, let length, let isChunked, let persists):
            guard !core.isClosing else { return refuse(.stopping) }
            isLast = isChunked
            self.persists = persists
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
            case .readBody(let limit, let excess, let passed, let givesWay):
                self.givesWay = givesWay
                if givesWay { loop.noteGivesWay(since: since) }
                return readBody(of: head, limit: limit ?? core.limits.maxBodyBytes, ifLonger: excess, passing: passed)
            }
        }
    }

    private func readBody(
        of head: RequestHead,
        limit: Int,
        ifLonger excess: BodyExcess,
        passing passed: (any AnyObject & Sendable)?
    ) -> Next {
        let length = head.contentLength
        let isLonger = length ?? 0 > limit
        if isLonger && excess == .refuse { return refuse(Self.tooLarge(limit)) }
        self.head = head
        self.passed = passed
        bodyLimit = limit
        bodyExcess = excess
        if isLonger {
            isLast = true
            // As much as that nobody waits for.
            if let length, length - limit > Self.mostExcess(over: limit) {
                self.excess = length
                return handAtHead()
            }
        }
        // Not the declared length at once: declaring costs a peer nothing.
        if let length { body.reserveCapacity(min(length, 65_536)) }
        return .proceed
    }

    /// Takes a piece of the body.
    ///
    /// A body is read on for a while past its limit, because the library answers only what it has read to its end.
    @unsafe
    func bodyArrived(_ piece: UnsafeRawBufferPointer) -> Next {
        guard case .receiving = phase else { return .close }
        pieceAt = loop.now
        let room = bodyLimit - body.count
        if excess == 0 && piece.count <= room {
            unsafe body.append(contentsOf: piece)
            return .proceed
        }
        switch bodyExcess {
        case .refuse: body = []
        case .cut(let kept):
            if excess == 0 { unsafe body.append(contentsOf: piece.prefix(room)) }
            if body.count > kept { body = Array(body.prefix(kept)) }
        }
        isLast = true
        excess += piece.count
        if excess <= Self.mostExcess(over: bodyLimit) { return .proceed }
        // The library answers nothing in the middle of a body; that the peer will not hear of it is no reason to lose
        // it.
        if let head, bodyExcess != .refuse {
            core.handler.handle(
                Request(head: head, body: body, isCut: true, passed: passed),
                reply: .capturing { _ in }
            )
            loop.noteHanded()
        }
        return .close
    }

    /// How much of a body past its limit is read and thrown away.
    private static func mostExcess(over limit: Int) -> Int {
        max(limit.multipliedReportingOverflow(by: 8).partialValue, 1 << 20)
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
        guard excess == 0 || bodyExcess != .refuse else {
            phase = .responding
            return .respond(Self.tooLarge(bodyLimit))
        }
        return handOver() ?? keepWaiting(0)
    }

    /// Hands over a request whose body is not waited for.
    ///
    /// The library goes on to the body when this returns without an answer, unless the connection is suspended.
    private func handAtHead() -> Next { handOver() ?? keepWaiting(Self.maxTurns) }

    /// Gives the request to the handler.
    ///
    /// - Returns: What to do when it has answered already.
    private func handOver() -> Next? {
        guard let head else { return .close }
        let request = Request(head: head, body: body, isCut: excess > 0, passed: passed)
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
        return nil
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
        .problem(413, detail: "The body exceeds \(limit) bytes.", closes: true)
    }
}
