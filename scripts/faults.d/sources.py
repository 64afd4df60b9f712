"""Where in the sources a recorded sync was asked for, and of what kind of file it was."""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources"

KINDS = [
    (r"data/journal/\.new-journal-.*", "new journal segment"),
    (r"data/journal/journal-.*", "journal segment"),
    (r"data/journal/.*quarantined-.*", "quarantined callback"),
    (r"data/journal", "journal's directory"),
    (r"data/journal/.*", "other file of the journal"),
    (r"data/ledger\.sqlite", "ledger"),
    (r"data/ledger\.sqlite-wal", "ledger's log"),
    (r"data/ledger\.sqlite-journal", "ledger's rollback journal"),
    (r"data/ledger\..*", "other file of the ledger"),
    (r"data/.*receiver\.id.*", "receiver's ID"),
    (r"data/(serve\.json|\.dat\.nosync.*)", "report of the running service"),
    (r"data", "data directory"),
    (r"data/archive/incoming/[^/]*/.*", "archived file"),
    (r"data/archive(/(documents|incoming|quarantine)|/incoming/[^/]*)?", "archive's directories"),
    (r"data/archive/documents/..", "archive's directory of a hash"),
    (r"folder/\.incoming/.*", "delivered file"),
    (r"folder", "sink's folder"),
    (r"folder/\.incoming", "sink's .incoming"),
    (r"folder/.*", "sink's directory of an item"),
    (r"", "directory above"),
]


def kind(path):
    """What a path below the disk is."""
    for pattern, name in KINDS:
        if re.fullmatch(pattern, path):
            return name
    return path


CALLS = r"\b(fsync|fdatasync|syncfs)\(|\bDurableFiles\.(sync|makeDirectory|publish)\(|\.publish\(as:"


class Sources:
    """Finds lines of the sources by addresses in the executable."""

    def __init__(self, binary):
        self.binary = binary
        self.tool = shutil.which("llvm-symbolizer") or beside("swift", "llvm-symbolizer")
        self.lines = {}

    def learn(self, addresses):
        """Looks up addresses, all at once."""
        wanted = sorted(set(addresses) - self.lines.keys())
        if not wanted or not self.tool:
            return
        text = subprocess.run([self.tool, f"--obj={self.binary}", "--output-style=JSON", "--inlines"],
                              input="\n".join(map(hex, wanted)), capture_output=True, text=True, check=True).stdout
        for line in text.splitlines():
            for found in json.loads(line) if line.startswith("[") else [json.loads(line)]:
                self.lines[int(found["Address"], 16)] = [
                    f"{name}:{symbol['Line']}" for symbol in found.get("Symbol", [])
                    if (name := ours(symbol["FileName"])) and symbol["Line"]]

    def chain(self, frames):
        """The lines that led to a call, the innermost first; of our own sources only."""
        return [line for frame in frames for line in self.lines.get(frame, [])]

    def site(self, entry, below):
        """What a sync is called: the kind of file, and the two innermost lines outside of what all use."""
        lines = self.chain(entry.frames)
        callers = [line for line in lines if not line.startswith("BaseKit/Files/")]
        where = " < ".join(line.rsplit("/", 1)[-1] for line in callers[:2]) or "SQLite"
        return f"{kind(os.path.relpath(entry.name, below).removeprefix('.'))} at {where}"


@functools.lru_cache(maxsize=None)
def ours(path):
    """A path below the sources; `None` for one of somebody else's."""
    if "/checkouts/" in path or "/Sources/" not in path:
        return None
    name = path.rsplit("/Sources/", 1)[1]
    return name if (SOURCES / name).exists() else None


def beside(known, name):
    """A tool that lies where another one does."""
    path = shutil.which(known)
    found = path and pathlib.Path(os.path.realpath(path)).with_name(name)
    return str(found) if found and found.exists() else None


def calls():
    """Each line of the sources that syncs something, or has it synced."""
    found = {}
    for path in sorted(SOURCES.rglob("*.swift")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(CALLS, line) and not re.match(r" *(//|(public |private |static )*func)", line):
                found[f"{path.relative_to(SOURCES)}:{number}"] = line.strip()
    return found
