"""Measures what silent keep-alive connections cost the busy ones: with none and with thousands, in turn.

Usage: idle.py BINARY WORK [--idle N] [--busy N] [--rounds N] [--seconds N]
"""

import argparse
import pathlib
import socket

import ab
import load
import servers


def hold(port, count, token):
    """Connections that have brought a callback, and then say nothing: from many addresses, each with a few ports."""
    body = b'{"_id":"5fec14002548c9ae11575850","stato_richiesta":"In erogazione","timestamp_last_update":1}'
    request = b"POST /callbacks/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (
        token.encode(), len(body), body)
    held = []
    for number in range(count):
        address = f"127.0.{1 + number // 250 % 250}.{1 + number % 250}"
        one = socket.create_connection(("127.0.0.1", port), 5, (address, 0))
        one.sendall(request)
        held.append(one)
    for one in held:
        if b" 200 " not in one.recv(4096):
            raise SystemExit("a callback was refused")
    return held


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench idle")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--idle", type=int, default=3000)
    arguments.add_argument("--busy", type=int, default=64)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=int, default=2)
    options = arguments.parse_args()
    server = servers.Ricevuta(options.work, options.binary).start()
    try:
        server.tokens(1000)
        token = (options.work / "tokens").read_text().split()[0]
        load.run(server.url(), options.work, options.busy, 1)

        def measure():
            run = load.run(server.url(), options.work, options.busy, options.seconds)
            server.settle()
            return run

        def measure_beside():
            held = hold(server.port, options.idle, token)
            run = measure()
            for one in held:
                one.setblocking(False)
                try:
                    if one.recv(1) == b"":
                        raise SystemExit("a silent connection was closed while it was to be held")
                except BlockingIOError:
                    pass
                one.close()
            return run

        alone, beside = ab.alternate(options.rounds, measure, measure_beside)
        ab.report("no silent connections", alone)
        ab.report(f"{options.idle} silent connections", beside)
        print(f"{options.busy} busy ones keep {ab.ratio('rate', alone, beside):.2f}× of their rate beside them")
    finally:
        server.stop()


main()
