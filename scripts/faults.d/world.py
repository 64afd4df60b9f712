"""What the receivers need around them: the provider's stand-in, somebody who listens, and places to run in."""

import http.server
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.request

from shim import build

CONFIGURATION = """
dataDirectory: ./disk/data
listener: {{port: 0, publicURL: "http://127.0.0.1:1"}}
admin: {{port: 0}}
provider: {{baseURL: "{provider}", requestsPerSecond: 10000, token: {{fromEnvironment: RICEVUTA_PROVIDER_TOKEN}}}}
tokens: {{active: {{id: k1, secret: {{fromEnvironment: RICEVUTA_TOKEN_KEY}}}}}}
reconciliation: {{minReadBackInterval: 0s, firstInterval: 200ms, maxInterval: 200ms}}
delivery: {{firstDelay: 100ms, maxDelay: 200ms}}
sinks:{sinks}
"""
FOLDER = """
  - {name: folder, type: directory, path: ./disk/folder}"""
SERVICE = """
  - name: service
    type: http
    url: "{url}"
    inlineUpTo: 0
    secrets: [{{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}}]"""

ENVIRONMENT = {
    "RICEVUTA_PROVIDER_TOKEN": "sandbox-token",
    "RICEVUTA_TOKEN_KEY": "0123456789abcdef" * 4,
    "RICEVUTA_WEBHOOK_SECRET": "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
}

class Service:
    """Takes notifications; who they come from is told by the path."""

    def __init__(self):
        self.arrived = {}
        self.listeners = {}
        arrived, listeners = self.arrived, self.listeners

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                event = json.loads(self.rfile.read(int(self.headers["content-length"])))
                # Before the answer: what is told is told.
                arrived.setdefault(self.path, []).append((listeners.get(self.path, int)(), event))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # Receivers are killed while they talk.

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def take(self, path):
        """What came on a path, each with the moment that its listener gave it."""
        return self.arrived.pop(path, [])


STARTS = itertools.count()


class Provider:
    """The provider's stand-in; sends no callbacks by itself."""

    def __init__(self, binaries, log):
        self.process = subprocess.Popen([binaries / "visengine-sandbox", "--port", "0", "--silent"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        self.url = self.process.stdout.readline().strip().removeprefix("listening on ")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.process.stdout.close()

    def control(self, call, body):
        """A call of its control API."""
        request = urllib.request.Request(f"{self.url}/sandbox/{call}", json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def order(self, registration):
        """An order that is finished; returns its id."""
        order = self.control("orders", {"callbacks": [registration]})["ids"][0]
        self.control("advance", {"order": order, "to": "Visura evasa"})
        return order


class World:
    """The executables, providers, and a service that is told."""

    def __init__(self, binaries, work, is_name_synced_with_file=False):
        self.binaries, self.work = pathlib.Path(binaries), work
        self.is_name_synced_with_file = is_name_synced_with_file
        self.library = build(work)
        self.service = Service()
        self.log = open(work / "sandbox.log", "ab")
        self.number = 0
        self.lock = threading.Lock()
        self.processes = set()  # Receivers that run.
        self.provider = Provider(self.binaries, self.log)
        # For those scripts that make it do something wrong.
        self.other_provider = Provider(self.binaries, self.log)
        minted = self.command(self.place(None), "token", "mint", "--json", "--count", "5000")
        self.registrations = json.loads(minted)

    def close(self):
        for process in list(self.processes):
            process.kill()
            process.wait(20)
        self.provider.close()
        self.other_provider.close()
        self.service.server.shutdown()
        self.log.close()

    def place(self, provider, sinks=""):
        """An empty place for a receiver, with a configuration of its own."""
        with self.lock:
            self.number += 1
            path = self.work / f"{self.number}"
        return Place(self, path, provider, sinks)

    def command(self, place, *arguments, environment=None):
        return subprocess.run([self.binaries / "ricevuta", *arguments, "--config", place.configuration],
                              env={**os.environ, **ENVIRONMENT, **(environment or {})}, check=True, capture_output=True,
                              text=True).stdout

    def registration(self):
        """A fresh `callback_data`."""
        with self.lock:
            return self.registrations.pop()


class Place:
    """A directory with a disk, and a configuration beside it."""

    def __init__(self, world, path, provider, sinks):
        self.world, self.path, self.provider = world, path, provider
        self.disk = path / "disk"
        self.disk.mkdir(parents=True)
        self.configuration = path / "ricevuta.yaml"
        self.told = f"/{path.name}"
        listed = "".join({"folder": FOLDER, "service": SERVICE.format(url=world.service.url(self.told))}[name]
                         for name in sinks.split())
        # At the address of no provider nobody answers.
        text = CONFIGURATION.format(provider=provider.url if provider else "http://127.0.0.1:9", sinks=listed or " []")
        self.configuration.write_text(text)

    def start(self, shim=None):
        return Receiver(self, shim)

    def remove(self):
        shutil.rmtree(self.path)


class DidNotStart(Exception):
    """The receiver ended before it was ready."""


class Receiver:
    """A `ricevuta serve` in a place."""

    def __init__(self, place, shim=None):
        self.place = place
        self.log = place.path / "serve.log"
        begin = self.log.stat().st_size if self.log.exists() else 0
        news = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # A name in no directory: those have a length that a place's may exceed. A new one each time: while another
        # thread starts a program, that one still has what is closed here.
        news.bind(f"\0ricevuta-faults-{os.getpid()}-{next(STARTS)}")
        news.settimeout(0.1)
        environment = {**os.environ, **ENVIRONMENT, "NOTIFY_SOCKET": "@" + news.getsockname()[1:].decode(),
                       "SWIFT_BACKTRACE": "enable=no", **(shim.environment() if shim else {})}
        with open(self.log, "ab") as log:
            command = [place.world.binaries / "ricevuta", "serve", "--config", place.configuration]
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        place.world.processes.add(self.process)
        end = time.monotonic() + 30
        with news:
            while True:
                try:
                    if b"READY=1" in news.recv(4096).split(b"\n"):
                        break
                except TimeoutError:
                    pass
                if self.process.poll() is not None or time.monotonic() > end:
                    self.kill()
                    raise DidNotStart(f"ended with {self.process.returncode}: {self.news(begin)[-600:]}")
        self.begin = begin

    @property
    def addresses(self):
        """Where it listens, by its newest account: on a full disk it opens another port first.

        The line may come a moment after READY=1, and a part of it before the rest.
        """
        end = time.monotonic() + 10
        while True:
            news = self.news(self.begin)
            told = [line for line in news[:news.rfind("\n") + 1].splitlines() if '"callbacks":"http' in line]
            if told or time.monotonic() > end:
                return json.loads(told[-1])
            time.sleep(0.01)

    @property
    def port(self):
        return int(self.addresses["callbacks"].rsplit(":", 1)[1].split("/")[0])

    @property
    def admin(self):
        return self.addresses["admin"]

    def news(self, begin=0):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            log.seek(begin)
            return log.read()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)
        self.place.world.processes.discard(self.process)

    def stop(self, seconds=30):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.place.world.processes.discard(self.process)
        return code

    def is_running(self):
        return self.process.poll() is None

    def connect(self, seconds=40):
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    def metrics(self):
        with urllib.request.urlopen(f"{self.admin}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.admin}/readyz", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False


def read_only(database):
    """A connection to a ledger that somebody else writes to."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    connection.row_factory = sqlite3.Row
    return connection


def work_directory():
    """A directory whose syncs cost nothing: the shim records them, whatever the disk does."""
    memory = pathlib.Path("/dev/shm")
    is_roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    return TemporaryPath(prefix="ricevuta-faults-", dir=memory if is_roomy else None)


class TemporaryPath(tempfile.TemporaryDirectory):
    def __enter__(self):
        return pathlib.Path(super().__enter__())
