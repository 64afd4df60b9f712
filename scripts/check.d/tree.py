"""The files of the project, read once and kept as long as they do not change."""

import dataclasses
import functools
import pathlib
import subprocess

import swift

PRODUCED = (".build", ".build-fuzz", ".git", ".swiftpm", "__pycache__")


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that a rule does not let pass."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.text}"


@functools.lru_cache(maxsize=None)
def read(path, _changed, _size):
    """A file's text; `None` when it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@functools.lru_cache(maxsize=None)
def source(text):
    return swift.Source(text)


class Tree:
    """The files that are kept under version control, and those that could be."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.paths = sorted(path for path in self.listed() if (self.root / path).is_file())

    def listed(self):
        if (self.root / ".git").exists():
            command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
            found = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True).stdout
            return {path for path in found.split("\0") if path}
        found = (path.relative_to(self.root) for path in self.root.rglob("*"))
        return {str(path) for path in found if not any(part in PRODUCED for part in path.parts)}

    def text(self, path):
        status = (self.root / path).stat()
        return read(self.root / path, status.st_mtime_ns, status.st_size)

    def texts(self, *below, endings=("",)):
        """Path and text of each text file below some folders, or of all."""
        for path in self.paths:
            if path.endswith(tuple(endings)) and (not below or path.startswith(below)):
                text = self.text(path)
                if text is not None:
                    yield path, text

    def swift(self, *below):
        """Path and source of each Swift file below some folders."""
        for path, text in self.texts(*(below or ("Sources/", "Tests/")), endings=(".swift",)):
            yield path, source(text)

    def shell(self):
        """Path and text of each shell script."""
        for path, text in self.texts():
            if text.startswith("#!") and text.split("\n", 1)[0].endswith(("bash", "/sh")):
                yield path, text
