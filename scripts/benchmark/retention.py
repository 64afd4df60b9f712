"""Measures whether removing what is old slows intake: a receiver that does so all the time and one that keeps
everything, in turn, both with old callbacks in their ledgers.

Usage: retention.py BINARY WORK [--callbacks N] [--rounds N] [--seconds N] [--connections N]
"""

import argparse
import pathlib
import sqlite3

import ab
import load
import servers
from seed_ledger import fill


def bodies(server):
    """The bodies of old callbacks that are left."""
    with sqlite3.connect(f"file:{server.ledger()}?mode=ro", uri=True) as ledger:
        return ledger.execute("SELECT count(*) FROM callbacks WHERE received_at_ms < 1700000000000 "
                              "AND body IS NOT NULL").fetchone()[0]


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench retention")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--callbacks", type=int, default=300_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=64)
    options = arguments.parse_args()
    keeping = servers.Ricevuta(options.work, options.binary, "keeping",
                               "retention: {bodies: 36500d, callbacks: 36500d}")
    removing = servers.Ricevuta(options.work, options.binary, "removing",
                                "retention: {bodies: 1d, callbacks: 36500d, interval: 1s}")
    for server in (keeping, removing):
        server.start()
        server.tokens(1000)
        server.stop()
        fill(server.ledger(), options.callbacks)

    removed = []

    def measure(server):
        server.start()
        try:
            load.run(server.url(), options.work, options.connections, 1)
            before = bodies(server)
            run = load.run(server.url(), options.work, options.connections, options.seconds)
            removed.append((server, before - bodies(server)))
            return run
        finally:
            server.stop()

    kept, cleaned = ab.alternate(options.rounds, lambda: measure(keeping), lambda: measure(removing))
    ab.report("keeping everything", kept)
    ab.report("removing what is old", cleaned)
    counts = [count for server, count in removed if server is removing]
    if min(counts) == 0 or any(count for server, count in removed if server is keeping):
        raise SystemExit(f"not what was to be measured: removed {removed}")
    print(f"while {min(counts):,} to {max(counts):,} bodies are removed in each {options.seconds} s, p99 is "
          f"{ab.ratio('p99', kept, cleaned):.2f}× that of keeping them, "
          f"the rate {ab.ratio('rate', kept, cleaned):.2f}×")


main()
