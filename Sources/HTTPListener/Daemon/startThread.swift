import Glibc

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Starts a thread that nobody joins.
///
/// A thread rather than a task: what runs here waits in system calls, and would take a thread from the cooperative pool.
/// The corresponding C function is `pthread_create`.
func startThread(_ run: @escaping @Sendable () -> Void) throws(ListenerError) {
    let body = unsafe Unmanaged.passRetained(ThreadBody(run))  // released in threadMain
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, threadMain, body.toOpaque())
    guard status == 0 else {
        unsafe body.release()
        throw .startFailed(errno: status, reason: "no thread for the listener's timer")
    }
    pthread_detach(thread)
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument {
        unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
    }
    return nil
}
