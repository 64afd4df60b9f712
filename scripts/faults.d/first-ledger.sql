-- A ledger as the first version made it, with two callbacks, for scripts/faults --script migration.
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE boots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at_ms INTEGER NOT NULL
) STRICT;
INSERT INTO "boots" VALUES(1,1795861477021);
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
INSERT INTO "callbacks" VALUES(1,1,X'DA4E426751CD9A7C7EAEF617C9D15177',1795861477049,'127.0.0.1','k1',0,'00000000000000000000fa01','processing','processing',1700000001000,NULL,'absent',NULL,'application/json',127,'waiting',0,X'7B2264617461223A207B225F6964223A2022303030303030303030303030303030303030303066613031222C2022737461746F5F726963686965737461223A2022496E2065726F67617A696F6E65222C202274696D657374616D705F6C6173745F757064617465223A20313730303030303030312C202278223A2022227D7D');
INSERT INTO "callbacks" VALUES(2,2,X'EE10AAA0CEA760F91053169DFBE7C4A7',1795861477051,'127.0.0.1','k1',0,'00000000000000000000fa02','processing','processing',1700000002000,NULL,'absent',NULL,'application/json',127,'waiting',0,X'7B2264617461223A207B225F6964223A2022303030303030303030303030303030303030303066613032222C2022737461746F5F726963686965737461223A2022496E2065726F67617A696F6E65222C202274696D657374616D705F6C6173745F757064617465223A20313730303030303030322C202278223A2022227D7D');
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
CREATE TABLE disabled_sinks (
    sink TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    disabled_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    order_key INTEGER NOT NULL UNIQUE REFERENCES orders(key),
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT,
    recorded_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('2026-03-01 create the ledger');
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
INSERT INTO "jobs" VALUES(4,'verify',1,1795861477049,1,1,'callback',NULL,1660916171003153384,1795871657128,0,NULL);
INSERT INTO "jobs" VALUES(8,'verify',2,1795861477051,1,1,'callback',NULL,8570472424635645165,1795871657128,0,NULL);
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
CREATE TABLE order_candidates (
    order_key INTEGER NOT NULL REFERENCES orders(key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    callback_id INTEGER NOT NULL,
    rejected TEXT,
    rejection INTEGER,
    PRIMARY KEY (order_key, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "order_candidates" VALUES(1,'00000000000000000000fa01',1,NULL,NULL);
INSERT INTO "order_candidates" VALUES(2,'00000000000000000000fa02',2,NULL,NULL);
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
INSERT INTO "orders" VALUES(1,'WBlSYxEfTX5QhJ6qe11F-w',NULL,NULL,'external','pending',NULL,NULL,NULL,0,NULL,NULL,NULL,'none',1795861477049,NULL,1795861477128,0,NULL);
INSERT INTO "orders" VALUES(2,'bTa-No3XNb_Uu-o-uB-mGA',NULL,NULL,'external','pending',NULL,NULL,NULL,0,NULL,NULL,NULL,'none',1795861477051,NULL,1795861477128,0,NULL);
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    order_key INTEGER NOT NULL REFERENCES orders(key),
    reason TEXT NOT NULL,
    path TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    recorded_at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX orders_nonce ON orders(nonce) WHERE nonce IS NOT NULL;
CREATE UNIQUE INDEX orders_provider_id ON orders(provider_id) WHERE provider_id IS NOT NULL;
CREATE UNIQUE INDEX orders_claimed_id ON orders(claimed_id) WHERE claimed_id IS NOT NULL;
CREATE UNIQUE INDEX callbacks_fact ON callbacks(coalesce(claim_update_ms, 0), fact);
CREATE INDEX callbacks_order ON callbacks(id >> 16, order_key, verdict);
CREATE INDEX callbacks_unconfirmed ON callbacks(order_key, claim_name) WHERE verdict = 'unconfirmed';
CREATE INDEX quarantine_order ON quarantine(order_key);
CREATE INDEX notifications_order ON notifications(order_key);
CREATE UNIQUE INDEX notifications_document ON notifications(order_key) WHERE type = 'document.available';
CREATE INDEX deliveries_notification ON deliveries(notification);
CREATE INDEX deliveries_state ON deliveries(state);
CREATE INDEX jobs_due ON jobs(lane, due_ms);
COMMIT;
