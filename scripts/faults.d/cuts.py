"""Which states a power cut may leave, at one moment of a record or at all of them."""

import collections
import itertools
import random

from disk import SECTOR, File
from shim import CHANGES, Event

Depth = collections.namedtuple("Depth", "exhaustive samples places states")
"""How far to go: the most states of one cut that are all made, else so many samples, of each object so many places at
which its changes end, and of one record so many states in all."""


def torn(offset, data, dice):
    """Which sectors of a write may be there: all cases of a short one, some of a long one."""
    touched = range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1)
    if len(touched) < 2:
        return []
    if len(touched) <= 3:
        return [sectors for size in range(1, len(touched)) for sectors in itertools.combinations(touched, size)]
    half = len(touched) // 2
    some = tuple(sector for sector in touched if dice.random() < 0.5)
    return [tuple(touched[:half]), tuple(touched[half:]), tuple(touched[1:])] + ([some] if some else [])


def options(one, dice):
    """For each open change of an object, all that may have come of it."""
    if not isinstance(one, File):
        return [(0, 1)] * len(one.pending)
    found, size = [], one.size
    for offset, data in one.pending:
        if data is None:
            found.append((0, 1))
            continue
        # A file may be longer already, but hold zeros.
        grown = (-1,) if offset + len(data) > size else ()
        found.append((0, 1, *grown, *torn(offset, data, dice)))
        size = max(size, offset + len(data))
    return found


class Cut:
    """One moment, and all that may be there or not."""

    def __init__(self, disk, dice):
        self.dice = dice
        self.directories, self.files = disk.open_objects()
        self.objects = self.directories + self.files
        self.options = {one: options(one, dice) for one in self.objects}
        self.count = 1
        for choices in self.options.values():
            for choice in choices:
                self.count *= len(choice)

    def all(self):
        """Every state."""
        flat = [(one, choice) for one in self.objects for choice in self.options[one]]
        for chosen in itertools.product(*(choice for _, choice in flat)):
            choices = collections.defaultdict(list)
            for (one, _), choice in zip(flat, chosen):
                choices[one].append(choice)
            yield choices

    def every(self, choice, objects=None):
        """The same choice for each open change of objects."""
        return {one: [choice] * len(one.pending) for one in (self.objects if objects is None else objects)}

    def only_sizes(self, one):
        """A file as long as it was to be, with zeros where that is all that is known of it."""
        return [-1 if -1 in choice else int(data is None) for choice, (_, data) in zip(self.options[one], one.pending)]

    def plain(self):
        """Only what is durable; then with all names, as long as they were to be; then all contents without names."""
        yield {}
        names = self.every(1, self.directories)
        yield names
        yield names | {one: self.only_sizes(one) for one in self.files}
        yield self.every(1, self.files)

    def telling(self, places):
        """Those states in which one thing is missing, or one thing is there."""
        most = self.every(1)
        for one in self.objects:
            yield self.every(1, [one])
            yield most | self.every(0, [one])
            chosen = range(len(one.pending))
            if len(chosen) > places:
                chosen = sorted(self.dice.sample(chosen, places))
            for place in chosen:
                # The changes of one object in order, up to here; then this one alone, or torn.
                before = [1] * place
                yield most | {one: before}
                yield {one: [0] * place + [1]}
                for part in self.options[one][place][2:]:
                    yield most | {one: before + [part]}

    def random(self):
        """States without end, each of anything."""
        while True:
            # From nearly nothing to nearly everything.
            share = self.dice.random()
            yield {one: [self.dice.choice(choice[1:]) if self.dice.random() < share else 0 for choice in choices]
                   for one, choices in self.options.items()}


PLAIN, KNOWN, SAMPLED = range(3)


class State:
    """What a cut leaves, up to which event of the record that is the newest such cut, and how much it matters."""

    def __init__(self, tree, digest, order, rank):
        self.tree, self.digest, self.order, self.rank = tree, digest, order, rank


class States:
    """The different states of one record's cuts."""

    def __init__(self):
        self.found = {}
        self.cuts = self.exhausted = 0

    def add(self, disk, choices, order, rank=PLAIN):
        tree = disk.tree(choices)
        digest = disk.digest(tree)
        state = self.found.setdefault(digest, State(tree, digest, order, rank))
        # At a later cut more was promised.
        state.order = order
        state.rank = min(state.rank, rank)

    def chosen(self, count, seed):
        """All, or so many of them: the plain ones first, then those of cuts whose states are all known."""
        states = list(self.found.values())
        if len(states) <= count:
            return states
        random.Random(seed).shuffle(states)
        states.sort(key=lambda state: state.rank)
        return states[:count]


def states(recording, seed, depth):
    """The states of cuts at any moment of a recording.

    What may be missing grows with each change until a sync, so that the moments right before the syncs and the end have
    the states of all others among theirs.
    """
    found, disk, dice = States(), recording.begin.copy(), random.Random(seed)
    # A program that is killed leaves all that it did.
    kills = [entry.order for entry in recording.entries if entry.event in CHANGES and entry.event != Event.SYNC]
    kills = set(dice.sample(kills, min(len(kills), depth.states)))
    for entry in recording.entries:
        if entry.event in (Event.SYNC, Event.SYNC_ALL):
            cut_at(disk, entry.order - 1, dice, depth, found)
        disk.do(entry)
        if entry.order in kills:
            found.add(disk, disk.everything(), entry.order, SAMPLED)
    cut_at(disk, recording.entries[-1].order, dice, depth, found)
    return found


def cut_at(disk, order, dice, depth, found):
    cut = Cut(disk, dice)
    found.cuts += 1
    for choices in cut.plain():
        found.add(disk, choices, order)
    if cut.count <= depth.exhaustive:
        found.exhausted += 1
        more, rank = cut.all(), KNOWN
    else:
        rank = SAMPLED
        more = itertools.chain(cut.telling(depth.places), itertools.islice(cut.random(), depth.samples))
    for choices in more:
        found.add(disk, choices, order, rank)


def plain_states(recording, count):
    """A few states of a recording in which a fault is what matters: from there to the end, only what is durable."""
    found, disk, dice = States(), recording.begin.copy(), random.Random(0)
    syncs = [entry.order for entry in recording.entries if entry.event == Event.SYNC and entry.order >= recording.fault]
    wanted = set(syncs[::max(1, len(syncs) // count)])
    for entry in recording.entries:
        if entry.order in wanted:
            found.cuts += 1
            found.add(disk, {}, entry.order - 1)
        disk.do(entry)
    found.cuts += 1
    for choices in Cut(disk, dice).plain():
        found.add(disk, choices, recording.entries[-1].order)
    return found
