"""What the articles say is there."""

import pathlib
import posixpath
import re

import allowed
import layers
import manifest
from tree import Finding

from . import rule

CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:Sources|Tests|scripts|\.ci)(?:/[\w.+-]+)+/?")
NAME = re.compile(r"(?<!\w)[A-Za-z]\w{2,}")
PLACEHOLDER = re.compile(r"[A-Z0-9_]+")  # NUMBER, POST
ARTICLE = re.compile(r"<doc:([\w-]+)>")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")


def articles(tree):
    return [(path, text) for path, text in tree.texts("Sources/", endings=(".md",)) if ".docc/" in path]


def words(tree):
    """Every word of the project but for those of articles and of this check, and the names of files."""
    found = set()
    for path, text in tree.texts():
        found.update(pathlib.PurePath(path).name.split("."))
        if not path.endswith(".md") and not path.startswith("scripts/check.d/"):
            found.update(NAME.findall(text))
    return found


@rule
def names_in_articles(tree):
    """Every type, function, key and file that an article of a .docc names exists."""
    known = words(tree)
    places = set(tree.paths).union(*(map(str, pathlib.PurePath(path).parents) for path in tree.paths))
    for path, text in articles(tree):
        for line, content in enumerate(text.split("\n"), 1):
            for code in CODE.findall(content):
                if PATH.fullmatch(code):
                    missing = [] if code.rstrip("/") in places else [code]
                else:
                    missing = [name for name in NAME.findall(code) if name not in known
                               and not PLACEHOLDER.fullmatch(name) and not allowed.FOREIGN_NAMES.covers(name)]
                for name in missing:
                    yield Finding(path, line, names_in_articles.rule, f"{name} is not there (any more): name what is")
    yield from allowed.FOREIGN_NAMES.unused(tree, names_in_articles.rule)


@rule
def links_in_articles(tree):
    """Every link from an article or the README to another, or to a file, leads somewhere."""
    stems = {pathlib.PurePath(path).stem for path, _ in articles(tree)}
    for path, text in [*articles(tree), *((path, text) for path, text in tree.texts() if path == "README.md")]:
        for line, content in enumerate(text.split("\n"), 1):
            for name in ARTICLE.findall(content):
                if name not in stems:
                    yield Finding(path, line, links_in_articles.rule, f"there is no article {name}")
            for target in LINK.findall(content):
                if posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) not in tree.paths:
                    yield Finding(path, line, links_in_articles.rule, f"there is no file {target}")


@rule
def targets_in_architecture(tree):
    """The map of the targets in the architecture article has every target, and what Package.swift lets it import."""
    targets = manifest.targets(tree.text("Package.swift"))
    for path, text in articles(tree):
        if not path.endswith("/Architecture.md"):
            continue
        listed = set()
        for line, content in enumerate(text.split("\n"), 1):
            cells = [cell.strip() for cell in content.split("|")]
            names = CODE.findall(cells[1]) if len(cells) == 6 else []
            if not names or not targets.keys() >= set(names):
                continue
            listed.update(names)
            said, declared = set(CODE.findall(cells[3])), set()
            for name in names:
                declared |= targets[name].dependencies.keys() & targets.keys() - set(names)
            if (said or cells[3] == "–") and said != declared:
                yield Finding(path, line, targets_in_architecture.rule,
                              f"{', '.join(names)}: Package.swift has {', '.join(sorted(declared)) or 'none'}")
        for target in sorted(set().union(*layers.LAYERS.values()) - listed):
            yield Finding(path, 1, targets_in_architecture.rule, f"the map of the targets lacks {target}")
