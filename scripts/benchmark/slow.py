"""Measures what slow attackers cost honest traffic: connections that send a byte of head or body, or read a byte
of their answers, in each second.

Usage: slow.py BINARY WORK [--attackers N] [--busy N] [--rounds N] [--seconds N]
"""

import argparse
import pathlib
import select
import socket
import threading
import time

import ab
import load
import servers


class Attack:
    """A third drips its head, a third its body, a third asks for much and reads little."""

    def __init__(self, port, count, token):
        self.port, self.token = port, token.encode()
        self.stopping = threading.Event()
        self.held = [self.open(number) for number in range(count)]
        self.cut = 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def open(self, number):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        one.bind((f"127.0.{2 + number // 250}.{1 + number % 250}", 0))
        one.connect(("127.0.0.1", self.port))
        kind = number % 3
        if kind == 0:
            sent, rest = b"", b"POST /callbacks/x HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 4000
        elif kind == 1:
            sent = b"POST /callbacks/%s HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n" % self.token
            rest = b"{" * 5000
        else:
            body = b'{"_id":"5fec14002548c9ae11575850","stato_richiesta":"In erogazione","timestamp_last_update":1}'
            request = b"POST /callbacks/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (
                self.token, len(body), body)
            sent, rest = request * 100, b""
        one.setblocking(False)
        try:
            one.send(sent)
        except BlockingIOError:
            pass
        return [one, rest, kind, number]

    def run(self):
        while not self.stopping.wait(1):
            for place, (one, rest, kind, number) in enumerate(self.held):
                try:
                    if kind == 2:
                        if select.select([one], [], [], 0)[0] and one.recv(1) == b"":
                            raise OSError
                    else:
                        one.send(rest[:1])
                        self.held[place][1] = rest[1:]
                        if select.select([one], [], [], 0)[0]:
                            raise OSError
                except BlockingIOError:
                    pass
                except OSError:
                    one.close()
                    self.cut += 1
                    self.held[place] = self.open(number)

    def stop(self):
        self.stopping.set()
        self.thread.join()
        for one, *_ in self.held:
            one.close()


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench slow")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--attackers", type=int, default=500)
    arguments.add_argument("--busy", type=int, default=64)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=4)
    options = arguments.parse_args()
    server = servers.Ricevuta(options.work, options.binary).start()
    try:
        server.tokens(1000)
        token = (options.work / "tokens").read_text().split()[0]
        load.run(server.url(), options.work, options.busy, 1)

        def measure():
            time.sleep(0.5)
            run = load.run(server.url(), options.work, options.busy, options.seconds)
            server.settle()
            return run

        def measure_beside():
            attack = Attack(server.port, options.attackers, token)
            try:
                return measure()
            finally:
                attack.stop()

        alone, beside = ab.alternate(options.rounds, measure, measure_beside)
        ab.report("no attackers", alone)
        ab.report(f"{options.attackers} attackers", beside)
        print(f"honest traffic's p99 is {ab.ratio('p99', alone, beside):.2f}× that without them, "
              f"its rate {ab.ratio('rate', alone, beside):.2f}×")
    finally:
        server.stop()


main()
