import Glibc

/// Lets the calling thread come after those that answer callbacks, where there are too few processors for all.
///
/// On Linux a priority is a thread's own.
func lowerThreadPriority() {
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)  // Refused, everything works, only not as evenly.
}
