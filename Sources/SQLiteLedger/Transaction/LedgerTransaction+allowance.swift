import BaseKit
import GRDB
import RicevutaCore

/// What one order's callbacks may cause: a token stands in logs along the way, and whoever reads it there can post.
extension LedgerTransaction {
    /// The time that read-backs are counted in.
    static let readBackHour = Duration.seconds(3600)

    /// Notes that the API is about to be asked for an order, and why.
    func noteAsking(for order: Int64, because source: OrderProgress.Trigger, now: Timestamp) throws {
        guard source == .callback else {
            return try run("UPDATE orders SET last_asked_ms = ? WHERE key = ?", [now.milliseconds, order])
        }
        // An hour that begins in the future is of a clock that was set back.
        let isWithin = "read_backs_since_ms > ?1 - \(Self.readBackHour.wholeMilliseconds) AND read_backs_since_ms <= ?1"
        try run(
            """
            UPDATE orders SET last_asked_ms = ?1,
                read_backs = CASE WHEN \(isWithin) THEN read_backs + 1 ELSE 1 END,
                read_backs_since_ms = CASE WHEN \(isWithin) THEN read_backs_since_ms ELSE ?1 END
            WHERE key = ?2
            """,
            [now.milliseconds, order]
        )
    }

    /// Before when callbacks may cause no read-back.
    func spentUntil(_ readBacks: Int64?, since: Int64?) -> Timestamp? {
        guard let readBacks, readBacks >= Int64(configuration.maxReadBacksPerHour), let since else { return nil }
        return Timestamp(milliseconds: since) + Self.readBackHour
    }

    /// The earliest time for a read-back that was asked for while another was made.
    func nextReadBack(of order: Int64, after asked: Timestamp) throws -> Timestamp {
        let paced = asked + configuration.minReadBackInterval
        let counts = try row("SELECT read_backs, read_backs_since_ms FROM orders WHERE key = ?", [order])
        guard let counts,
            let spent = spentUntil(
                try counts.optionalInteger("read_backs"),
                since: try counts.optionalInteger("read_backs_since_ms")
            )
        else { return paced }
        return min(max(paced, spent), max(paced, asked + Self.readBackHour))
    }

    /// Whether an order has been final for so long that its token is over.
    func isEnded(_ order: KnownOrder, at time: Timestamp) -> Bool {
        guard let since = order.finalSince else { return false }
        return time - since > configuration.tokenLifetimeAfterFinal
    }

    /// Keeps of a callback that it came.
    func end(callback: Int64) throws {
        try run(
            "UPDATE callbacks SET body = NULL, verdict = ?, problem = coalesce(problem, ?) WHERE id = ?",
            [CallbackVerdict.ended.rawValue, "token_ended", callback]
        )
    }
}
