import CMicroHTTPD
import Synchronization

extension Connection {
    /// Answers the request of that number; called by its reply, on any thread.
    ///
    /// - Returns: `false` when there was nothing to answer any more.
    func answer(_ response: Response, request: UInt64) -> Bool {
        enum Action { case none, keep, send }
        let action = state.withLock { state -> Action in
            guard state.request == request else { return .none }
            switch state.phase {
            case .handling:
                // The handler has not returned: its thread sends this without having suspended anything.
                state.phase = .answered(response)
                return .keep
            case .suspended:
                state.phase = .responding
                return .send
            default:
                return .none
            }
        }
        guard action == .send else { return action == .keep }
        // Should the library refuse, it asks for an answer again when resumed, and is told to close.
        queue(response)
        resume()
        return true
    }

    /// Hands an answer to the library.
    ///
    /// Only while the connection is suspended, or on the library's own thread. An answer that can't be expressed in
    /// HTTP becomes a 500.
    ///
    /// - Returns: Whether the library took it.
    @discardableResult
    func queue(_ response: Response) -> Bool {
        let closes = response.closes || core.isDraining
        if !closes, let once = response.prepared,
            let isQueued = unsafe once.queue(
                on: handle,
                preparing: { PreparedResponse.make(response, closes: false, connection: self) }
            )
        {
            return isQueued
        }
        if let prepared = PreparedResponse.make(response, closes: closes, connection: self) {
            return unsafe prepared.queue(on: handle)
        }
        let failure = Response.problem(500, detail: "The answer could not be formed.")
        return unsafe PreparedResponse.make(failure, closes: true, connection: self)?.queue(on: handle) ?? false
    }

    /// Suspends the connection until the pause is over; called by the body's reader, on the library's thread.
    ///
    /// - Returns: `false` when the listener is stopping and nothing may be suspended.
    func pause(for duration: Duration) -> Bool {
        let isPaused = state.withLock { state in
            guard case .responding = state.phase, !core.isClosing else { return false }
            suspend()
            state.phase = .paused(until: .now().advanced(by: duration))
            return true
        }
        if isPaused { core.wakeKeeper() }
        return isPaused
    }

    /// The corresponding C function is `MHD_suspend_connection`.
    func suspend() {
        core.noteSuspended()
        unsafe MHD_suspend_connection(handle)
    }

    /// Gives the connection back to the library; afterwards it may be gone at any moment.
    ///
    /// The corresponding C function is `MHD_resume_connection`.
    func resume() {
        unsafe MHD_resume_connection(handle)
        core.noteResumed()
    }
}
