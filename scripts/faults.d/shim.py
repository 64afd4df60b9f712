"""The other side of shim.c: rules that a program is run under, and the record that it leaves."""

import collections
import contextlib
import enum
import fcntl
import mmap
import os
import pathlib
import struct
import subprocess


class Event(enum.IntEnum):
    """What is recorded."""

    START = 1
    CREATE = 2
    WRITE = 3
    TRUNCATE = 4
    ALLOCATE = 5
    SYNC = 6
    LINK = 7
    UNLINK = 8
    RENAME = 9
    MKDIR = 10
    CLOSE = 11
    ANSWER = 12
    ESCAPE = 13
    SYNC_ALL = 14
    REQUEST = 15


# What changes a disk, so that a kill before it or after it differs.
CHANGES = (Event.CREATE, Event.WRITE, Event.TRUNCATE, Event.ALLOCATE, Event.SYNC, Event.LINK, Event.UNLINK,
           Event.RENAME, Event.MKDIR)

FAIL, IGNORE, DELAY, KILL_BEFORE, KILL_AFTER = range(1, 6)

F_OFD_SETLKW = 38
RULES = 16
RULE = struct.Struct("=II QQ Q iI 216s")
RULES_START = 64
HEAD = struct.Struct("=II QQQQQ ii IIII")

Entry = collections.namedtuple("Entry", "event order object directory offset length process result name data frames")


def build(work):
    """Compiles the library that is preloaded."""
    library = work / "shim.so"
    source = pathlib.Path(__file__).with_name("shim.c")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-shared", "-fPIC",
                    "-o", str(library), str(source)], check=True)
    return library


class Shim:
    """The rules and the record of all programs that run below one directory."""

    def __init__(self, library, below, place):
        place.mkdir(parents=True, exist_ok=True)
        self.library, self.below, self.place = library, os.path.realpath(below), place
        path = place / "control"
        path.write_bytes(bytes(RULES_START + RULES * RULE.size))
        with open(path, "r+b") as file:
            self.control = mmap.mmap(file.fileno(), 0)
        self.rules = 0

    def environment(self):
        """What a program's environment needs besides its own."""
        return {"LD_PRELOAD": str(self.library), "FAULTS_BELOW": self.below, "FAULTS_RECORD": f"{self.place}/record-",
                "FAULTS_CONTROL": f"{self.place}/control"}

    def order(self):
        """The number of the newest event."""
        return struct.unpack_from("=Q", self.control, 0)[0]

    def rule(self, action, events, paths="*", skip=0, times=0, error=0, milliseconds=0):
        """Adds a rule; holds from now on, for programs that run already, too.

        Returns its number.
        """
        number, self.rules = self.rules, self.rules + 1
        assert number < RULES
        place = RULES_START + number * RULE.size
        bits = sum(1 << event for event in events)
        packed = RULE.pack(0, bits, skip, times, 0, error, milliseconds, paths.encode())
        self.control[place:place + RULE.size] = packed
        struct.pack_into("=I", self.control, place, action)
        return number

    def clear(self):
        """Takes all rules back; what is being delayed goes on."""
        for number in range(RULES):
            struct.pack_into("=I", self.control, RULES_START + number * RULE.size, 0)
        self.rules = 0

    def seen(self, number):
        """How many events a rule was held against."""
        return RULE.unpack_from(self.control, RULES_START + number * RULE.size)[4]

    def entries(self):
        """All that was recorded, in order."""
        found = []
        for path in self.place.glob("record-*"):
            found += read(path.read_bytes())
        found.sort(key=lambda entry: entry.order)
        assert [entry.order for entry in found] == list(range(1, len(found) + 1)), "the record has holes"
        escapes = {entry.name for entry in found if entry.event == Event.ESCAPE}
        if escapes:
            raise SystemExit(f"the record is worthless, since the shim does not see all: {escapes}")
        return found

    @contextlib.contextmanager
    def halted(self):
        """Meanwhile nothing is done to the disk that is not on record."""
        with open(self.place / "control", "r+b") as file:
            fcntl.fcntl(file, F_OFD_SETLKW, struct.pack("=hhxxxxqqixxxx", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
            yield

    def close(self):
        self.control.close()


def read(text):
    """The entries of one record file; one that a kill cut off at its end is none."""
    place = 0
    while place + HEAD.size <= len(text):
        (size, event, order, object_, directory, offset, length, process, result, name, data, frames,
         _) = HEAD.unpack_from(text, place)
        if place + size > len(text):
            return
        names = place + HEAD.size
        yield Entry(Event(event), order, object_, directory, offset, length, process, result,
                    text[names:names + name].decode(), text[names + name:names + name + data],
                    struct.unpack_from(f"={frames}Q", text, names + name + data))
        place += size
