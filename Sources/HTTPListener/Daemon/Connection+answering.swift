import CMicroHTTPD
import Synchronization

extension Connection {
    /// Takes the answer to the request of that number; does nothing when it is over.
    func take(_ response: Response, request: UInt64) {
        guard self.request == request else { return }
        switch phase {
        case .waiting:
            loop.noteWaiting(-1)
            phase = .answered(response)
        case .suspended:
            phase = .responding
            // Should the library refuse, it asks for an answer again when resumed, and is told to close.
            queue(response)
            resume()
        default: break
        }
    }

    /// Hands an answer to the library.
    ///
    /// Only while the connection is suspended, or when the library asks. An answer that can't be expressed in HTTP
    /// becomes a 500.
    ///
    /// - Returns: Whether the library took it.
    @discardableResult
    func queue(_ response: Response) -> Bool {
        guard let handle = unsafe handle else { return false }
        let ending: PreparedResponse.Ending =
            response.closes || isLast || core.isDraining ? .closes : persists ? .persists : .asAsked
        if ending != .closes, let once = response.cached,
            let isQueued = unsafe once.queue(
                on: handle,
                ending,
                preparing: { PreparedResponse.make(response, ending, connection: self) }
            )
        {
            return isQueued
        }
        if let prepared = PreparedResponse.make(response, ending, connection: self) {
            return unsafe prepared.queue(on: handle)
        }
        let failure = Response.problem(500, detail: "The response could not be sent.")
        return unsafe PreparedResponse.make(failure, .closes, connection: self)?.queue(on: handle) ?? false
    }

    /// When the pause of the answer's body is over; `nil` without one.
    var pauseEnd: Instant? {
        if case .paused(let end) = phase { end } else { nil }
    }

    /// Suspends the connection until the pause is over; called by the body's reader.
    ///
    /// - Returns: `false` when the listener is stopping and nothing may be suspended.
    func pause(for duration: Duration) -> Bool {
        guard case .responding = phase, !core.isClosing else { return false }
        suspend()
        let end = Instant.now().advanced(by: duration)
        phase = .paused(until: end)
        loop.notePaused(self, until: end)
        return true
    }

    /// Lets the body go on.
    func endPause() {
        guard case .paused = phase else { return }
        phase = .responding
        resume()
    }

    /// The corresponding C function is `MHD_suspend_connection`.
    func suspend() {
        if let handle = unsafe handle { unsafe MHD_suspend_connection(handle) }
    }

    /// The corresponding C function is `MHD_resume_connection`.
    private func resume() {
        if let handle = unsafe handle { unsafe MHD_resume_connection(handle) }
        loop.noteProgress()
    }
}
