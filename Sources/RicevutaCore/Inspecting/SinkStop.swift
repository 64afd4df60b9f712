/// Why a sink takes nothing until somebody acts.
public enum SinkStop: Sendable, Equatable {
    /// It answered 410 Gone, and is disabled; the reason that it gave.
    case gone(reason: String?)
    /// An operator paused it, for the reason that was given.
    case paused(reason: String?)
    /// It is not configured.
    case missing
}
