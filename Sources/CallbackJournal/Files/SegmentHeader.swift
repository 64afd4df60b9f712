/// What each segment begins with: its place in the row of segments, and what the one before it must hold.
///
/// It is written with the segment's first callbacks, in one sync with them. So what it says about the segment before is
/// known to be on disk when it is.
struct SegmentHeader: Equatable, Sendable {
    /// How the segment before stood when this one was begun.
    struct Predecessor: Equatable, Sendable {
        var name: Int
        var tag: UInt64
        /// Bytes from its start that are known to be synced; what is behind them was acknowledged to nobody.
        var syncedBytes: Int
        /// The greatest number of a callback in it that counts.
        var lastNumber: Int64
    }

    /// The segment's own number.
    var segment: Int
    /// The size of its file.
    var capacity: Int
    /// When it was begun, in milliseconds since 1970: the one before was written last at most so late.
    var startedAt: Int64
    /// `nil` in the first of a row.
    var predecessor: Predecessor?
}
