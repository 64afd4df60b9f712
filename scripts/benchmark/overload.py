"""Measures overload: thousands of connections that all ask at once, against 64 before and after.

Usage: overload.py BINARY WORK [--connections N] [--rounds N] [--seconds N]
"""

import argparse
import pathlib
import statistics
import sys

import load
import servers


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench overload")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--connections", type=int, default=4500)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=3)
    options = arguments.parse_args()
    server = servers.Ricevuta(options.work, options.binary).start()
    try:
        server.tokens(1000)
        load.run(server.url(), options.work, 64, 1)
        before, during, after = [], [], []
        for round in range(options.rounds):
            for into, connections in ((before, 64), (during, options.connections), (after, 64)):
                into.append(load.run(server.url(), options.work, connections, options.seconds))
            print(f"round {round + 1} of {options.rounds} done", file=sys.stderr)

        def middle(runs, read):
            return statistics.median(read(run) for run in runs)

        def accepted(run):
            return run.rate * (run.requests - run.refused) / max(1, run.requests)

        for name, runs in (("64 connections", before), (f"{options.connections} connections", during),
                           ("64 right afterwards", after)):
            print(f"{name:<20} {middle(runs, accepted):>8,.0f}/s accepted   "
                  f"{middle(runs, lambda run: run.rate) - middle(runs, accepted):>8,.0f}/s answered 503   "
                  f"p50 {middle(runs, lambda run: run.p50):.1f} ms   p99 {middle(runs, lambda run: run.p99):.1f} ms   "
                  f"{sum(run.errors for run in runs)} socket errors")
    finally:
        server.stop()


main()
