import GRDB
public import RicevutaCore

extension SQLiteStore {
    /// The greatest number of a callback that the journal has handed over; `nil` when that was never noted.
    ///
    /// It may be greater than any number recorded here: a callback that repeats a fact gets no entry of its own.
    public func handedOver() async throws(LedgerError) -> Int64? {
        try await read("reading the journal's position") { db in
            try Int64.fetchOne(db, sql: "SELECT handed_over FROM journal")
        }
    }
}
