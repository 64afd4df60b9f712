"""Measures the whole way of an order: callback, read-back, document, archive, sink; against a peer in Go, in turn.

Usage: pipeline.py BINARY WORK [--orders N] [--at-once 1,100,2000] [--rounds N] [--bytes N] [--http] [--peers go]
                   [--against OTHER-BINARY]

The sandbox has the orders ready and sends no callbacks: they are posted from here, so many at once, and the next ones
when all of those were delivered. An order is delivered when its JSON file has its name in the sink's folder.
"""

import argparse
import collections
import http.client
import itertools
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

import servers

PROVIDER_TOKEN = "sandbox-token"
STATE = "Visura evasa"


class Sandbox:
    """The provider, which has every order ready."""

    def __init__(self, binary, size):
        self.process = subprocess.Popen(
            [str(binary), "--port", "0", "--silent", "--document-size", str(size)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline()).group(0)

    def control(self, path, body):
        request = urllib.request.Request(f"{self.url}/sandbox/{path}", json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def orders(self, tokens):
        """An order for each token, whose document is ready; returns their ids."""
        ids = self.control("orders", {"callbacks": [
            {"url": "http://127.0.0.1:9/", "method": "JSON", "field": "data", "data": {"ricevuta": token}}
            for token in tokens]})["ids"]
        self.control("advance", {"to": STATE, "steps": 10})
        return ids

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / servers.TICK

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Sink(threading.Thread):
    """An HTTP sink that answers 200, in a process of its own."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/"

    def stop(self):
        self.process.kill()
        self.process.wait()


SINK = """
import asyncio
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            length = [int(l.split(b":")[1]) for l in head.lower().split(b"\\r\\n") if l.startswith(b"content-length:")]
            await reader.readexactly(length[0] if length else 0)
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Ricevuta(servers.Ricevuta):
    """The receiver, with a directory as its sink."""

    def __init__(self, work, binary, sandbox, name, sink=None):
        self.folder = work / name / "folder"
        web = f'url: "{sink.url}", types: [document.available], concurrency: 16' if sink else ""
        more = f"  - {{name: web, type: http, {web}}}" if sink else ""
        super().__init__(work, binary, name, f"""
archive: {{}}
sinks:
  - name: folder
    type: directory
    types: [document.available]
    concurrency: 16
    path: {self.folder}
    template: "{{order}}-{{type}}"
{more}
""")
        self.name = name
        self.sandbox = sandbox

    def command(self):
        command = super().command()
        text = self.configuration.read_text().replace("archive: {}\n", "")
        text = re.sub(r"(?m)^provider:.*$", f'provider: {{baseURL: "{self.sandbox.url}", token: '
                      f'{{fromFile: "{self.work}/api.token"}}, requestsPerSecond: 10000}}', text)
        self.configuration.write_text(text)
        return command


class Go(servers.Server):
    """What one would write in an afternoon."""

    name = "go"

    def __init__(self, work, sandbox):
        super().__init__(work)
        self.sandbox = sandbox
        self.directory = work / "go"
        self.folder = self.directory / "folder"

    def command(self):
        binary = self.work / "go-pipeline"
        if not binary.exists():
            subprocess.run(
                ["go", "build", "-o", str(binary), str(servers.HERE / "peers/pipeline.go")], check=True,
                env={**os.environ, "GOCACHE": str(self.work / "go-cache"), "GO111MODULE": "off"})
        self.directory.mkdir(exist_ok=True)
        return [str(binary), str(self.port), str(self.work / "token.key"), str(self.directory), self.sandbox.url,
                PROVIDER_TOKEN]


def post(port, callbacks, sent):
    """Posts callbacks over one connection; notes when each was answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for token, order in callbacks:
        body = json.dumps({"data": {"_id": order, "stato_richiesta": STATE, "timestamp_last_update": int(time.time()),
                                    "callback_data": {"data": {"ricevuta": token}}}})
        sent[order] = time.time_ns()
        connection.request("POST", f"/callbacks/{token}", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"a callback was answered {answer.status}")
    connection.close()


def names(order):
    return f"{order}-document.available.json"


def wait_for(folder, orders):
    """Waits until each order's JSON file has its name."""
    left = set(map(names, orders))
    end = time.monotonic() + 120
    while left:
        if time.monotonic() > end:
            raise SystemExit(f"{len(left)} of {len(orders)} orders were not delivered in 120 s")
        time.sleep(0.002 if len(orders) < 100 else 0.02)
        if folder.exists():
            left -= set(entry.name for entry in os.scandir(folder)) if len(left) > 1 else {
                name for name in left if (folder / name).exists()}


def measure(server, sandbox, orders, at_once):
    """One turn: orders in groups, each delivered before the next."""
    result = collections.namedtuple("Run", "rate p50 p99 cpu sandbox")
    sent = {}
    cpu, other = server.cpu_seconds(), sandbox.cpu_seconds()
    begun = time.monotonic()
    for start in range(0, len(orders), at_once):
        group = orders[start:start + at_once]
        lanes = min(32, len(group))
        threads = [threading.Thread(target=post, args=(server.port, group[lane::lanes], sent)) for lane in range(lanes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_for(server.folder, [order for _, order in group])
    seconds = time.monotonic() - begun
    times = sorted((os.stat(server.folder / names(order)).st_ctime_ns - sent[order]) / 1e6 for _, order in orders)
    return result(len(orders) / seconds, times[len(times) // 2], times[len(times) * 99 // 100],
                  (server.cpu_seconds() - cpu) * 1e3 / len(orders), (sandbox.cpu_seconds() - other) * 1e3 / len(orders))


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench pipeline")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--orders", type=int, default=2000)
    arguments.add_argument("--at-once", default="1,100,2000")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--bytes", type=int, default=10_000)
    arguments.add_argument("--http", action="store_true", help="an HTTP sink beside the directory")
    arguments.add_argument("--peers", default="go")
    arguments.add_argument("--against", type=pathlib.Path, help="another build of ricevuta, as a further peer")
    options = arguments.parse_args()
    (options.work / "api.token").write_text(PROVIDER_TOKEN)
    sandbox = Sandbox(options.binary.parent / "visengine-sandbox", options.bytes)
    sink = Sink() if options.http else None
    try:
        builds = [("ricevuta", options.binary)] + ([("before", options.against)] if options.against else [])
        peers = [Ricevuta(options.work, binary, sandbox, name, sink) for name, binary in builds]
        if "go" in options.peers.split(","):
            peers.append(Go(options.work, sandbox))
        compare(peers, sandbox, options)
    finally:
        sandbox.stop()
        if sink:
            sink.stop()


def compare(peers, sandbox, options):
    results = collections.defaultdict(list)
    used = itertools.count()
    counts = [int(count) for count in options.at_once.split(",")]
    peers[0].start()
    for round in range(options.rounds):
        for at_once in counts:
            # One at a time takes long, and tells the latency with few.
            count = min(options.orders, 100 if at_once == 1 else options.orders)
            for server in peers:
                for each in peers:
                    each.stop()
                peers[0].start()
                peers[0].tokens(count)
                peers[0].stop()
                tokens = (options.work / "tokens").read_text().split()
                orders = list(zip(tokens, sandbox.orders(tokens)))
                # Moved, not removed: ext4 without a journal looks past each inode that was freed a moment ago
                # whenever a file is created, which cost more than all else that a server does.
                if server.folder.parent.exists():
                    server.folder.parent.rename(options.work / f"used-{next(used)}")
                server.start()
                results[server.name, at_once].append(measure(server, sandbox, orders, at_once))
                server.stop()
        print(f"round {round + 1} of {options.rounds} done", file=sys.stderr)
    for at_once in counts:
        print(f"\n{at_once} at once, {options.bytes:,} bytes\n"
              f"{'server':<9} {'orders/s':>9} {'p50 ms':>8} {'p99 ms':>9} {'CPU ms':>7} {'sandbox':>8}  ricevuta is")
        for server in peers:
            runs, ours = results[server.name, at_once], results[peers[0].name, at_once]
            ratio = statistics.median(mine.rate / theirs.rate for mine, theirs in zip(ours, runs))
            print(f"{server.name:<9} " + " ".join(
                f"{statistics.median(getattr(run, key) for run in runs):>{width},.{digits}f}"
                for key, width, digits in
                (("rate", 9, 0), ("p50", 8, 1), ("p99", 9, 1), ("cpu", 7, 2), ("sandbox", 8, 2)))
                + f"  {ratio:.2f}× it")


main()
