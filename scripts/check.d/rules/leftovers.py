"""What is left from working, and what gives a machine or a secret away."""

import re

import allowed
from tree import Finding

from . import rule

# Written so that no pattern finds itself.
NOTE = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X)\b")
MARKER = re.compile(r"^(<{7}|>{7}|={7})(?: .*)?$", re.M)
MACHINE_PATH = re.compile(r"(?:(?<![\w.$~)}/-])|(?<=file://))(/(?:w[o]rk|h[o]me|U[s]ers|r[o]ot|t[m]p)/[\w.-]+)")
REGISTRY = re.compile(r"\b(pypi\.[o]rg|files\.pythonhosted\.[o]rg|registry\.npmjs\.[o]rg|registry\.yarnpkg\.[c]om|"
                      r"proxy\.golang\.[o]rg|sum\.golang\.[o]rg|crates\.[i]o|deb\.debian\.[o]rg|"
                      r"security\.debian\.[o]rg|rubygems\.[o]rg|repo\d?\.maven\.[o]rg|packagist\.[o]rg|docker\.[i]o)\b")
# Its name alone is repeated.
PRIVATE_KEY = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE [K]EY)-----\s*\\?n?\s*[A-Za-z0-9+/=]{40}")
DISABLED = re.compile(r"\.disabled\s*\(|\.enabled\s*\(\s*if:\s*false|#if\s+false\b|\bXCTSkip\b|\bwithKnownIssue\b")


def search(tree, name, pattern, advice, allowance=None):
    for path, text in tree.texts():
        for found in pattern.finditer(text):
            if not (allowance and allowance.covers(path)):
                yield Finding(path, text.count("\n", 0, found.start()) + 1, name, f"{found[1]}: {advice}")


TOP_LEVEL = {"Package.swift", "Sources", "Tests", "certs", "README.md", "scripts"}


@rule
def nothing_else_at_the_top(tree):
    """The top of the repository shows what it is for, and nothing that a tool left there."""
    for path in tree.paths:
        top = path.split("/")[0]
        # A resolved set of versions may lie there; it is ignored where it is not wanted.
        if top not in TOP_LEVEL | {"Package.resolved"} and not top.startswith("."):
            yield Finding(path, 1, nothing_else_at_the_top.rule, "move it below one of " + ", ".join(sorted(TOP_LEVEL)))


@rule
def no_note_to_self(tree):
    """No file holds a note of what remains to be done; that belongs into an issue."""
    yield from search(tree, no_note_to_self.rule, NOTE, "do it, or file an issue")


@rule
def no_conflict_marker(tree):
    """No file holds the marks that a merge leaves where it could not decide."""
    yield from search(tree, no_conflict_marker.rule, MARKER, "left by a merge; keep one side of it")


@rule
def no_path_of_a_machine(tree):
    """No file names a path of somebody's machine."""
    yield from search(tree, no_path_of_a_machine.rule, MACHINE_PATH,
                      "is there on one machine only; use a relative path", allowed.PATHS)
    yield from allowed.PATHS.unused(tree, no_path_of_a_machine.rule)


@rule
def no_registry_host(tree):
    """No file names the host of a package registry; whoever builds has their own."""
    yield from search(tree, no_registry_host.rule, REGISTRY, "leave the choice of the registry to the machine")


@rule
def no_private_key(tree):
    """No file holds a private key; tests make their own."""
    yield from search(tree, no_private_key.rule, PRIVATE_KEY, "remove it, and use it nowhere any more")


@rule
def no_disabled_test(tree):
    """Every test runs: none is disabled, left out of the build, put out of the way, or expected to fail."""
    for path in tree.paths:
        if path.endswith((".disabled", ".off", ".bak", ".orig", ".rej")):
            yield Finding(path, 1, no_disabled_test.rule, "a file that nobody builds: mend it or delete it")
    for path, source in tree.swift("Tests/"):
        for line, code in enumerate(source.lines):
            if found := DISABLED.search(code):
                yield Finding(path, line, no_disabled_test.rule, f"`{found[0]}`: mend the test or delete it")
