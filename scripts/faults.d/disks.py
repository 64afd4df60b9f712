"""Disks that fail, stall or are full, and folders that hang: what is answered meanwhile, and that nothing is lost."""

import contextlib
import threading
import time

import load
from recording import Recording
from shim import CHANGES, DELAY, FAIL, Event
from world import DidNotStart, read_only

EIO, ENOSPC = 5, 28


class Trial:
    """One receiver on a disk with faults."""

    def __init__(self, world, name, provider=None, sinks=""):
        self.name, self.wrong, self.told = name, [], []
        self.recording = Recording(world, name, provider, sinks)
        self.recording.begin_here()
        self.receiver = self.recording.start()
        self.shim = self.recording.shim
        self.ledger = self.recording.place.disk / "data/ledger.sqlite"
        self.outcomes = []

    def expect(self, holds, what):
        if not holds:
            self.wrong.append(what)

    def send(self, seconds, rate, body_size=200):
        for _ in range(int(seconds * rate)):
            self.recording.callback(body_size)
        callbacks, self.recording.waiting = self.recording.waiting, []
        outcomes = load.send(self.receiver.port, callbacks, rate)
        self.outcomes += outcomes
        return outcomes

    def settle(self, what, seconds=15):
        """Callbacks are taken again, and all that was ever acknowledged is in the ledger."""
        end = time.monotonic() + seconds
        while {outcome.status for outcome in self.send(0.1, 20)} != {200}:
            if time.monotonic() > end:
                self.wrong.append(f"callbacks are not taken again {what}")
                return
            time.sleep(0.2)
        while missing := self.missing():
            if time.monotonic() > end:
                self.wrong.append(f"{len(missing)} acknowledged callbacks are not in the ledger {what}")
                return
            time.sleep(0.05)

    def missing(self):
        with contextlib.closing(read_only(self.ledger)) as ledger:
            known = {row[0] for row in ledger.execute("SELECT claim_id FROM callbacks")}
        return {outcome.told.order for outcome in self.outcomes if outcome.status == 200} - known

    def restart(self):
        self.receiver.kill()
        self.receiver = self.recording.start()

    def end(self):
        self.receiver.kill()
        self.recording.shim.close()
        self.recording.place.remove()
        return self.wrong


def failing_journal(world):
    """Each sync of the journal fails: 503 for each callback, and no new file for each."""
    trial = Trial(world, "failing-journal")
    trial.send(1, 20)
    begin = trial.shim.order()
    trial.shim.rule(FAIL, [Event.SYNC], "*/journal/*journal-*", error=EIO)
    outcomes = trial.send(5, 20)
    trial.told.append(f"while syncs fail: {load.counts(outcomes)}")
    trial.expect({outcome.status for outcome in outcomes} == {503}, "not each callback is answered 503")
    trial.expect(not trial.receiver.is_ready(), "it is ready though nothing can be synced")
    written = sum(entry.length for entry in trial.shim.entries()
                  if entry.order > begin and entry.event == Event.WRITE and "/journal/" in entry.name)
    trial.told.append(f"{written / 2 ** 20:.1f} MiB written for {len(outcomes)} refusals")
    trial.expect(written < 16 << 20, f"{written >> 20} MiB are written while nothing can be")
    trial.shim.clear()
    trial.settle("when syncs work again")
    trial.restart()
    trial.settle("after a restart")
    return trial


def stalled_disk(world, milliseconds, seconds, rate, files="*", times=0, may_refuse=True):
    """Each sync takes long: who waits gets 200 or 503 in the time that the provider has."""
    trial = Trial(world, "stalled-disk")
    trial.send(1, 20)
    trial.shim.rule(DELAY, [Event.SYNC], files, times=times, milliseconds=milliseconds)
    outcomes = trial.send(seconds, rate)
    slowest = max(outcome.seconds for outcome in outcomes)
    trial.told.append(f"{milliseconds} ms a sync: {load.counts(outcomes)}, slowest {slowest:.1f} s")
    trial.expect({outcome.status for outcome in outcomes} <= ({200, 503} if may_refuse else {200}),
                 f"{milliseconds} ms a sync: {load.counts(outcomes)}")
    if milliseconds > 25_000:
        trial.expect(503 in {outcome.status for outcome in outcomes}, "the stall did not reach the acknowledgements")
    trial.expect(slowest < 25, f"{milliseconds} ms a sync: an answer took {slowest:.1f} s")
    trial.shim.clear()
    trial.settle("when the disk is fast again")
    trial.restart()
    trial.settle("after a restart")
    return trial


def full_disk(world):
    """No room for anything new: 503 at last, at a start on such a disk too, and all goes on once there is room."""
    trial = Trial(world, "full-disk")

    def fill():
        trial.shim.rule(FAIL, [Event.CREATE, Event.ALLOCATE, Event.MKDIR], error=ENOSPC)
        trial.shim.rule(FAIL, [Event.WRITE], "*/ledger.sqlite*", error=ENOSPC)
        trial.shim.rule(FAIL, [Event.WRITE], "*/.new-*", error=ENOSPC)

    trial.send(1, 20)
    fill()
    outcomes = trial.send(4, 60, body_size=100_000)
    trial.told.append(f"while the disk is full: {load.counts(outcomes)}")
    trial.expect({outcome.status for outcome in outcomes} <= {200, 503}, "not each callback is answered 200 or 503")
    trial.expect(503 in {outcome.status for outcome in outcomes}, "no callback is refused though there is no room")
    trial.receiver.kill()
    trial.recording.shim.clear()
    fill()
    try:
        trial.receiver = trial.recording.start()
    except DidNotStart as failure:
        trial.wrong.append(f"does not start on a full disk: {str(failure)[:200]}")
        trial.shim.clear()
        trial.receiver = trial.recording.start()
    outcomes = trial.send(1, 20)
    trial.told.append(f"started on a full disk: {load.counts(outcomes)}")
    trial.expect({outcome.status for outcome in outcomes} <= {200, 503}, "started on a full disk, it does not answer")
    trial.shim.clear()
    trial.settle("when there is room", seconds=30)
    trial.restart()
    trial.settle("after a restart")
    return trial


def hanging_folder(world):
    """Whatever is done to a sink's folder takes 20 s: other sinks, readiness and an orderly end do not wait for it."""
    trial = Trial(world, "hanging-folder", world.provider, "folder service")
    recording = trial.recording
    trial.shim.rule(DELAY, CHANGES, "*/folder*", milliseconds=20_000)
    path = recording.place.told
    world.service.listeners[path] = time.monotonic
    slowest_ready, stopping = [0.0], threading.Event()

    def watch():
        while not stopping.is_set():
            begun = time.monotonic()
            is_ready = trial.receiver.is_ready()
            slowest_ready[0] = max(slowest_ready[0], time.monotonic() - begun if is_ready else 99)
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.monotonic()
    for _ in range(6):
        recording.order()
    outcomes = load.send(trial.receiver.port, recording.waiting, 6)
    recording.waiting = []
    wanted = 2 * len(outcomes)
    while len(world.service.arrived.get(path, [])) < wanted and time.monotonic() < begun + 15:
        time.sleep(0.05)
    arrived = world.service.take(path)
    sent = {outcome.told.order: outcome.sent for outcome in outcomes}
    waits = [at - sent[event["subject"]] for at, event in arrived]
    trial.told.append(f"answers {load.counts(outcomes)}; {len(arrived)} of {wanted} notifications at the other sink, "
                      f"the slowest after {max(waits, default=99):.1f} s")
    trial.expect({outcome.status for outcome in outcomes} == {200}, f"answers {load.counts(outcomes)}")
    trial.expect(len(arrived) == wanted, f"{len(arrived)} of {wanted} notifications reach the other sink")
    trial.expect(max(waits, default=99) < 2, f"the other sink waits {max(waits, default=99):.1f} s")
    stopping.set()
    watcher.join()
    trial.told.append(f"readiness is told in {slowest_ready[0]:.2f} s")
    trial.expect(slowest_ready[0] < 0.5, f"readiness takes {slowest_ready[0]:.1f} s")
    begun = time.monotonic()
    code = trial.receiver.stop(90)
    took = time.monotonic() - begun
    trial.told.append(f"stops with {code} in {took:.1f} s")
    trial.expect(code == 0 and took < 15, f"stops with {code} in {took:.1f} s")
    trial.shim.clear()
    trial.receiver = recording.start()
    end = time.monotonic() + 20
    while time.monotonic() < end and not delivered(trial.ledger, wanted):
        time.sleep(0.1)
    trial.expect(delivered(trial.ledger, wanted), "the folder does not get its documents afterwards")
    return trial


def delivered(database, count):
    with contextlib.closing(read_only(database)) as ledger:
        return ledger.execute("SELECT count(*) FROM deliveries WHERE sink = 'folder' AND state = 'delivered'"
                              ).fetchone()[0] == count


TRIALS = {
    "failing-journal": failing_journal,
    "stalled-disk-100ms": lambda world: stalled_disk(world, 100, 3, 100, may_refuse=False),
    "stalled-disk-1s": lambda world: stalled_disk(world, 1_000, 6, 100, may_refuse=False),
    "stalled-disk-5s": lambda world: stalled_disk(world, 5_000, 30, 30),
    "stalled-disk-45s": lambda world: stalled_disk(world, 45_000, 40, 10, "*/journal/*", times=3),
    "full-disk": full_disk,
    "hanging-folder": hanging_folder,
}
