import CMicroHTTPD
import Glibc

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(_ name: String, _ run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

/// Starts a thread that nobody joins.
///
/// A thread rather than a task: what runs here waits in system calls, and would take a thread from the cooperative
/// pool. The corresponding C function is `pthread_create`.
///
/// - Parameters:
///   - name: What the system shows, at most 15 bytes.
///   - run: What it does.
/// - Throws: ``ListenerError/startFailed(errno:reason:)`` when there is no thread to be had.
func startThread(named name: String, _ run: @escaping @Sendable () -> Void) throws(ListenerError) {
    let body = unsafe Unmanaged.passRetained(ThreadBody(name, run))  // released in threadMain
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, threadMain, body.toOpaque())
    guard status == 0 else {
        unsafe body.release()
        throw .startFailed(errno: status, reason: "cannot start a thread")
    }
    pthread_detach(thread)
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument {
        let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
        unsafe cmhd_name_thread(body.name)
        body.run()
    }
    return nil
}
