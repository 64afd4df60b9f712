import Glibc

/// The time between two bytes of a peer that is slow on purpose.
enum DripPause {
    static func wait() { usleep(20_000) }
}
