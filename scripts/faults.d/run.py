"""Runs the scripts, cuts the power everywhere, leaves out each sync, and has disks fail.

Usage: run.py BINARIES [--script NAME]... [--quick] [--ext4] [--seed N] [--list]
"""

import argparse
import concurrent.futures
import re
import signal
import sys
import time
import traceback

import cuts
import disks
import journeys
import leaving_out
from checks import Check, Seen
from shim import Event
from sources import Sources, calls
from world import World, work_directory

FULL = cuts.Depth(exhaustive=128, samples=24, places=6, states=400)
QUICK = cuts.Depth(exhaustive=16, samples=2, places=2, states=16)
QUICK_SCRIPTS = ["first-start", "acknowledge", "delivery"]
# Without these something is lost for sure, so that they show whether a loss would be seen.
QUICK_SYNCS = r"(journal segment|archived file|delivered file|sink's directory of an item) .*"


class Run:
    """All that one run does, and what it found."""

    def __init__(self, world, options):
        self.world, self.options = world, options
        self.depth = QUICK if options.quick else FULL
        if options.states:
            self.depth = self.depth._replace(states=options.states)
        self.pool = concurrent.futures.ThreadPoolExecutor(2)
        self.seen = Seen()
        self.wrong = []
        self.cuts = self.states = self.losses = 0
        # Kinds of syncs that only the longer look showed to be needed.
        self.late = 0
        self.good = {}  # By recording and state, how much was promised when it held.
        self.bad = set()  # Recordings with losses, which cannot show what else makes one.
        self.recordings = []

    def note(self, text):
        self.wrong.append(text)
        print(f"WRONG  {text}", flush=True)

    # MARK: Scripts

    def script(self, name):
        begun = time.monotonic()
        recording = journeys.SCRIPTS[name](self.world, name, journeys.no_faults)
        self.recordings.append(recording)
        found = cuts.states(recording, self.options.seed, self.depth)
        states = found.chosen(self.depth.states, self.options.seed)
        self.cuts += found.cuts
        count = self.check(recording, states)
        print(f"{name:<16} {len(recording.entries):>5} changes, {syncs(recording):>3} syncs, {found.cuts:>3} cuts "
              f"({found.exhausted:>3} exhaustively), {len(found.found):>5} states, {len(states):>4} tried: "
              f"{count} losses; {time.monotonic() - begun:.0f} s", flush=True)

    def variants(self, name, numbers=None):
        """The script again and again, killed before each sync, and with each failing: what is durable afterwards."""
        begun = time.monotonic()
        base = next(one for one in self.recordings if one.name == name)
        faults = [(f"{name}, {what} {number + 1}", fault(number))
                  for number in (range(syncs(base)) if numbers is None else numbers)
                  for what, fault in (("killed before sync", journeys.killed_before_sync),
                                      ("failing sync", journeys.failing_sync))]
        record = journeys.SCRIPTS[name]
        recorded = list(self.pool.map(lambda fault: self.attempt(lambda: record(self.world, *fault)), faults))
        count = tried = 0
        for recording in filter(None, recorded):
            self.recordings.append(recording)
            found = cuts.plain_states(recording, 3)
            self.cuts += found.cuts
            tried += len(found.found)
            count += self.check(recording, list(found.found.values()))
        print(f"{name:<16} killed before a sync, or one failing, {len(faults)} times: {tried} states tried: "
              f"{count} losses; {time.monotonic() - begun:.0f} s", flush=True)

    def check(self, recording, states):
        """Tries states; returns how many lost something."""
        count = 0
        for check in self.pool.map(lambda state: Check(recording, state).run(), states):
            self.seen.add(check.seen)
            self.states += 1
            if check.wrong:
                count += 1
                self.bad.add(recording)
                self.note(f"{recording.name}, cut after event {check.state.order}: {check.wrong[0]}")
            else:
                self.good[recording, check.state.digest] = check.promised
        self.losses += count
        return count

    # MARK: Syncs

    def leave_out(self, per_site):
        """Leaves out each sync, and tells what noticed; returns how many kinds there are, and how many nothing did."""
        sources = Sources(self.world.binaries / "ricevuta")
        found = leaving_out.places([one for one in self.recordings if one not in self.bad], sources)
        reached = {line for instances in found.values() for place in instances
                   for line in sources.chain(place.entry.frames)}
        if self.options.quick:
            found = {site: instances for site, instances in found.items() if re.fullmatch(QUICK_SYNCS, site)}
        print(f"\n{len(found)} kinds of syncs, each left out:")
        silent = {}
        for site, instances in found.items():
            notice, tried = self.first_notice(leaving_out.turns(instances, per_site, self.options.seed), 40 * per_site)
            if notice:
                print(f"  {site} ({len(instances)}×): {notice}", flush=True)
            else:
                silent.setdefault(site.split(" at ")[0], {})[site] = tried
        for kind, sites in silent.items():
            self.leave_out_together(kind, sites, found, 40 * per_site)
        never = [line for line in calls() if line not in reached]
        if sources.lines and never and not self.options.script and not self.options.quick:
            print("lines that sync and were not reached: " + ", ".join(never))
        return len(found), sum(map(len, silent.values())) - self.late

    def leave_out_together(self, kind, sites, found, limit):
        """Those of one kind of file that nothing notices, since another sync of the same file may make up for each."""
        reasons = {site: leaving_out.reason(site) for site in sites}
        for site in sites:
            if not any(place.matters for place in found[site]):
                reasons[site] = "there was nothing for it to keep"
        notice = None
        if len(sites) > 1 and not all(reasons.values()):
            notice, _ = self.first_notice(leaving_out.together([found[site] for site in sites]), limit)
        for site, tried in sites.items():
            if not reasons[site] and not notice and not self.options.quick:
                # Of thousands of instances few were tried, and one may make up for the one before it: a longer look,
                # beginning with all of a recording, before it is called useless.
                turns = leaving_out.turns(found[site], 40, self.options.seed + 1)
                turns = sorted(turns, key=lambda turn: -len(turn[1]))
                late, more = self.first_notice(turns, 5 * limit)
                if late:
                    print(f"  {site} ({len(found[site])}×), after {tried + more} states: {late}", flush=True)
                    self.late += 1
                    continue
                sites[site] = tried = tried + more
            reason = reasons[site] or (notice and "others of this kind make up for it") or "WHAT IS IT FOR?"
            print(f"  {site} ({len(found[site])}×): nothing noticed in {tried} states; {reason}", flush=True)
            if not reasons[site] and not notice and not self.options.script:
                self.note(f"nothing notices when it is left out: {site}")
        if notice:
            print(f"  all of these of the {kind} together: {notice}", flush=True)

    def ignored(self):
        """One sync that the preloaded library leaves out: what is reckoned has to be what happens."""
        faults = journeys.ignored_syncs("*/journal/journal-*")
        recording = journeys.acknowledge(self.world, "acknowledge, the journal's syncs ignored", faults)
        checks = [Check(recording, state, patience=3) for state in cuts.plain_states(recording, 100).found.values()]
        if not any(check.wrong for check in self.pool.map(Check.run, checks)):
            self.note("nothing is lost though the journal's syncs are ignored: does the harness see losses?")

    def first_notice(self, turns, limit):
        """What notices first, turn by turn, when syncs are left out; and how many states were tried."""
        tried = 0
        for recording, left_out in turns:
            states = leaving_out.states(recording, left_out, self.options.seed).found.values()
            checks = [Check(recording, state, patience=3) for state in states]
            checks = [check for check in checks if self.good.get((recording, check.state.digest)) != check.promised]
            for place in range(0, len(checks), 2):
                tried += len(checks[place:place + 2])
                for check in self.pool.map(Check.run, checks[place:place + 2]):
                    if check.wrong:
                        times = "" if len(left_out) == 1 else f"all {len(left_out)} of them: "
                        return f"{times}{recording.name}: {check.wrong[0][:160]}", tried
            if tried > limit:
                break
        return None, tried

    # MARK: Disks

    def trial(self, name):
        begun = time.monotonic()
        trial = disks.TRIALS[name](self.world)
        wrong = trial.end()
        for line in wrong:
            self.note(f"{name}: {line}")
        print(f"{name:<18} {'; '.join(trial.told)}; {len(wrong)} wrong; {time.monotonic() - begun:.0f} s", flush=True)

    def attempt(self, work):
        """Does something; where that fails, goes on with the rest."""
        try:
            return work()
        except (Exception, SystemExit) as failure:
            if not isinstance(failure, SystemExit):
                traceback.print_exc()
            self.note(f"{failure}")
            return None


def syncs(recording):
    return sum(entry.event == Event.SYNC for entry in recording.entries)


def chosen(options):
    """The names of the scripts and of the trials to run."""
    if not options.script:
        return (QUICK_SCRIPTS, []) if options.quick else (list(journeys.SCRIPTS), list(disks.TRIALS))
    known = [*journeys.SCRIPTS, *disks.TRIALS]
    names = [name for name in known if any(name.startswith(wanted) for wanted in options.script)]
    if not names:
        sys.exit(f"there is no such script; there are {', '.join(known)}")
    return [name for name in names if name in journeys.SCRIPTS], [name for name in names if name in disks.TRIALS]


def main():
    arguments = argparse.ArgumentParser(prog="scripts/faults")
    arguments.add_argument("binaries")
    arguments.add_argument("--script", action="append", default=[], metavar="NAME",
                           help="only those whose names begin like this")
    arguments.add_argument("--quick", action="store_true", help="half a minute: a few states of a few scripts")
    arguments.add_argument("--ext4", action="store_true", help="a file's sync keeps its name, too")
    arguments.add_argument("--seed", type=int, default=1, help="of what is chosen where not all is tried")
    arguments.add_argument("--states", type=int, metavar="N", help="the most states tried of each script; 400")
    arguments.add_argument("--list", action="store_true", help="name the scripts, and end")
    options = arguments.parse_args()
    if options.list:
        print("\n".join([*journeys.SCRIPTS, *disks.TRIALS]))
        return
    scripts, trials = chosen(options)
    # So that nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun = time.monotonic()
    kinds = silent = 0
    with work_directory() as work:
        world = World(options.binaries, work, options.ext4)
        try:
            run = Run(world, options)
            # They mostly wait, so that they do beside the rest, one after another.
            beside = concurrent.futures.ThreadPoolExecutor(1)
            waiting = [beside.submit(run.attempt, lambda name=name: run.trial(name)) for name in trials]
            for name in scripts:
                run.attempt(lambda name=name: run.script(name))
            recorded = {recording.name for recording in run.recordings}
            for name in ("delivery",) if options.quick else ("first-start", "delivery", "quarantine"):
                if name in recorded:
                    run.attempt(lambda name=name: run.variants(name, [13] if options.quick else None))
            if run.recordings:
                run.attempt(run.ignored)
                kinds, silent = run.leave_out(1 if options.quick else 6)
            concurrent.futures.wait(waiting)
        finally:
            world.close()
    seen = run.seen
    print(f"\n{len(scripts)} scripts recorded {len(run.recordings)} times, {run.cuts} cuts, {run.states} states; "
          f"looked for {seen.acknowledgements:,} acknowledgements, {seen.orders:,} placed orders, "
          f"{seen.documents:,} documents, {seen.deliveries:,} deliveries, {seen.events:,} events: {run.losses} losses. "
          f"{kinds} kinds of syncs left out, {kinds - silent} noticed. {len(trials)} trials of disks. "
          f"Seed {options.seed}, {time.monotonic() - begun:.0f} s: "
          + ("nothing is wrong" if not run.wrong else f"{len(run.wrong)} wrong"))
    sys.exit(1 if run.wrong else 0)


main()
