import CMicroHTTPD
import Glibc

/// Lets other threads interrupt one thread's wait.
///
/// The corresponding system calls are `eventfd` and `poll`.
final class Waker: Sendable {
    private let descriptor: Int32

    /// - Throws: ``ListenerError/startFailed(errno:reason:)`` when the process has no descriptor left.
    init() throws(ListenerError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw .startFailed(errno: errno, reason: "no descriptor for an eventfd") }
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

    /// Waits to be woken, at most so long.
    func wait(atMost duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Woken early by a signal: the caller looks at the clock again anyway.
        _ = unsafe poll(&entry, 1, max(0, milliseconds))
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
