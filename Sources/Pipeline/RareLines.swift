import BaseKit
import Synchronization

/// Lets a line through for each cause now and then, and counts what it holds back, so that somebody who causes many
/// neither fills the log nor hides what else is in it.
///
/// The causes are a closed set: what a peer writes must not make new ones.
final class RareLines<Cause: Hashable & Sendable & CaseIterable>: Sendable {
    private struct Past {
        var toldAt: Timestamp
        var heldBack = 0
    }

    /// The time between two lines of one cause.
    static var interval: Duration { .seconds(60) }

    private let pasts = Mutex<[Cause: Past]>([:])

    /// Decides on a line.
    ///
    /// - Returns: How many were held back since the last one, when this one may be written; `nil` when it is held back.
    func next(_ cause: Cause, at now: Timestamp) -> Int? {
        pasts.withLock { pasts in
            // A clock that was set back must not silence a cause until it has caught up.
            if let past = pasts[cause], past.toldAt <= now, now - past.toldAt < Self.interval {
                pasts[cause]?.heldBack += 1
                return nil
            }
            let heldBack = pasts[cause]?.heldBack ?? 0
            pasts[cause] = Past(toldAt: now)
            return heldBack
        }
    }
}
