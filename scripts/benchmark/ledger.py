"""Measures whether a full ledger slows intake: an empty one and one with millions of callbacks, in turn.

Usage: ledger.py BINARY WORK [--callbacks N] [--rounds N] [--seconds N] [--connections N]
"""

import argparse
import hashlib
import pathlib
import sqlite3
import statistics
import sys
import time

import load
import servers


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
            "INSERT INTO callbacks(id, order_key, fact, received_at_ms, peer, key_id, retired_key, claim_id, claim_state,"
            " claim_name, claim_update_ms, echo, content_type, body_bytes, verdict, body)"
            " VALUES (?, ?, ?, ?, '127.0.0.1', 'k1', 0, ?, 'Visura evasa', 'fulfilled', ?, 'absent',"
            " 'application/json', 320, 'confirmed', ?)",
            ((number, first + (number * 7919) % orders, hashlib.sha256(b"%d" % number).digest()[:16],
              start + number * 10_000, f"{(number * 7919) % orders:024x}", start + number * 10_000, body % number)
             for number in range(1, count + 1)))
        ledger.commit()
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"filled with {count:,} callbacks, {pathlib.Path(path).stat().st_size / (1 << 30):.1f} GiB, in "
          f"{time.monotonic() - begun:.0f} s", file=sys.stderr)


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench ledger")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--callbacks", type=int, default=5_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=64)
    options = arguments.parse_args()
    both = {name: servers.Ricevuta(options.work, options.binary, name) for name in ("empty", "full")}
    for server in both.values():
        server.start()
        server.tokens(1000)
        server.stop()
    fill(options.work / "full/ledger.sqlite", options.callbacks)

    runs = {name: [] for name in both}
    starts = {name: [] for name in both}
    for round in range(options.rounds):
        for name in sorted(both, reverse=round % 2 == 1):
            begun = time.monotonic()
            server = both[name].start()
            starts[name].append((time.monotonic() - begun) * 1000)
            try:
                load.run(server.url(), options.work, options.connections, 1)
                runs[name].append(load.run(server.url(), options.work, options.connections, options.seconds))
                log = (options.work / name / "ledger.sqlite-wal").stat().st_size / (1 << 20)
            finally:
                server.stop()
        print(f"round {round + 1} of {options.rounds} done", file=sys.stderr)
    for name, measured in runs.items():
        print(f"{name:<6} {statistics.median(run.rate for run in measured):>9,.0f}/s   "
              f"p99 {statistics.median(run.p99 for run in measured):.2f} ms   "
              f"ready after {statistics.median(starts[name]):.0f} ms")
    ratio = statistics.median(full.rate / empty.rate for empty, full in zip(runs["empty"], runs["full"]))
    print(f"with {options.callbacks:,} callbacks in it, the ledger takes {ratio:.2f}× as many; its log had {log:.1f} MiB")


main()
