import FoundationEssentials

extension Timestamp {
    /// The system's time of day.
    public static func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
