"""Measures callbacks per second against other servers on the same requests: in turn, round after round.

Usage: intake.py BINARY WORK [--rounds N] [--seconds N] [--connections 1,64,...] [--peers nginx,webhook,...] [--closing]
                 [--against OTHER-BINARY]
"""

import argparse
import collections
import pathlib
import statistics
import sys

import load
import servers

PEERS = {peer.name: peer for peer in (
    servers.Nginx, servers.Bare, servers.Go, servers.FastAPI, servers.Webhook, servers.WaitingWebhook)}


def measure(server, work, connections, seconds, keep_alive):
    """One turn of one server: started, loaded, stopped."""
    server.start()
    try:
        load.run(server.url(), work, min(connections, 64), 1, keep_alive)
        server.forget_peak()
        cpu, syncs = server.cpu_seconds(), server.syncs()
        result = load.run(server.url(), work, connections, seconds, keep_alive)
        done = max(1, result.requests)
        result.cpu = (server.cpu_seconds() - cpu) * 1e6 / done
        result.syncs = None if syncs is None else (server.syncs() - syncs) / seconds
        result.peak = server.peak_mib()
        if isinstance(server, servers.Ricevuta):
            server.settle()
        return result
    finally:
        server.stop()


def report(results, names, connections, keep_alive):
    title = f"{connections} connections, {'kept alive' if keep_alive else 'one request each'}"
    print(f"\n{title}\n{'server':<9} {'median/s':>9} {'min':>8} {'max':>8} {'p50 ms':>7} {'p99 ms':>8} "
          f"{'CPU µs':>7} {'peak MiB':>8} {'syncs/s':>8}  ricevuta is")
    ours = results["ricevuta", connections, keep_alive]
    for name in names:
        runs = results[name, connections, keep_alive]

        def middle(read):
            values = [read(run) for run in runs if read(run) is not None]
            return statistics.median(values) if values else None

        syncs = middle(lambda run: run.syncs)
        # Ratios are taken within each round, where the machine's mood is the same.
        ratio = statistics.median(mine.rate / theirs.rate for mine, theirs in zip(ours, runs) if theirs.rate)
        rates = [run.rate for run in runs]
        bad = sum(run.refused + run.errors for run in runs)
        print(f"{name:<9} {statistics.median(rates):>9,.0f} {min(rates):>8,.0f} {max(rates):>8,.0f} "
              f"{middle(lambda run: run.p50):>7.2f} {middle(lambda run: run.p99):>8.2f} "
              f"{middle(lambda run: run.cpu):>7.1f} {middle(lambda run: run.peak):>8.1f} "
              f"{'-' if syncs is None else f'{syncs:,.0f}':>8}  {ratio:.2f}× it"
              + (f"; {bad} refused or failed" if bad else ""))


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench intake")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=2)
    arguments.add_argument("--connections", default="1,64,256,1000")
    arguments.add_argument("--peers", default=",".join(PEERS))
    arguments.add_argument("--closing", action="store_true", help="also with one request to a connection")
    arguments.add_argument("--against", type=pathlib.Path, help="another build of ricevuta, as a further peer")
    options = arguments.parse_args()
    counts = [int(count) for count in options.connections.split(",")]
    peers = [PEERS[name](options.work) for name in options.peers.split(",") if name]
    ours = servers.Ricevuta(options.work, options.binary)
    if options.against:
        peers.insert(0, servers.Ricevuta(options.work, options.against, "before"))
        peers[0].name = "before"
    for server in [ours, *peers[:1 if options.against else 0]]:
        server.start()
        server.tokens(1000)
        server.stop()

    results = collections.defaultdict(list)
    modes = [True, False] if options.closing else [True]
    for round in range(options.rounds):
        for connections in counts:
            for keep_alive in modes:
                # Each goes first in turn: what one leaves to the disk, the next one feels.
                turn = [ours, *peers]
                for server in turn[round % len(turn):] + turn[:round % len(turn)]:
                    results[server.name, connections, keep_alive].append(
                        measure(server, options.work, connections, options.seconds, keep_alive))
        print(f"round {round + 1} of {options.rounds} done", file=sys.stderr)
    names = ["ricevuta", *(peer.name for peer in peers)]
    for keep_alive in modes:
        for connections in counts:
            report(results, names, connections, keep_alive)
    print("\nnginx, bare and webhook answer without having stored anything; "
          "go, fastapi and webhook+ answer what is synced.")


main()
