"""Plays the service manager: holds the listening socket, starts the program with it, hears when it is ready, restarts
it.

Usage: restarts.py BINARY WORK [--times N]
"""

import argparse
import itertools
import os
import pathlib
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

from receiver import configured, parse


class Manager:
    """What systemd is to a service: sockets, readiness, signs of life."""

    def __init__(self, binary, work):
        self.binary, self.work = binary, work
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.admin = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.news = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.news.bind(str(work / "notify"))
        self.news.settimeout(20)
        self.signs_of_life = 0
        (work / "plain.yaml").write_text(configured(work, self.port, admin=0))
        self.log = open(work / "receiver.log", "ab")

    def start(self):
        def in_the_child():
            # After the fork and before the program: its own number is part of what it is told.
            os.dup2(held[0], 3)
            os.dup2(held[1], 4)
            os.environ["LISTEN_PID"] = str(os.getpid())
            os.execve(self.binary, [self.binary, "serve", "--config", str(self.work / "plain.yaml")],
                      {**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "callbacks:admin",
                       "NOTIFY_SOCKET": str(self.work / "notify"), "WATCHDOG_USEC": "200000"})

        # Out of the way of 3 and 4.
        held = [os.dup(one.fileno()) for one in (self.listening, self.admin)]
        held = [os.dup(one) if one < 5 else one for one in held]
        self.process = subprocess.Popen(["/bin/true"], stdout=self.log, stderr=self.log, preexec_fn=in_the_child,
                                        close_fds=False)
        for one in held:
            os.close(one)
        self.await_news("READY=1")

    def await_news(self, wanted):
        while True:
            text = self.news.recv(4096).decode()
            self.signs_of_life += text.count("WATCHDOG=1")
            if wanted in text.split("\n"):
                return

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.await_news("STOPPING=1")
        if self.process.wait(30) != 0:
            log = (self.work / "receiver.log").read_text()
            raise SystemExit("it did not stop in order; its output:\n" + log[-3000:])


class LoadGenerator:
    """Half of the clients keep their connections as long as they may, half ask once on each."""

    def __init__(self, port, paths):
        self.port, self.paths = port, paths
        self.numbers = itertools.count(1)
        self.stopping = threading.Event()
        self.acknowledged, self.times, self.failures, self.again = [], [], [], 0

    def ask(self, connection, number):
        body = (b'{"_id":"%024x","stato_richiesta":"In erogazione","timestamp_last_update":%d}'
                % (number % 100, 1_700_000_000 + number))
        connection.sendall(b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                           % (self.paths[number % 100], len(body), body))
        text = b""
        while not parse(text, False)[0]:
            piece = connection.recv(65536)
            if not piece:
                return None, text
            text += piece
        return parse(text, False)[0][0], text

    def run(self, is_kept):
        connection, is_used = None, False
        while not self.stopping.is_set():
            number = next(self.numbers)
            begun = time.monotonic()
            try:
                if connection is None:
                    connection, is_used = socket.create_connection(("127.0.0.1", self.port), 30), False
                answer, text = self.ask(connection, number)
                if answer is None and is_used and not text:
                    # An idle connection may be closed at any time (RFC 9112, 9.3): it is asked again on a new one,
                    # once.
                    self.again += 1
                    connection.close()
                    connection, is_used = socket.create_connection(("127.0.0.1", self.port), 30), False
                    answer, text = self.ask(connection, number)
            except OSError as failure:
                self.failures.append(repr(failure))
                connection = None
                continue
            if answer is None or answer.status != 200:
                self.failures.append(f"answered {answer.status if answer else 'nothing'}")
            else:
                self.acknowledged.append(number)
                self.times.append((time.monotonic() - begun) * 1000)
            is_used = True
            if not is_kept or answer is None or answer.headers.get("connection", "").lower() == "close":
                connection.close()
                connection = None
            time.sleep(0.001)


def main():
    arguments = argparse.ArgumentParser(prog="scripts/restarts")
    arguments.add_argument("binary")
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--times", type=int, default=100)
    options = arguments.parse_args()
    manager = Manager(options.binary, options.work)
    manager.start()
    out = subprocess.run([options.binary, "token", "mint", "--config", str(options.work / "plain.yaml"),
                          "--count", "100"],
                         check=True, capture_output=True, text=True).stdout
    load = LoadGenerator(manager.port, ["/callbacks/".encode() + line.rpartition("/callbacks/")[2].encode()
                               for line in out.split()])
    threads = [threading.Thread(target=load.run, args=(number % 2 == 0,)) for number in range(8)]
    for thread in threads:
        thread.start()
    gaps = []
    for number in range(options.times):
        time.sleep(0.15)
        begun = time.monotonic()
        manager.stop()
        manager.start()
        gaps.append((time.monotonic() - begun) * 1000)
        if (number + 1) % 20 == 0:
            print(f"{number + 1} restarts, {len(load.acknowledged):,} acknowledged, {len(load.failures)} failures",
                  flush=True)
    time.sleep(0.5)
    load.stopping.set()
    for thread in threads:
        thread.join()
    manager.stop()

    with sqlite3.connect(f"file:{options.work}/plain/ledger.sqlite?mode=ro", uri=True) as ledger:
        kept = {row[0] // 1000 - 1_700_000_000 for row in ledger.execute("SELECT claim_update_ms FROM callbacks")}
    lost = set(load.acknowledged) - kept
    times = sorted(load.times)
    print(f"{options.times} restarts, each {statistics.median(gaps):.0f} ms from the signal to ready again "
          f"(at most {max(gaps):.0f} ms); {manager.signs_of_life} signs of life")
    print(f"{len(times):,} requests acknowledged: median {times[len(times) // 2]:.1f} ms, p99 "
          f"{times[len(times) * 99 // 100]:.0f} ms, at most {times[-1]:.0f} ms; "
          f"{load.again} asked again on a new connection")
    print(f"{len(load.failures)} requests failed, {len(lost)} acknowledged callbacks lost")
    for failure in sorted(set(load.failures)):
        print(f"  {load.failures.count(failure)} × {failure}")
    sys.exit(1 if load.failures or lost or not manager.signs_of_life else 0)


main()
