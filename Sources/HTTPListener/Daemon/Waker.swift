import CMicroHTTPD
import Glibc

/// Lets other threads interrupt the loop's wait.
///
/// The corresponding system call is `eventfd`.
final class Waker: Sendable {
    /// Readable once woken, until cleared.
    let descriptor: Int32

    /// - Throws: ``ListenerError/startFailed(errno:reason:)`` when the process has no descriptor left.
    init() throws(ListenerError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw .startFailed(errno: errno, reason: "cannot create an eventfd") }
    }

    deinit {
        close(descriptor)
    }

    /// Ends the current wait, or the next one if there is none.
    func wake() {
        var one: UInt64 = 1
        // A full counter means that a wake-up is due anyway.
        _ = unsafe write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes note of every wake-up so far.
    func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
