"""Puts old callbacks into a ledger that no server has open."""

import hashlib
import pathlib
import sqlite3
import sys
import time


def fill(path, count):
    """Callbacks of a hundred thousand orders, ten seconds apart, confirmed long ago."""
    begun = time.monotonic()
    orders = 100_000
    start = 1_600_000_000_000
    body = b'{"_id":"%024x","stato_richiesta":"Visura evasa","filler":"' + b"x" * 250 + b'"}'
    with sqlite3.connect(path) as ledger:
        ledger.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
        first = ledger.execute("SELECT coalesce(max(key), 0) FROM orders").fetchone()[0] + 1
        ledger.executemany(
            "INSERT INTO orders(nonce, provider_id, origin, placement, created_at_ms)"
            " VALUES (?, ?, 'external', 'pending', ?)",
            ((f"{number:022d}", f"{number:024x}", start) for number in range(orders)))
        ledger.executemany(
            "INSERT INTO callbacks(id, order_key, fact, received_at_ms, peer, key_id, retired_key, claim_id,"
            " claim_state, claim_name, claim_update_ms, echo, content_type, body_bytes, verdict, body)"
            " VALUES (?, ?, ?, ?, '127.0.0.1', 'k1', 0, ?, 'Visura evasa', 'fulfilled', ?, 'absent',"
            " 'application/json', 320, 'confirmed', ?)",
            ((number, first + (number * 7919) % orders, hashlib.sha256(b"%d" % number).digest()[:16],
              start + number * 10_000, f"{(number * 7919) % orders:024x}", start + number * 10_000, body % number)
             for number in range(1, count + 1)))
        ledger.commit()
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"filled with {count:,} callbacks, {pathlib.Path(path).stat().st_size / (1 << 30):.1f} GiB, in "
          f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
