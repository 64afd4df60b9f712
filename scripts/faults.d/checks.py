"""What has to hold of every state of the disk: restarts the receiver on it, and looks."""

import collections
import hashlib
import json
import shutil
import sqlite3
import time

from disk import make
from world import DidNotStart, read_only

EXTENSIONS = {"zip": "zip", "pdf": "pdf", "xml": "xml", "p7m": "p7m", "other": "bin"}


class Seen:
    """What was looked for, in all states together."""

    def __init__(self):
        self.acknowledgements = self.orders = self.documents = self.deliveries = self.events = 0

    def add(self, other):
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


class Check:
    """One state of one recording, and what is wrong with it."""

    def __init__(self, recording, state, patience=10):
        self.recording, self.state, self.patience = recording, state, patience
        self.facts = recording.acknowledged_before(state.order)
        self.placed = recording.placed_before(state.order)
        self.told = recording.told_before(state.order)
        # How much is looked for; a state that has been found to hold need not be tried with the same again.
        self.promised = len(self.facts), len(self.told), len(self.placed)
        self.wrong, self.seen = [], Seen()

    def run(self):
        recording = self.recording
        self.place = recording.world.place(recording.place.provider, recording.sinks)
        try:
            make(self.place.disk, self.state.tree)
            if recording.sinks:
                self._check_what_is_claimed("right after the cut")
            self._restart()
            self.told += [event for _, event in recording.world.service.take(self.place.told)]
            self._check_events()
        finally:
            self.place.remove()
        return self

    def _restart(self):
        try:
            receiver = self.place.start()
        except DidNotStart as failure:
            self.wrong.append(f"does not start: {failure}")
            return
        try:
            with read_only(self.place.disk / "data/ledger.sqlite") as ledger:
                self._wait(receiver, lambda: self._missing(ledger), "acknowledged callbacks are not in the ledger",
                           is_settled)
                self._wait(receiver, lambda: self._unknown(ledger), "placed orders are not fulfilled")
                if self.recording.sinks:
                    self._wait(receiver, lambda: self._unfinished(ledger), "acknowledged orders are not delivered")
            ledger.close()
        finally:
            receiver.kill()
        self._check_what_is_claimed("after the restart", is_checked_whole=True)

    def _wait(self, receiver, find, what, is_over=lambda receiver: False):
        """Waits until nothing is found any more, or it is over."""
        begun = time.monotonic()
        while found := find():
            if not receiver.is_running():
                self.wrong.append(f"the receiver ended with {receiver.process.returncode}: {receiver.news()[-600:]}")
                return
            waited = time.monotonic() - begun
            # What it says counts only if it was so before it was looked for.
            if waited > self.patience or waited > 0.3 and is_over(receiver) and (found := find()):
                self.wrong.append(f"{len(found)} {what}: {sorted(found)[:3]}")
                return
            time.sleep(0.01)

    def _missing(self, ledger):
        rows = {(row["claim_id"], row["claim_update_ms"] // 1000): row["body"] for row in ledger.execute(
            "SELECT claim_id, claim_update_ms, body FROM callbacks WHERE claim_update_ms IS NOT NULL")}
        self.seen.acknowledgements = len(self.facts)
        return [fact.order for fact in self.facts if rows.get((fact.order, fact.updated)) != fact.body]

    def _unknown(self, ledger):
        """Placed orders whose document is not stored."""
        self.seen.orders = len(self.placed)
        return set(self.placed) - {row[0] for row in ledger.execute(
            "SELECT provider_id FROM orders JOIN documents ON order_key = key")}

    def _unfinished(self, ledger):
        """Orders that were told to be fulfilled, and have no document or are not delivered to every sink."""
        wanted = {fact.order for fact in self.facts} & set(self.recording.orders)
        done = {row["order_id"] for row in ledger.execute(
            """SELECT order_id FROM notifications n JOIN deliveries d ON d.notification = n.number
               WHERE n.type = 'document.available' AND d.state = 'delivered'
               GROUP BY order_id HAVING count(DISTINCT sink) = ?""", [len(self.recording.sinks.split())])}
        open_ = {row[0] for row in ledger.execute(
            """SELECT order_id FROM notifications n JOIN deliveries d ON d.notification = n.number
               WHERE d.state != 'delivered'""")}
        return wanted - done | wanted & open_

    def _check_what_is_claimed(self, when, is_checked_whole=False):
        """What the ledger says is stored or delivered has to be there, whole."""
        data = self.place.disk / "data"
        copy = self.place.path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-journal"):
            if (data / name).exists():
                shutil.copyfile(data / name, copy / name)
        try:
            with sqlite3.connect(copy / "ledger.sqlite") as ledger:
                ledger.row_factory = sqlite3.Row
                if is_checked_whole:
                    found = [row[0] for row in ledger.execute("PRAGMA integrity_check(3)")]
                    if found != ["ok"]:
                        self.wrong.append(f"the ledger is damaged {when}: {found}")
                if not ledger.execute("SELECT 1 FROM sqlite_schema WHERE name = 'deliveries'").fetchall():
                    return
                self._check_archive(ledger, when)
                self._check_folder(ledger, when)
                self._note_events(ledger)
        except sqlite3.DatabaseError as failure:
            self.wrong.append(f"the ledger cannot be read {when}: {failure}")
        finally:
            ledger.close()

    def _check_archive(self, ledger, when):
        for row in ledger.execute("SELECT sha256, size_bytes, kind FROM documents"):
            self.seen.documents += 1
            path = self.place.disk / "data/archive/documents" / row["sha256"][:2]
            names = list(path.glob(row["sha256"] + ".*"))
            if not any(hashlib.sha256(name.read_bytes()).hexdigest() == row["sha256"] for name in names):
                self.wrong.append(f"a recorded document is not in the archive {when}")
        for row in ledger.execute("SELECT path, size_bytes FROM quarantine"):
            path = self.place.disk / "data/archive" / row["path"]
            if not path.exists() or path.stat().st_size != row["size_bytes"]:
                self.wrong.append(f"a quarantined document is not there {when}")
        for path in (self.place.disk / "data/archive/quarantine").glob("*.document"):
            reason = path.with_suffix(".json")
            if not reason.exists() or not is_json(reason):
                self.wrong.append(f"a quarantined document's reason is not there {when}")

    def _check_folder(self, ledger, when):
        folder = self.place.disk / "folder"
        found = {}
        for path in folder.rglob("*.json"):
            if ".incoming" not in path.parts and is_json(path):
                found.setdefault(json.loads(path.read_bytes())["id"], []).append(path)
        for row in ledger.execute(
                """SELECT n.id, n.document_sha256 FROM notifications n JOIN deliveries d ON d.notification = n.number
                   WHERE d.sink = 'folder' AND d.state = 'delivered'"""):
            self.seen.deliveries += 1
            paths = found.get(row["id"], [])
            if len(paths) != 1:
                self.wrong.append(f"a recorded delivery is {len(paths)} times in the folder {when}")
            elif row["document_sha256"]:
                file = paths[0].parent / json.loads(paths[0].read_bytes())["data"]["document"]["file"]
                if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != row["document_sha256"]:
                    self.wrong.append(f"a recorded delivery's document is not in the folder {when}")

    def _note_events(self, ledger):
        self.events = [(row["order_id"], row["type"], row["state"], row["document_sha256"], row["id"]) for row in
                       ledger.execute("SELECT * FROM notifications")]

    def _check_events(self):
        """One fact has one event id, whoever was told of it, before the cut and after it."""
        ids = collections.defaultdict(set)
        for order, kind, state, document, number in getattr(self, "events", []):
            ids[order, kind, state if kind == "order.updated" else document].add(number)
        for event in self.told:
            data = event["data"]
            order, kind = data["order"]["id"], event["type"]
            ids[order, kind, data["order"].get("state") if kind == "order.updated"
                else data.get("document", {}).get("sha256")].add(event["id"])
        self.seen.events = len(ids)
        for (_, kind, *_), numbers in ids.items():
            if len(numbers) > 1:
                self.wrong.append(f"one fact has {len(numbers)} event ids ({kind})")


def is_settled(receiver):
    """Whether the ledger has all that the journal has, by the receiver's own account."""
    try:
        return receiver.metrics().get("ricevuta_journal_unsettled") == 0
    except OSError:
        return False


def is_json(path):
    try:
        json.loads(path.read_bytes())
        return True
    except ValueError:
        return False
