import Glibc

/// Lowers the calling thread's priority below that of the threads that answer callbacks.
///
/// On Linux a priority is a thread's own.
func lowerThreadPriority() {
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)  // Refused, everything works, only not as evenly.
}
