"""What a disk may hold after a power cut, by the strict reading of POSIX.

A file's content is durable once the file was synced, a name once its directory was. Of what was not, anything may be
there or missing, each change by itself: content torn at sectors of 512 bytes, a file longer but with zeros where its
content should be, a name without what it should lead to.
"""

import collections
import copy
import hashlib
import itertools
import os
import stat

from shim import Event

SECTOR = 512
LARGE = 4 << 20


class Leaf(collections.namedtuple("Leaf", "file version size durable pending chosen")):
    """A file's content in one state: what is durable, and which of the changes since are there.

    `pending` only ever grows, so that what is chosen of it stays what it is.
    """

    def content(self):
        content = bytearray(self.durable)
        apply(content, self.size, None)
        for choice, (offset, data) in zip(self.chosen, self.pending):
            if not choice:
                continue
            if data is None or choice == 1:
                apply(content, offset, data)
                continue
            apply(content, max(len(content), offset + len(data)), None)
            for sector in () if choice == -1 else choice:
                start, end = max(offset, sector * SECTOR), min(offset + len(data), (sector + 1) * SECTOR)
                content[start:end] = data[start - offset:end - offset]
        return bytes(content)


class File:
    """One file: what of its content is durable, and the changes since."""

    def __init__(self, content=b""):
        self.now = bytearray(content)
        # Each is (offset, bytes) or (size, None); the first `lost` of them cannot be synced any more: a sync failed.
        self.pending = []
        self.lost = 0
        self.version = 0
        self.synced = {}
        self._keep(self.now)

    def _keep(self, content):
        # Zeros at the end are most of some files, of which there are many versions.
        self.size, self.durable = len(content), bytes(content.rstrip(b"\0"))

    def leaf(self, chosen):
        return Leaf(self, self.version, self.size, self.durable, self.pending, chosen if any(chosen) else ())

    def change(self, offset, data):
        apply(self.now, offset, data)
        self.pending.append((offset, data))

    def sync(self):
        if not self.pending:
            return
        if self.lost:
            # What a failed sync took out of the cache stays undecided; what came after it, partly over it, is on disk.
            kept, base = self.pending[:self.lost], bytearray(self.leaf(()).content())
            for change in self.pending[self.lost:]:
                apply(base, *change)
                kept = [part for one in kept for part in without(one, *change)]
            self._keep(base)
            self.pending, self.lost = kept, len(kept)
        else:
            self._keep(self.now)
            # Whoever had all of these has what the next version begins with.
            self.synced[self.version] = len(self.pending)
            self.pending = []
        self.version += 1

    def fail_sync(self):
        self.lost = len(self.pending)


class Directory:
    """One directory: which names are durable, and the changes since."""

    def __init__(self, names=()):
        self.now = dict(names)
        self.durable = dict(names)
        self.pending = []  # Each is a list of (name, object or None), done together.

    def names(self, chosen):
        names = dict(self.durable)
        for is_chosen, changes in zip(chosen, self.pending):
            if is_chosen:
                for name, target in changes:
                    put(names, name, target)
        return names

    def change(self, changes):
        for name, target in changes:
            put(self.now, name, target)
        self.pending.append(changes)

    def sync(self):
        self.durable, self.pending = dict(self.now), []

    def sync_names_of(self, file):
        synced = [changes for changes in self.pending if any(target is file for _, target in changes)]
        if synced:
            for name, target in itertools.chain(*synced):
                put(self.durable, name, target)
            self.pending = [changes for changes in self.pending if changes not in synced]

    def fail_sync(self):
        """Names stay in the cache, and the next sync writes them."""


def put(names, name, target):
    if target is None:
        names.pop(name, None)
    else:
        names[name] = target


def apply(content, offset, data):
    """Writes bytes at an offset, or without bytes makes that the size."""
    if data is None:
        if offset < len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


def without(change, offset, data):
    """What is left of a change after another one was done over it."""
    start, content = change
    if content is None:
        return []
    if data is None:
        return [(start, content[:offset - start])] if offset > start else []
    end = offset + len(data)
    parts = [(start, content[:max(0, offset - start)]), (max(start, end), content[max(0, end - start):])]
    return [(place, part) for place, part in parts if part]


def is_kept(name):
    """Whether a file can matter: SQLite makes its shared memory anew."""
    return not name.endswith("-shm")


class Disk:
    """All below one directory, as a record of changes makes it."""

    def __init__(self, root, is_name_synced_with_file=False):
        """Begins with what is there now; all of it is durable.

        - is_name_synced_with_file: Whether a file's sync keeps its name, too, which ext4 does.
        """
        self.is_name_synced_with_file = is_name_synced_with_file
        self.objects = {}
        self.digests = {}
        self.root = self._read(os.path.realpath(root))

    def _read(self, path):
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            found = Directory({entry: self._read(f"{path}/{entry}") for entry in os.listdir(path) if is_kept(entry)})
        else:
            with open(path, "rb") as file:
                found = File(file.read())
        return self.objects.setdefault(status.st_ino, found)

    def copy(self):
        """Another one that begins where this one does; for one to which nothing was done yet."""
        return copy.deepcopy(self)

    def do(self, entry, is_left_out=False):
        """Follows one recorded event; a sync may be left out."""
        event = entry.event
        if not is_kept(entry.name):
            return
        target = self.objects.get(entry.object)
        directory = self.objects.get(entry.directory)
        if event in (Event.CREATE, Event.MKDIR):
            # A file that is gone may have had the same number.
            target = self.objects[entry.object] = File() if event == Event.CREATE else Directory()
            directory.change([(entry.name, target)])
        elif event == Event.LINK:
            directory.change([(entry.name, target)])
        elif event == Event.UNLINK:
            directory.change([(entry.name, None)])
        elif event == Event.RENAME:
            source, old = self.objects[entry.offset], entry.data.decode()
            if source is directory:
                directory.change([(old, None), (entry.name, target)])
            else:
                # Two directories, which are synced one by one.
                directory.change([(entry.name, target)])
                source.change([(old, None)])
        elif event == Event.WRITE:
            target.change(entry.offset, entry.data)
        elif event == Event.TRUNCATE:
            target.change(entry.length, None)
        elif event == Event.ALLOCATE:
            if len(target.now) < entry.offset + entry.length:
                target.change(entry.offset + entry.length, None)
        elif event == Event.SYNC_ALL:
            for one in self.objects.values():
                one.sync()
        elif event == Event.SYNC and not is_left_out:
            if entry.result:
                target.fail_sync()
            else:
                target.sync()
                if self.is_name_synced_with_file:
                    self._sync_names(target)

    def _sync_names(self, target):
        for directory in self.objects.values():
            if isinstance(directory, Directory):
                directory.sync_names_of(target)

    def open_objects(self):
        """Those that are reached in some state and have changes that are not durable: directories and files."""
        found, seen = ([], []), set()
        waiting = [self.root]
        while waiting:
            one = waiting.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            is_file = isinstance(one, File)
            if one.pending:
                found[is_file].append(one)
            if not is_file:
                waiting += one.durable.values()
                waiting += [target for changes in one.pending for _, target in changes if target is not None]
        return found

    def everything(self):
        """The choices of all that was done: what a killed program leaves."""
        directories, files = self.open_objects()
        return {one: [1] * len(one.pending) for one in directories + files}

    def tree(self, choices):
        """The state in which of each object's open changes those are there that are chosen.

        `choices` has, by object, one choice for each of its open changes: 0 not there, 1 there, -1 only the size that
        it gives, or else the sectors of it that are there. An object that is not named has none of them.

        Returns leaves by path, `None` for a directory.
        """
        found = {}
        self._add(self.root, "", choices, found)
        return found

    def _add(self, directory, path, choices, found):
        for name, target in sorted(directory.names(choices.get(directory, ())).items(), key=lambda pair: pair[0]):
            below = f"{path}/{name}" if path else name
            if isinstance(target, Directory):
                found[below] = None
                self._add(target, below, choices, found)
            else:
                found[below] = target.leaf(tuple(choices.get(target, ())))

    def digest(self, tree):
        """A name for a state: two that are equal byte for byte have the same."""
        whole = hashlib.blake2b(digest_size=16)
        for path, leaf in tree.items():
            whole.update(path.encode() + b"\0" + (b"" if leaf is None else self._digest(leaf)) + b"\0")
        return whole.digest()

    def _digest(self, leaf):
        key = (leaf.file, leaf.version, leaf.chosen)
        if key not in self.digests:
            self.digests[key] = hashlib.blake2b(self._name(leaf), digest_size=16).digest()
        return self.digests[key]

    @staticmethod
    def _name(leaf):
        if leaf.size <= LARGE:
            content = leaf.content()
            return content.rstrip(b"\0") + b"%d" % len(content)
        # Reading all of it would take long; what was changed since which sync tells as much, nearly.
        version, chosen = leaf.version, leaf.chosen
        if not chosen and version - 1 in leaf.file.synced:
            version, chosen = version - 1, (1,) * leaf.file.synced[version - 1]
        last = max((place for place, choice in enumerate(chosen, 1) if choice), default=0)
        return f"{id(leaf.file)} {version} {chosen[:last]}".encode()


def differences(root, tree):
    """The paths at which what lies below a directory is not what a state has there."""
    there = {}
    for path, directories, files in os.walk(root):
        relative = os.path.relpath(path, root)
        prefix = "" if relative == "." else relative + "/"
        there |= {prefix + name: None for name in directories}
        for name in filter(is_kept, files):
            with open(f"{path}/{name}", "rb") as file:
                there[prefix + name] = file.read()
    wanted = {path: leaf and leaf.content() for path, leaf in tree.items()}
    return sorted(path for path in there.keys() | wanted.keys()
                  if path not in there or path not in wanted or there[path] != wanted[path])


def make(root, tree):
    """Makes a state below a directory, which must be empty."""
    for path, leaf in tree.items():
        if leaf is None:
            os.mkdir(f"{root}/{path}", 0o700)
            continue
        content = leaf.content()
        descriptor = os.open(f"{root}/{path}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(descriptor, content.rstrip(b"\0"))  # What is left is read as zeros, and costs nothing.
            os.ftruncate(descriptor, len(content))
        finally:
            os.close(descriptor)
