"""Measures whether a full ledger slows intake: an empty one and one with millions of callbacks, in turn.

Usage: ledger.py BINARY WORK [--callbacks N] [--rounds N] [--seconds N] [--connections N]
"""

import argparse
import pathlib
import statistics
import sys
import time

import load
import servers
from seed_ledger import fill


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
    fill(both["full"].ledger(), options.callbacks)

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
                log = both[name].ledger().with_name("ledger.sqlite-wal").stat().st_size / (1 << 20)
            finally:
                server.stop()
        print(f"round {round + 1} of {options.rounds} done", file=sys.stderr)
    for name, measured in runs.items():
        print(f"{name:<6} {statistics.median(run.rate for run in measured):>9,.0f}/s   "
              f"p99 {statistics.median(run.p99 for run in measured):.2f} ms   "
              f"ready after {statistics.median(starts[name]):.0f} ms")
    ratio = statistics.median(full.rate / empty.rate for empty, full in zip(runs["empty"], runs["full"]))
    print(f"with {options.callbacks:,} callbacks in it, the ledger takes {ratio:.2f}× as many; "
          f"its log had {log:.1f} MiB")


main()
