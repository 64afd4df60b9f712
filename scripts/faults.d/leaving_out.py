"""Leaves out one sync after another: a state has to be found then that loses something.

A program cannot tell whether a sync that reports success was done. So what it does when one is left out is on record
already, and only what is durable is reckoned anew.
"""

import collections
import random
import re

from cuts import Cut, States
from disk import File
from shim import Event

Place = collections.namedtuple("Place", "recording entry matters")
"""One sync, and whether there was anything for it to keep: names with a dot in front are given up at the next start."""


def places(recordings, sources):
    """Where syncs were asked for, by what they are called."""
    addresses = [frame for recording in recordings for entry in recording.entries for frame in entry.frames]
    sources.learn(addresses)
    found = collections.OrderedDict()
    for recording in recordings:
        disk = recording.begin.copy()
        for entry in recording.entries:
            target = disk.objects.get(entry.object)
            if entry.event == Event.SYNC and entry.result == 0 and target:
                place = Place(recording, entry, matters(target))
                found.setdefault(sources.site(entry, recording.shim.below), []).append(place)
            disk.do(entry)
    return found


def matters(target):
    if isinstance(target, File):
        return bool(target.pending)
    return any(not name.startswith(".") for changes in target.pending for name, _ in changes)


# Those that need not be noticed, and why they are there.
REASONS = {
    r".* at SQLite|.*Checkpointer.*|ledger's rollback journal .*": "SQLite's own",
    r"report of the running service .*": "Foundation's, of all that it writes atomically; the report may get lost",
    r".* at FolderProbe.*": "tries out what a folder can do",
    r".* at ReceiverIdentity.*": "without its ID a receiver is another one, which hands its whole journal over",
    r"new journal segment .*": "its zeros are on disk before its first record, whose sync then writes nothing else",
}


def reason(site):
    """Why a sync is there that nothing notices; `None` when nobody said."""
    return next((text for pattern, text in REASONS.items() if re.fullmatch(pattern, site)), None)


def turns(instances, count, seed):
    """What to leave out, turn by turn: some places of one name alone, from different recordings if there are; then in
    some recordings all of them, since one may make up for another.
    """
    dice = random.Random(seed)
    by_recording = collections.OrderedDict()
    for place in instances:
        if place.matters:
            by_recording.setdefault(place.recording, []).append(place.entry.order)
    groups = {recording: dice.sample(orders, len(orders)) for recording, orders in by_recording.items()}
    # Those without faults come first; the others by chance.
    plain = [recording for recording in groups if not recording.fault]
    others = [recording for recording in groups if recording.fault]
    queue = plain + dice.sample(others, len(others))
    for place in range(count):
        for recording in queue[:4 * count]:
            if place < len(groups[recording]) and (place == 0 or not recording.fault):
                yield recording, {groups[recording][place]}
    for recording in queue[:2 * count]:
        if len(groups[recording]) > 1:
            yield recording, set(groups[recording])


def together(sites):
    """What to leave out where several names of syncs are left out at once: all of them, recording by recording."""
    places = [place for instances in sites for place in instances]
    concerned = {place.recording for place in places if place.matters}
    by_recording = collections.OrderedDict()
    for place in places:
        if place.recording in concerned:
            by_recording.setdefault(place.recording, set()).add(place.entry.order)
    return sorted(by_recording.items(), key=lambda pair: pair[0].fault != 0)


def states(recording, left_out, seed, moments=5):
    """States that are possible when syncs, given by their numbers, are left out, and that lack what they kept."""
    found, dice = States(), random.Random(seed)
    disk = recording.begin.copy()
    lacking = {}  # By object, how many of its open changes should have been synced.
    cuts = wanted_cuts(recording, left_out, moments)
    for entry in recording.entries:
        if entry.order in cuts:
            add(disk, entry.order - 1, lacking, found, dice)
        target = disk.objects.get(entry.object)
        is_left_out = entry.order in left_out
        if entry.event == Event.SYNC and target and not entry.result:
            if is_left_out:
                lacking[target] = len(target.pending)
            else:
                lacking.pop(target, None)
        disk.do(entry, is_left_out)
    if not cuts or lacking:
        add(disk, recording.entries[-1].order, lacking, found, dice)
    return found


def wanted_cuts(recording, left_out, moments):
    """Some moments from the first sync that is left out to where a later one makes up for all of them."""
    open_, orders = set(), []
    for entry in recording.entries:
        if entry.event != Event.SYNC or entry.result:
            continue
        if open_:
            orders.append(entry.order)
        if entry.order in left_out:
            open_.add(entry.object)
        else:
            open_.discard(entry.object)
    if len(orders) > moments:
        # The first, the last ones, and some between.
        dice = random.Random(len(orders))
        orders = sorted({orders[0], *orders[-2:], *dice.sample(orders, moments - 3)})
    return set(orders)


def add(disk, order, lacking, found, dice):
    cut = Cut(disk, dice)
    most = cut.every(1)
    found.add(disk, {}, order)
    for one, count in lacking.items():
        if one not in most:
            continue
        rest = [1] * (len(one.pending) - count)
        variants = [[0] * count]
        if isinstance(one, File):
            variants.append(cut.only_sizes(one)[:count])
        if count > 1:
            variants += [[1] * (count - 1) + [0], [0] + [1] * (count - 1)]
        for variant in variants:
            found.add(disk, most | {one: variant + rest}, order)
            found.add(disk, cut.every(1, cut.directories) | {one: variant + rest}, order)
    if len(lacking) > 1:
        found.add(disk, most | {one: [0] * count + [1] * (len(one.pending) - count) for one, count in lacking.items()
                                if one in most}, order)
