extension Schema {
    /// What came of each attempt to deliver, and which sinks an operator has paused.
    ///
    /// A delivery's attempts lie together, and most are written at the end of the table. No foreign key leads to it,
    /// which would be looked up for each: only ``LedgerTransaction`` writes them, and deliveries are never removed.
    /// `body` is the beginning of what the sink answered, `error` a sentence; both may be NULL, as may the HTTP
    /// `status`.
    ///
    /// Dead letters are few, and counted for each sink whenever metrics are read.
    static let attempts = """
        CREATE TABLE attempts (
            delivery INTEGER NOT NULL,
            number INTEGER NOT NULL,
            started_at_ms INTEGER NOT NULL,
            duration_ms INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            status INTEGER,
            body TEXT,
            error TEXT,
            PRIMARY KEY (delivery, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE paused_sinks (
            sink TEXT PRIMARY KEY,
            reason TEXT,
            paused_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deliveries_dead ON deliveries(sink) WHERE state = 'dead';
        """
}
