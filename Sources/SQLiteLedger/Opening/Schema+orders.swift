// Steps about the life of orders.

extension Schema {
    /// Why orders were cancelled, and which wait for a choice among the results of their searches.
    ///
    /// `order_searches` has the results as JSON for as long as the order waits.
    static let choices = """
        ALTER TABLE orders ADD COLUMN cancellation TEXT;
        ALTER TABLE orders ADD COLUMN choice_since_ms INTEGER;
        CREATE INDEX orders_choice ON orders(key) WHERE choice_since_ms IS NOT NULL;
        CREATE TABLE order_searches (
            order_key INTEGER PRIMARY KEY REFERENCES orders(key) ON DELETE CASCADE,
            searches TEXT NOT NULL
        ) STRICT;
        ALTER TABLE notifications ADD COLUMN cancellation TEXT;
        """

    /// By when orders are promised, and since when it is known that they are late.
    static let promises = """
        ALTER TABLE orders ADD COLUMN promised_ms INTEGER;
        ALTER TABLE orders ADD COLUMN late_since_ms INTEGER;
        CREATE INDEX orders_late ON orders(key) WHERE late_since_ms IS NOT NULL;
        """

    /// When a boot ended in order; NULL for one that runs or died, and for those before this was noted.
    static let stops = "ALTER TABLE boots ADD COLUMN ended_at_ms INTEGER;"

    /// What changed of an order, numbered from 1 for each; what is NULL has stayed the same.
    ///
    /// `needs_choice` and `is_late` are 0 or 1.
    static let history = """
        CREATE TABLE order_history (
            order_key INTEGER NOT NULL REFERENCES orders(key) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            cause TEXT NOT NULL,
            from_state TEXT,
            to_state TEXT,
            placement TEXT,
            document TEXT,
            needs_choice INTEGER,
            is_late INTEGER NOT NULL,
            note TEXT,
            PRIMARY KEY (order_key, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// The trace that the last callback of an order belonged to which had one, as its `traceparent` said.
    static let traces = "ALTER TABLE orders ADD COLUMN trace TEXT;"
}
