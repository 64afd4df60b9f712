import Synchronization

// What happens on the library's thread while a request arrives.
extension Connection {
    /// What the library is to do next.
    enum Next {
        /// Go on reading.
        case proceed
        /// Send this.
        case respond(Response)
        /// Nothing: the connection is suspended.
        case wait
        /// Close the connection at once.
        case close
    }

    /// Whether the callback that is running brings the head.
    var awaitsHead: Bool {
        state.withLock { state in
            if case .receiving = state.phase { state.head == nil } else { false }
        }
    }

    /// The target of the request line that has arrived.
    var target: String { state.withLock { $0.target } }

    /// Judges a request at its head.
    func headArrived(_ head: HeadRules.Head) -> Next {
        switch core.rules.judge(head) {
        case .refused(let response):
            return refuse(response)
        case .accepted(let length):
            guard !core.isClosing else { return refuse(.stopping) }
            let head = RequestHead(
                method: head.method,
                target: head.target,
                headers: head.headers,
                peer: peer,
                contentLength: length
            )
            switch core.handler.decide(head) {
            case .refuse(let response):
                return refuse(response)
            case .readBody(let limit, let passed):
                let limit = limit ?? core.limits.maxBodyBytes
                guard length ?? 0 <= limit else { return refuse(Self.tooLarge(limit)) }
                state.withLock { state in
                    state.head = head
                    state.passed = passed
                    state.bodyLimit = limit
                    // Not the declared length at once: declaring costs a peer nothing.
                    if let length { state.body.reserveCapacity(min(length, 65_536)) }
                }
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
        state.withLock { state in
            guard case .receiving = state.phase else { return .close }
            if state.excess == 0 && piece.count <= state.bodyLimit - state.body.count {
                unsafe state.body.append(contentsOf: piece)
                return .proceed
            }
            state.body = []
            state.excess += piece.count
            return state.excess <= max(state.bodyLimit, 1 << 20) ? .proceed : .close
        }
    }

    /// Hands the whole request to the handler.
    func requestArrived() -> Next {
        enum Arrival {
            case whole(Request, UInt64)
            case tooLarge(limit: Int)
            case none
        }
        let arrival = state.withLock { state -> Arrival in
            guard case .receiving = state.phase, let head = state.head else { return .none }
            guard state.excess == 0 else {
                state.phase = .responding
                return .tooLarge(limit: state.bodyLimit)
            }
            state.phase = .handling
            let request = Request(head: head, body: state.body, passed: state.passed)
            state.body = []
            state.passed = nil
            return .whole(request, state.request)
        }
        switch arrival {
        case .none: return .close
        case .tooLarge(let limit): return .respond(Self.tooLarge(limit))
        case .whole(let request, let number):
            core.handler.handle(request, reply: PendingReply(self, request: number))
            return settle()
        }
    }

    /// Takes the answer that came while the handler ran, or suspends the connection until one comes.
    private func settle() -> Next {
        state.withLock { state in
            switch state.phase {
            case .answered(let response):
                state.phase = .responding
                return .respond(response)
            case .handling where core.isClosing:
                state.phase = .responding
                return .respond(.stopping)
            case .handling:
                // Under the lock: whoever sees `suspended` may resume.
                suspend()
                state.phase = .suspended
                return .wait
            default:
                return .close
            }
        }
    }

    private func refuse(_ response: Response) -> Next {
        let isExpired = state.withLock { state in
            if case .expired = state.phase { return true }
            state.phase = .responding
            return false
        }
        guard !isExpired else { return .close }
        var response = response
        response.closes = true
        return .respond(response)
    }

    private static func tooLarge(_ limit: Int) -> Response {
        .problem(413, detail: "At most \(limit) bytes of body are accepted here.", closes: true)
    }
}
