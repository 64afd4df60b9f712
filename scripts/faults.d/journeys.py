"""The scripts: what a receiver goes through while it is recorded."""

import pathlib
import sqlite3

from recording import Fact, Recording
from shim import FAIL, IGNORE, KILL_BEFORE, Event

EIO = 5


def first_start(world, name, faults):
    """An empty disk, and the first callback."""
    recording = Recording(world, name)
    recording.begin_here()
    faults(recording)
    recording.callback()
    recording.go()
    return recording.finish()


def prepared(world, name, provider=None, sinks="", callbacks=0):
    """A recording that begins where an earlier process was killed."""
    recording = Recording(world, name, provider, sinks)
    for _ in range(callbacks):
        recording.callback()
    recording.go()
    recording.earlier, recording.posts = [post.fact for post in recording.posts], []
    recording.begin_here()
    return recording


def acknowledge(world, name, faults):
    """One callback after another, and several at once."""
    recording = prepared(world, name, callbacks=1)
    faults(recording)
    for _ in range(3):
        recording.callback()
        recording.go()
    for _ in range(4):
        recording.callback()
    recording.go(at_once=4)
    return recording.finish()


def segment_change(world, name, faults):
    """So much that the journal goes on in its next files, comes back to the first, and the ledger's log is copied."""
    recording = prepared(world, name)
    faults(recording)
    for _ in range(30):
        recording.callback(body_size=300_000)
        recording.go()
    return recording.finish()


def hand_over(world, name, faults):
    """Killed before the ledger has what was acknowledged; the next process hands it over."""
    recording = prepared(world, name, callbacks=1)
    recording.start()
    recording.shim.rule(KILL_BEFORE, [Event.WRITE], "*/ledger.sqlite-wal", skip=1)
    for _ in range(3):
        recording.callback()
    for one in recording.waiting:
        recording.post(*one)
    recording.receiver.process.wait(10)
    recording.shim.clear()
    faults(recording)
    recording.waiting = [one for one, post in zip(recording.waiting, recording.posts) if post.status != 200]
    recording.callback()
    recording.go()
    return recording.finish()


def checkpoint(world, name, faults):
    """The ledger's log is copied into the database at a start, and begins anew; an orderly end, and another start."""
    recording = prepared(world, name, callbacks=20)
    faults(recording)
    for _ in range(2):
        for _ in range(3):
            recording.callback()
            recording.go()
        recording.stop()
    recording.callback()
    recording.go()
    return recording.finish()


def archive(world, name, faults):
    """Documents are fetched, checked and stored, from the first start on."""
    recording = Recording(world, name, world.provider)
    recording.begin_here()
    faults(recording)
    for _ in range(2):
        recording.order()
        recording.go()
    return recording.finish()


def delivery(world, name, faults):
    """Documents and notifications go to a folder and to a service, for the first time and once more."""
    recording = prepared(world, name, world.provider, "folder service")
    faults(recording)
    for _ in range(2):
        recording.order()
        recording.go()
    return recording.finish()


def quarantine(world, name, faults):
    """A document that is damaged is quarantined, and fetched again."""
    recording = prepared(world, name, world.other_provider)
    world.other_provider.control("faults", {"document": {"fault": "brokenStructure", "times": 1}})
    faults(recording)
    recording.order()
    recording.go()
    return recording.finish()


def placing(world, name, faults):
    """A command places an order, which costs money from then on; no callback tells of it."""
    recording = prepared(world, name, world.provider)
    faults(recording)
    recording.place_order()
    recording.go()
    return recording.finish()


def migration(world, name, faults):
    """A ledger of the first version is brought to this one's."""
    recording = Recording(world, name)
    (recording.place.disk / "data").mkdir(mode=0o700)
    with sqlite3.connect(recording.place.disk / "data/ledger.sqlite") as ledger:
        ledger.executescript(pathlib.Path(__file__).with_name("first-ledger.sql").read_text(encoding="utf-8"))
        recording.earlier = [Fact(order, "", updated // 1000, body) for order, updated, body in
                             ledger.execute("SELECT claim_id, claim_update_ms, body FROM callbacks")]
    ledger.close()
    recording.number = len(recording.earlier)
    recording.begin_here()
    faults(recording)
    recording.callback()
    recording.go()
    return recording.finish()


SCRIPTS = {
    "first-start": first_start,
    "acknowledge": acknowledge,
    "segment-change": segment_change,
    "hand-over": hand_over,
    "checkpoint": checkpoint,
    "archive": archive,
    "delivery": delivery,
    "quarantine": quarantine,
    "placing": placing,
    "migration": migration,
}


def no_faults(recording):
    """As it goes when nothing is wrong."""


def killed_before_sync(number):
    """Killed before its n-th sync: what it did is there for the next process, but no cut would leave it."""
    def fault(recording):
        recording.shim.rule(KILL_BEFORE, [Event.SYNC], skip=number, times=1)
    return fault


def ignored_syncs(paths):
    """Its syncs of some files do nothing, and say that they did."""
    def fault(recording):
        recording.shim.rule(IGNORE, [Event.SYNC], paths)
    return fault


def failing_sync(number):
    """Its n-th sync fails."""
    def fault(recording):
        recording.shim.rule(FAIL, [Event.SYNC], skip=number, times=1, error=EIO)
    return fault
