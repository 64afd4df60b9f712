import GRDB
public import RicevutaCore

extension SQLiteStore: LedgerStore {
    /// Whether the writer's last transactions failed.
    public var health: LedgerHealth {
        let statistics = statistics
        return LedgerHealth(isFailing: statistics.isFailing, refusal: statistics.refusal)
    }

    /// Reads something.
    public func ping() async throws(LedgerError) {
        _ = try await read("checking that the database answers") { db in try Int.fetchOne(db, sql: "SELECT 1") }
    }

    /// The greatest id of an entry about a callback; 0 without any.
    public func newestCallback() async throws(LedgerError) -> Int64 {
        try await read("finding the newest callback") { db in
            try Int64.fetchOne(db, sql: "SELECT max(id) FROM callbacks") ?? 0
        }
    }

    /// The greatest number of a callback that this receiver's journal has handed over; `nil` when that was never noted,
    /// and where nobody serves.
    public func handedOver() async throws(LedgerError) -> Int64? {
        guard let receiver = writer.boot?.receiverNumber else { return nil }
        return try await read("reading the journal's position") { db in
            let row = try Row.fetchOne(
                db,
                sql: "SELECT handed_over FROM receivers WHERE number = ?",
                arguments: [receiver]
            )
            guard let row else { return 0 }  // A full disk has kept it from being written: nothing was recorded, then.
            return try row.optionalInteger("handed_over")
        }
    }

    /// Writes what is queued, gives back all leases and closes the files.
    public func close() async {
        writer.queue.close()
        await writer.waitForEnd()
    }
}
