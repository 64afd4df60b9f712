public import BaseKit
import GRDB
public import RicevutaCore

// What operators do about sinks.

extension SQLiteStore {
    /// Enables a sink again.
    public func enable(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Bool {
        try await change("enabling a sink") { transaction in
            try transaction.run("DELETE FROM disabled_sinks WHERE sink = ?", [sink.rawValue])
            let wasDisabled = transaction.db.changesCount > 0
            if wasDisabled { try transaction.hasten(sink, now: now) }
            return wasDisabled
        }
    }

    /// Pauses a sink.
    public func pause(_ sink: SinkName, reason: String?, now: Timestamp) async throws(LedgerError) -> Bool {
        try await change("pausing a sink") { transaction in
            try transaction.run(
                "INSERT INTO paused_sinks(sink, reason, paused_at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [sink.rawValue, reason, now.milliseconds]
            )
            return transaction.db.changesCount > 0
        }
    }

    /// Resumes a sink.
    public func resume(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Bool {
        try await change("resuming a sink") { transaction in
            try transaction.run("DELETE FROM paused_sinks WHERE sink = ?", [sink.rawValue])
            let wasPaused = transaction.db.changesCount > 0
            if wasPaused { try transaction.hasten(sink, now: now) }
            return wasPaused
        }
    }

    /// Has all that waits for a sink attempted now.
    public func hasten(_ sink: SinkName, now: Timestamp) async throws(LedgerError) -> Int {
        try await change("hastening deliveries") { transaction in
            try transaction.hasten(sink, now: now)
            let waiting = try transaction.row(
                "SELECT count(*) AS n FROM jobs WHERE lane = ?",
                [JobLane.deliver(sink).name]
            )
            return Int(try waiting?.integer("n") ?? 0)
        }
    }

    /// Gives another sink what waits for one, and its dead letters.
    public func move(
        from sink: SinkName,
        to other: SinkName,
        now: Timestamp
    ) async throws(LedgerError) -> [DeliveryReplay] {
        try await change("moving deliveries") { transaction in
            try transaction.open(of: sink, isDeadToo: true).map { number, id, notification in
                let made = try transaction.addDelivery(of: notification, to: other, replayOf: id, now: now)
                try transaction.giveUp(number, .settled, reason: "moved to sink \(other) as \(made)", now: now)
                return DeliveryReplay(replayed: id, delivery: made)
            }
        }
    }

    /// Ends all that waits for a sink.
    public func giveUp(
        _ sink: SinkName,
        _ ending: DeliveryEnding,
        reason: String,
        now: Timestamp
    ) async throws(LedgerError) -> Int {
        try await change("giving up deliveries") { transaction in
            let open = try transaction.open(of: sink, isDeadToo: false)
            for (number, _, _) in open { try transaction.giveUp(number, ending.state, reason: reason, now: now) }
            return open.count
        }
    }
}

extension LedgerTransaction {
    /// Has what waits for a sink and is not due yet fall due now.
    fileprivate func hasten(_ sink: SinkName, now: Timestamp) throws {
        try run(
            "UPDATE jobs SET due_ms = ?1, scheduled_ms = ?1 WHERE lane = ?2 AND due_ms > ?1",
            [now.milliseconds, JobLane.deliver(sink).name]
        )
        wakes.append((.deliver, .zero))
    }

    /// The deliveries that wait for a sink, oldest first, and its dead letters with them.
    fileprivate func open(
        of sink: SinkName,
        isDeadToo: Bool
    ) throws -> [(number: Int64, id: String, notification: Int64)] {
        let lane = JobLane.deliver(sink).name
        var numbers = try rows("SELECT subject FROM jobs WHERE lane = ?", [lane]).map { try $0.integer("subject") }
        if isDeadToo {
            numbers += try rows("SELECT number FROM deliveries WHERE state = 'dead' AND sink = ?", [sink.rawValue])
                .map { try $0.integer("number") }
        }
        return try numbers.sorted().compactMap { number in
            let row = try row("SELECT id, notification FROM deliveries WHERE number = ?", [number])
            return try row.map { (number, try $0.text("id"), try $0.integer("notification")) }
        }
    }

    /// Ends a delivery without another attempt; one that is under way has lost its lease then.
    fileprivate func giveUp(_ number: Int64, _ state: DeliveryState, reason: String, now: Timestamp) throws {
        try run(
            "UPDATE deliveries SET state = ?, last_error = ?, ended_at_ms = ? WHERE number = ?",
            [state.rawValue, reason, now.milliseconds, number]
        )
        try end(job: JobNumber.of(.deliver, number))
    }
}
