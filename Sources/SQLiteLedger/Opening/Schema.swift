import GRDB

/// The tables, in the order in which versions of this program added to them; a step that was released is never edited.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        for (name, sql) in steps { migrator.registerMigration(name) { db in try db.execute(sql: sql) } }
        return migrator
    }()

    private static let steps = [
        ("2026-03-01 create the ledger", first),
        ("2026-11-28 record when jobs were scheduled", scheduled),
        ("2026-11-28 remember searches and what became final", searches),
        ("2026-11-28 allow single documents to be larger", documentLimits),
        ("2026-11-28 record what the journal has handed over", journal),
        ("2026-11-28 count what the provider refuses", refusals),
        ("2026-12-01 tell receivers and their callbacks apart", receivers),
        ("2026-12-01 tell providers and their orders apart", providers),
        ("2026-12-01 call a job's counter its revision", revisions),
        ("2026-12-01 settle dead letters that were replayed", settled),
        ("2026-12-01 keep why orders were cancelled, and what they wait to be chosen from", choices),
        ("2026-12-01 know by when orders are promised, and which are late", promises),
        ("2026-12-01 note when receivers stopped", stops),
        ("2026-12-01 keep what changes of orders", history),
        ("2026-12-01 keep delivery attempts, and pause sinks", attempts),
        ("2026-12-01 keep the traces that callbacks belong to", traces),
        ("2026-12-01 keep callers' references and keys, and what orders cost", references),
    ]

    /// The version of the schema that this program wants: how many steps lead to it.
    static let current = steps.count

    /// The version of a database's schema: how many steps it has taken; 0 for an empty one.
    static func version(_ db: Database) throws -> Int {
        guard try db.tableExists("grdb_migrations") else { return 0 }
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM grdb_migrations") ?? 0
    }

    /// What made a job due is its `source`; how often it was scheduled, its `revision`.
    private static let revisions = "ALTER TABLE jobs RENAME COLUMN trigger TO revision;"

    /// A dead letter that was replayed or dismissed is settled.
    private static let settled = """
        UPDATE deliveries SET state = 'settled'
        WHERE state = 'dead' AND id IN (SELECT replay_of FROM deliveries WHERE replay_of IS NOT NULL);
        """

    /// Who receives callbacks, and which callback is whose.
    ///
    /// A receiver's `id` is its own, its `number` the ledger's for it; the first one may have no id until it serves
    /// next. Its `boot` runs now, or died; it is NULL after an orderly stop. The leases of that boot hold until
    /// `alive_until_ms`, which it moves on as long as it lives. `handed_over` is how far its journal has handed its
    /// callbacks over; NULL when that was never noted.
    ///
    /// A callback's `id` is its number in its receiver's journal, unless that was taken: then it has a row in
    /// `renumbered`, whose `sequence` is that number. So one receiver's callbacks need no other index.
    private static let receivers = """
        CREATE TABLE receivers (
            number INTEGER PRIMARY KEY,
            id TEXT UNIQUE,
            boot INTEGER,
            alive_until_ms INTEGER NOT NULL,
            handed_over INTEGER
        ) STRICT;
        INSERT INTO receivers(number, boot, alive_until_ms, handed_over)
            SELECT 1, (SELECT max(id) FROM boots), 0, handed_over FROM journal WHERE EXISTS (SELECT 1 FROM boots);
        DROP TABLE journal;
        ALTER TABLE boots ADD COLUMN receiver INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE callbacks ADD COLUMN receiver INTEGER NOT NULL DEFAULT 1;
        CREATE TABLE renumbered (
            id INTEGER PRIMARY KEY,
            receiver INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            UNIQUE (receiver, sequence)
        ) STRICT;
        """

    /// Which provider an order is at: an id of an order is one only together with it.
    ///
    /// The id comes first in each index, since operators give it alone.
    private static let providers = """
        ALTER TABLE orders ADD COLUMN provider TEXT NOT NULL DEFAULT 'visengine';
        DROP INDEX orders_provider_id;
        DROP INDEX orders_claimed_id;
        CREATE UNIQUE INDEX orders_provider_id ON orders(provider_id, provider) WHERE provider_id IS NOT NULL;
        CREATE UNIQUE INDEX orders_claimed_id ON orders(claimed_id, provider) WHERE claimed_id IS NOT NULL;
        ALTER TABLE notifications ADD COLUMN provider TEXT NOT NULL DEFAULT 'visengine';
        CREATE TABLE searched (
            id TEXT NOT NULL,
            provider TEXT NOT NULL,
            nonce TEXT,
            searched_at_ms INTEGER NOT NULL,
            PRIMARY KEY (id, provider)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO searched SELECT id, 'visengine', nonce, searched_at_ms FROM searched_orders;
        DROP TABLE searched_orders;
        ALTER TABLE searched RENAME TO searched_orders;
        CREATE INDEX searched_orders_nonce ON searched_orders(nonce) WHERE nonce IS NOT NULL;
        """

    /// When a job was scheduled or taken last, by the wall clock: one that was scheduled later than now shows that the
    /// clock was set back.
    private static let scheduled = """
        ALTER TABLE jobs ADD COLUMN scheduled_ms INTEGER NOT NULL DEFAULT 0;
        """

    /// How often the provider has said no to a job since it was last done, and since when; outages do not count.
    private static let refusals = """
        ALTER TABLE jobs ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE jobs ADD COLUMN refused_since_ms INTEGER;
        """

    /// Since when orders are final, how often they were read back, and what searches have looked at.
    ///
    /// An order's `read_backs` are those that callbacks caused in the hour from `read_backs_since_ms`. A searched
    /// order's `nonce` is that of the token it carries, if it is ours.
    private static let searches = """
        ALTER TABLE orders ADD COLUMN final_at_ms INTEGER;
        ALTER TABLE orders ADD COLUMN read_backs INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE orders ADD COLUMN read_backs_since_ms INTEGER;
        UPDATE orders SET final_at_ms = coalesce(last_read_back_ms, created_at_ms)
            WHERE state IN ('fulfilled', 'cancelled');
        CREATE TABLE searched_orders (
            id TEXT PRIMARY KEY,
            nonce TEXT,
            searched_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX searched_orders_nonce ON searched_orders(nonce) WHERE nonce IS NOT NULL;
        """

    /// How large a document may be for which an operator has said so.
    private static let documentLimits = """
        CREATE TABLE document_limits (
            order_key INTEGER PRIMARY KEY REFERENCES orders(key) ON DELETE CASCADE,
            max_bytes INTEGER NOT NULL
        ) STRICT;
        """

    /// How far the journal has handed its callbacks over; unknown in a ledger that served before this was noted.
    private static let journal = """
        CREATE TABLE journal (id INTEGER PRIMARY KEY CHECK (id = 1), handed_over INTEGER) STRICT;
        INSERT INTO journal(id, handed_over) SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM boots) THEN NULL ELSE 0 END;
        """

    /// Times are milliseconds since 1970.
    ///
    /// Entries of an index that lie anywhere are a page each to write and sync. So a fact's begins with its last
    /// update, and those by order are kept in sections of callbacks that came together (``CallbackPartitions``).
    ///
    /// A callback's `fact` is a hash. Its `order_key` is no foreign key to SQLite, which would have to look through all
    /// callbacks when an order goes: only ``LedgerTransaction`` writes it.
    ///
    /// A callback's `claim_state` is what it claims as the provider writes it, `claim_name` the same as it is compared.
    /// A candidate's `rejection` grows with each rejection of its order, so that the oldest can be forgotten.
    ///
    /// A job's number is its subject's times four plus its kind's
    /// (``JobNumber``), so that there is one job of a kind for a subject without a second index.
    private static let first = """
        CREATE TABLE boots (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            started_at_ms INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE orders (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            nonce TEXT,
            provider_id TEXT,
            claimed_id TEXT,
            origin TEXT NOT NULL,
            placement TEXT NOT NULL,
            item TEXT,
            item_name TEXT,
            state TEXT,
            rank INTEGER NOT NULL DEFAULT 0,
            last_update_ms INTEGER,
            outcome_code TEXT,
            outcome_info TEXT,
            document TEXT NOT NULL DEFAULT 'none',
            created_at_ms INTEGER NOT NULL,
            last_read_back_ms INTEGER,
            last_asked_ms INTEGER,
            quiet_polls INTEGER NOT NULL DEFAULT 0,
            problem TEXT
        ) STRICT;
        CREATE UNIQUE INDEX orders_nonce ON orders(nonce) WHERE nonce IS NOT NULL;
        CREATE UNIQUE INDEX orders_provider_id ON orders(provider_id) WHERE provider_id IS NOT NULL;
        CREATE UNIQUE INDEX orders_claimed_id ON orders(claimed_id) WHERE claimed_id IS NOT NULL;

        CREATE TABLE order_candidates (
            order_key INTEGER NOT NULL REFERENCES orders(key) ON DELETE CASCADE,
            id TEXT NOT NULL,
            callback_id INTEGER NOT NULL,
            rejected TEXT,
            rejection INTEGER,
            PRIMARY KEY (order_key, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE callbacks (
            id INTEGER PRIMARY KEY,
            order_key INTEGER,
            fact BLOB NOT NULL,
            received_at_ms INTEGER NOT NULL,
            peer TEXT NOT NULL,
            key_id TEXT,
            retired_key INTEGER NOT NULL,
            claim_id TEXT,
            claim_state TEXT,
            claim_name TEXT,
            claim_update_ms INTEGER,
            claim_search TEXT,
            echo TEXT NOT NULL,
            problem TEXT,
            content_type TEXT,
            body_bytes INTEGER NOT NULL,
            verdict TEXT NOT NULL,
            repeats INTEGER NOT NULL DEFAULT 0,
            body BLOB
        ) STRICT;
        CREATE UNIQUE INDEX callbacks_fact ON callbacks(coalesce(claim_update_ms, 0), fact);
        CREATE INDEX callbacks_order ON callbacks(id >> \(CallbackPartitions.shift), order_key, verdict);
        CREATE INDEX callbacks_unconfirmed ON callbacks(order_key, claim_name) WHERE verdict = 'unconfirmed';

        CREATE TABLE documents (
            id INTEGER PRIMARY KEY,
            order_key INTEGER NOT NULL UNIQUE REFERENCES orders(key),
            sha256 TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            kind TEXT NOT NULL,
            name TEXT,
            recorded_at_ms INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY,
            order_key INTEGER NOT NULL REFERENCES orders(key),
            reason TEXT NOT NULL,
            path TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            recorded_at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX quarantine_order ON quarantine(order_key);

        CREATE TABLE notifications (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            type TEXT NOT NULL,
            occurred_at_ms INTEGER NOT NULL,
            order_key INTEGER NOT NULL REFERENCES orders(key),
            order_id TEXT NOT NULL,
            item TEXT,
            item_name TEXT,
            state TEXT,
            previous_state TEXT,
            last_update_ms INTEGER,
            outcome_code TEXT,
            outcome_info TEXT,
            document_sha256 TEXT,
            document_bytes INTEGER,
            document_kind TEXT,
            document_name TEXT
        ) STRICT;
        CREATE INDEX notifications_order ON notifications(order_key);
        CREATE UNIQUE INDEX notifications_document ON notifications(order_key) WHERE type = 'document.available';

        CREATE TABLE deliveries (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            notification INTEGER NOT NULL REFERENCES notifications(number),
            sink TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            replay_of TEXT,
            created_at_ms INTEGER NOT NULL,
            ended_at_ms INTEGER
        ) STRICT;
        CREATE INDEX deliveries_notification ON deliveries(notification);
        CREATE INDEX deliveries_state ON deliveries(state);

        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY,
            lane TEXT NOT NULL,
            subject INTEGER NOT NULL,
            due_ms INTEGER NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 0,
            trigger INTEGER NOT NULL DEFAULT 1,
            source TEXT NOT NULL,
            lease_boot INTEGER,
            lease_serial INTEGER,
            lease_until_ms INTEGER,
            crashes INTEGER NOT NULL DEFAULT 0,
            last_reason TEXT
        ) STRICT;
        CREATE INDEX jobs_due ON jobs(lane, due_ms);

        CREATE TABLE disabled_sinks (
            sink TEXT PRIMARY KEY,
            reason TEXT NOT NULL,
            disabled_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
