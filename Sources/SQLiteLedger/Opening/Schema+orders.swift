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
}
