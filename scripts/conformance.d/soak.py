"""Honest and hostile load together, for minutes.

Usage: soak.py BINARY WORK [--minutes N] [--commands N]
"""

import argparse
import itertools
import pathlib
import random
import select
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time

from cases import CASES
from receiver import Receiver, read_answers


class LoadGenerator:
    """Threads that go on until told to stop, and what they have seen."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.stopping = threading.Event()
        self.acknowledged = []
        self.counts = {}
        self.numbers = itertools.count(1)
        self.paths = [receiver.fresh_path() for _ in range(300)]

    def count(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1

    def honest(self):
        """Callbacks on a kept connection, each telling something new: those with a 200 are remembered."""
        connection = None
        while not self.stopping.is_set():
            number = next(self.numbers)
            body = (b'{"data":{"_id":"%024x","stato_richiesta":"In erogazione","timestamp_last_update":%d,"x":"%s"}}'
                    % (number % 300, 1_700_000_000 + number, b"y" * random.choice((10, 500, 5000))))
            request = (b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                       % (self.paths[number % 300], len(body), body))
            try:
                if connection is None:
                    connection = self.receiver.connect()
                connection.sendall(request)
                text = connection.recv(4096)
            except OSError:
                text = b""
            if text.startswith(b"HTTP/1.1 200 "):
                self.acknowledged.append(number)
                self.count("acknowledged")
            else:
                self.count("not acknowledged")
            if not text or b"Connection: close" in text:
                if connection:
                    connection.close()
                connection = None
            time.sleep(0.002)
        if connection:
            connection.close()

    def malformed(self):
        """The cases of `scripts/conformance` that are refused, cut anywhere."""
        refused = [case.sent for case in CASES if case.closes and not case.stored]
        while not self.stopping.is_set():
            sent = random.choice(refused)
            place = random.randrange(1, len(sent))
            try:
                with self.receiver.connect() as connection:
                    connection.sendall(sent[:place])
                    if random.random() < 0.3:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        continue
                    connection.sendall(sent[place:])
                    connection.settimeout(0.05)
                    connection.recv(4096)
            except OSError:
                pass
            self.count("malformed")

    def forged(self):
        """Tokens that nobody minted, from a few addresses that are soon not listened to."""
        body = b'{"_id":"5fec14002548c9ae11575850","stato_richiesta":"Evasa"}'
        while not self.stopping.is_set():
            token = b"v1.k1.%s.%s" % (b"".join(random.choices([b"A", b"b", b"9"], k=22)), b"A" * 43)
            try:
                address = f"127.200.0.{random.randrange(1, 20)}"
                with socket.create_connection(("127.0.0.1", self.receiver.port), 5, (address, 0)) as connection:
                    connection.sendall(b"POST /callbacks/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s"
                                       % (token, len(body), body))
                    connection.settimeout(1)
                    self.count("forged, answered " + connection.recv(4096)[9:12].decode())
            except OSError:
                self.count("forged, no answer")
            time.sleep(0.003)

    def dripping(self):
        """A hundred connections that send a byte in each half second, and never end."""
        held = []
        while not self.stopping.is_set():
            while len(held) < 100:
                held.append([self.receiver.connect(), 0])
            for one in list(held):
                request = b"POST /callbacks/x HTTP/1.1\r\nHost: localhost\r\nX-Filler: " + b"z" * 10_000
                try:
                    one[0].sendall(request[one[1]:one[1] + 1])
                    one[1] += 1
                    if select.select([one[0]], [], [], 0)[0]:
                        raise OSError
                except OSError:
                    one[0].close()
                    held.remove(one)
                    self.count("dripping, cut off")
            self.stopping.wait(0.5)
        for one in held:
            one[0].close()


class Commands:
    """An operator's commands beside the service, so many a second: they read, and some write."""

    READING = (["status"], ["order", "list", "--limit", "20"], ["delivery", "list"], ["dead-letter", "list"],
               ["sink", "list"], ["document", "list"], ["status", "--json"])
    WRITING = ["sink", "enable", "folder"]

    def __init__(self, receiver, stopping, ledger, rate):
        self.receiver, self.stopping, self.ledger, self.rate = receiver, stopping, ledger, rate
        self.done, self.wrong = 0, []
        self.turns = itertools.count(1)
        self.begun = time.monotonic()

    def disable(self):
        """Gives the next writing command something to write, as a sink that answered 410 would have."""
        with sqlite3.connect(self.ledger, timeout=5) as ledger:
            ledger.execute("PRAGMA wal_autocheckpoint = 0")
            ledger.execute("INSERT INTO disabled_sinks VALUES ('folder', 'soak', 0) ON CONFLICT DO NOTHING")
        ledger.close()

    def run(self):
        while not self.stopping.is_set():
            turn = next(self.turns)
            self.stopping.wait(max(0, self.begun + turn / self.rate - time.monotonic()))
            command = self.READING[turn % len(self.READING)]
            if turn % 5 == 0:
                self.disable()
                command = self.WRITING
            ended = self.receiver.command(*command)
            self.done += 1
            # 1 is what `status` ends with while a sink is disabled.
            if ended.returncode not in (0, 1) or b"locked" in ended.stderr:
                said = ended.stderr.decode(errors="replace").strip()
                self.wrong.append(f"{' '.join(command)}: {ended.returncode} {said}")


def resident_mib(receiver):
    for line in open(f"/proc/{receiver.process.pid}/status", encoding="ascii"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("the receiver has ended")


def main():
    arguments = argparse.ArgumentParser(prog="scripts/soak")
    arguments.add_argument("binary")
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--commands", type=float, default=20, help="commands a second beside it; 0 for none")
    options = arguments.parse_args()
    wrong = []
    sinks = f"sinks: [{{name: folder, type: directory, path: {options.work}/documents}}]"
    with Receiver(options.binary, options.work, more=sinks) as receiver:
        load = LoadGenerator(receiver)
        commands = Commands(receiver, load.stopping, options.work / "plain/ledger.sqlite", options.commands or 1)
        threads = [threading.Thread(target=target) for target in
                   [load.honest] * 4 + [load.malformed] * 2 + [load.forged, load.dripping]
                   + ([commands.run] * 16 if options.commands else [])]
        for thread in threads:
            thread.start()
        begun, sizes = time.monotonic(), []
        while time.monotonic() < begun + options.minutes * 60:
            time.sleep(10)
            seconds = time.monotonic() - begun
            size = resident_mib(receiver)
            sizes.append((seconds, size))
            print(f"{seconds:5.0f} s  {size:6.1f} MiB  {load.counts.get('acknowledged', 0):>8,} acknowledged",
                  flush=True)
            if receiver.process.poll() is not None:
                break
        load.stopping.set()
        for thread in threads:
            thread.join()
        if not receiver.is_good():
            wrong.append("it does not answer any more")
        receiver.stored()
    print(f"{commands.done:>9,} commands, {commands.done / max(1, seconds):.1f} a second, "
          f"{len(commands.wrong)} of them failed")
    for line in commands.wrong[:5]:
        print(f"          {line}")
    if commands.wrong:
        wrong.append("commands failed beside it")
    for name, count in sorted(load.counts.items()):
        print(f"{count:>9,} {name}")
    after = [size for seconds, size in sizes if seconds > 60] or [size for _, size in sizes]
    growth = max(after) / after[0] - 1
    print(f"resident after the first minute {after[0]:.1f} MiB, at most {max(after):.1f} MiB: {growth:+.1%}")
    if growth > 0.10:
        wrong.append("it grew by more than 10 %")

    with sqlite3.connect(f"file:{options.work}/plain/ledger.sqlite?mode=ro", uri=True) as ledger:
        times = [row[0] // 1000 - 1_700_000_000 for row in ledger.execute(
            "SELECT claim_update_ms FROM callbacks WHERE claim_update_ms >= 1700000000000")]
    lost = set(load.acknowledged) - set(times)
    print(f"{len(load.acknowledged):,} acknowledged, {len(lost)} of them lost, "
          f"{len(times) - len(set(times))} recorded twice")
    if lost or len(times) != len(set(times)):
        wrong.append("the ledger does not hold each acknowledged callback once")
    print("failed: " + "; ".join(wrong) if wrong else "held")
    sys.exit(1 if wrong else 0)


main()
