"""Runs programs under the shim, and keeps what happened: the disk before, the record, what was promised and when."""

import collections
import concurrent.futures
import contextlib
import json
import time

from disk import Disk, differences
from shim import Event, Shim
from world import DidNotStart, read_only

Fact = collections.namedtuple("Fact", "order state updated body")
"""What one callback tells, and how."""


class Post:
    def __init__(self, fact, port, status):
        self.fact, self.port, self.status = fact, port, status


class Recording:
    """One run of a script, with its faults; what it was promised is looked for in each state of the disk."""

    def __init__(self, world, name, provider=None, sinks=""):
        self.world, self.name, self.sinks = world, name, sinks
        self.place = world.place(provider, sinks)
        self.posts, self.orders, self.waiting = [], [], []
        self.placed = []  # Orders of commands, of which no callback tells.
        self.earlier = []  # Facts that were known when it began.
        self.shim = self.receiver = self.begin = None
        self.number = 0

    def begin_here(self):
        """From now on all is recorded; what is there is durable."""
        if self.receiver:
            self.receiver.kill()
        self.begin = Disk(self.place.disk, self.world.is_name_synced_with_file)
        self.shim = Shim(self.world.library, self.place.disk, self.place.path / "record")
        self.world.service.listeners[self.place.told] = self.shim.order

    # What is done

    def callback(self, body_size=200):
        """A callback of an order that nobody knows; waits to be posted."""
        self.number += 1
        order, updated = "%024x" % (0xfa00 + self.number), 1_700_000_000 + self.number
        self.waiting.append((self.world.registration()["url"], fact(order, "In erogazione", updated, body_size)))

    def order(self):
        """A callback of an order that the provider has finished; waits to be posted."""
        registration = self.world.registration()
        order = self.place.provider.order(registration)
        self.orders.append(order)
        self.waiting.append((registration["url"], fact(order, "Visura evasa", int(time.time()), 200)))

    def place_order(self):
        """Has a command place an order; when it is sent it may exist."""
        arguments = ["order", "place", "Cariche Attive Persona", "--set", "0=SMPDAA50A41H501R", "--yes", "--json"]
        text = self.world.command(self.place, *arguments, environment=self.shim.environment())
        order = json.loads(text)["id"]
        self.place.provider.control("advance", {"order": order, "to": "Visura evasa"})
        self.placed.append(order)

    def start(self):
        self.receiver = self.place.start(self.shim)
        return self.receiver

    def stop(self):
        code = self.receiver.stop()
        if code:
            raise SystemExit(f"{self.name}: the receiver stopped with {code}: {self.receiver.news()[-2000:]}")

    def post(self, url, told):
        """Posts a callback; returns the answer's status, `None` where there is none."""
        status, port = None, None
        path = "/" + url.split("/", 3)[3]
        try:
            with self.receiver.connect() as connection:
                port = connection.getsockname()[1]
                head = (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        f"Content-Length: {len(told.body)}\r\nConnection: close\r\n\r\n")
                connection.sendall(head.encode() + told.body)
                text = b""
                while piece := connection.recv(65536):
                    text += piece
                status = int(text[9:12]) if text.startswith(b"HTTP/1.1 ") else None
        except OSError:
            pass
        self.posts.append(Post(told, port, status))
        return status

    def go(self, at_once=1, patience=20):
        """Posts what waits until it is acknowledged, and waits until all that it sets going is done; where a fault ends
        the receiver, goes on with another one, without faults.
        """
        end = time.monotonic() + patience
        while True:
            if time.monotonic() > end:
                raise SystemExit(f"{self.name}: not done in {patience} s: {self.receiver.news()[-3000:]}")
            if not self.receiver or not self.receiver.is_running():
                try:
                    self.start()
                except DidNotStart:
                    self.shim.clear()
                    continue
            with concurrent.futures.ThreadPoolExecutor(at_once) as several:
                answers = list(several.map(lambda one: self.post(*one), self.waiting))
            self.waiting = [one for one, status in zip(self.waiting, answers) if status != 200]
            while not self.waiting and self.receiver.is_running() and time.monotonic() < end:
                if self._is_done():
                    return
                time.sleep(0.005)
            if not self.receiver.is_running() and self.shim:
                self.shim.clear()
            elif self.waiting:
                time.sleep(0.1)

    def _is_done(self):
        with contextlib.closing(read_only(self.place.disk / "data/ledger.sqlite")) as ledger:
            known = {row[0] for row in ledger.execute("SELECT claim_id FROM callbacks")}
            if not {post.fact.order for post in self.posts if post.status == 200} <= known:
                return False
            delivered = ledger.execute("SELECT count(*) FROM deliveries WHERE state = 'delivered'").fetchone()[0]
            stored = ledger.execute("SELECT count(*) FROM documents").fetchone()[0]
            orders = len(self.orders) + len(self.placed)
            return stored == orders and delivered >= 2 * orders * len(self.sinks.split())

    # What it left

    def finish(self):
        """Reads the record, and makes sure that it explains the disk as it is."""
        with self.shim.halted():
            self.receiver.kill()
        self.entries = self.shim.entries()
        if not self.entries:
            raise SystemExit(f"{self.name}: nothing was recorded; is the program linked with the C library?")
        disk = self.begin.copy()
        for entry in self.entries:
            disk.do(entry)
        unlike = differences(self.place.disk, disk.tree(disk.everything()))
        if unlike:
            raise SystemExit(f"{self.name}: the record does not explain {unlike}")
        self._find_answers()
        # Where the first thing went wrong: a sync that failed, or the start after a kill.
        starts = [entry.order for entry in self.entries if entry.event == Event.START]
        failed = [entry.order for entry in self.entries if entry.event == Event.SYNC and entry.result]
        self.fault = min(failed + starts[1:], default=0)
        self.told = sorted(self.world.service.take(self.place.told), key=lambda pair: pair[0])
        self.shim.close()
        self.place.remove()
        return self

    def _find_answers(self):
        """At which event each acknowledgement was sent."""
        sent = collections.defaultdict(list)
        for entry in self.entries:
            if entry.event == Event.ANSWER:
                sent[entry.object].append(entry)
        self.acknowledged = [(0, told) for told in self.earlier]
        for post in self.posts:
            answers = sent.get(post.port, [])
            answer = answers.pop(0) if answers else None
            if post.status is not None and (answer is None or answer.result != post.status):
                raise SystemExit(f"{self.name}: the record does not have the answer {post.status}")
            if answer and answer.result == 200:
                self.acknowledged.append((answer.order, post.fact))

    def acknowledged_before(self, order):
        """The facts that were acknowledged at or before an event."""
        return [told for at, told in self.acknowledged if at <= order]

    def placed_before(self, order):
        """The orders that the provider may have had at an event."""
        sent = [entry.order for entry in self.entries if entry.event == Event.REQUEST and "/richiesta" in entry.name]
        return [placed for at, placed in zip(sent, self.placed) if at <= order]

    def told_before(self, order):
        """The notifications that had arrived elsewhere at or before an event."""
        return [event for at, event in self.told if at <= order]


def fact(order, state, updated, body_size):
    body = {"_id": order, "stato_richiesta": state, "timestamp_last_update": updated}
    body["x"] = "y" * max(0, body_size - len(json.dumps(body)))
    return Fact(order, state, updated, json.dumps({"data": body}).encode())
