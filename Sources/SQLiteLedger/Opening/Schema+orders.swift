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

    /// What callers call their orders, under which key they were bought, and what they cost.
    ///
    /// A `price_thousandths` is in thousandths of a euro, a `spending_day` a number of days since 1970 by the clock of
    /// Rome; both are NULL for orders that were placed elsewhere, and for those before this was noted. An
    /// `idempotency_mark` is ``NewOrder/mark(for:)``. None of them ever changes but the price, so that what
    /// happens to orders writes to none of these indexes.
    ///
    /// `minted_tokens` has the nonces that a reference was given for before there was an order.
    static let references = """
        ALTER TABLE orders ADD COLUMN reference TEXT;
        ALTER TABLE orders ADD COLUMN price_thousandths INTEGER;
        ALTER TABLE orders ADD COLUMN spending_day INTEGER;
        ALTER TABLE orders ADD COLUMN idempotency_key TEXT;
        ALTER TABLE orders ADD COLUMN idempotency_mark TEXT;
        CREATE INDEX orders_reference ON orders(reference) WHERE reference IS NOT NULL;
        CREATE INDEX orders_spending ON orders(spending_day) WHERE spending_day IS NOT NULL;
        CREATE INDEX orders_idempotency ON orders(idempotency_key) WHERE idempotency_key IS NOT NULL;
        ALTER TABLE notifications ADD COLUMN reference TEXT;
        CREATE TABLE minted_tokens (
            nonce TEXT PRIMARY KEY,
            reference TEXT NOT NULL,
            minted_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
