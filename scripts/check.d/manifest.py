"""Reads `Package.swift` as far as the rules need it: targets, where they are, and what they depend on."""

import dataclasses
import re

KINDS = "target|executableTarget|testTarget|systemLibrary"


@dataclasses.dataclass
class Target:
    name: str
    kind: str
    line: int
    path: str
    dependencies: dict
    """The line of each, by name: of a target of this package, or of another package's product."""


def balanced(text, start):
    """What stands between a bracket and the one that closes it."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[position], 0)
        if depth == 0:
            return text[start + 1:position]
    raise SystemExit("Package.swift: a bracket that nothing closes")


def targets(text):
    """The targets of a manifest, by name."""
    text = re.sub(r"(?m)^\s*//.*$", lambda found: " " * len(found[0]), text)
    products = dict(re.findall(r'let (\w+) = Target\.Dependency\.product\(name: "(\w+)"', text))
    found = {}
    for opening in re.finditer(rf"\.({KINDS})\(", text):
        body = balanced(text, opening.end() - 1)
        name = re.search(r'name: "([^"]+)"', body)
        if not name:
            continue
        kind, line = opening[1], text.count("\n", 0, opening.start()) + 1
        path = re.search(r'path: "([^"]+)"', body)
        below = "Tests" if kind == "testTarget" else "Sources"
        target = Target(name[1], kind, line, path[1] if path else f"{below}/{name[1]}", {})
        listed = re.search(r"dependencies: \[", body)
        if listed:
            start = opening.end() + listed.end() - 1
            for item in re.finditer(r'\.\w+\(name: "(\w[\w-]*)"[^)]*\)|"(\w[\w-]*)"|\b(\w+)\b', balanced(text, start)):
                dependency = item[1] or item[2] or products.get(item[3], item[3])
                target.dependencies[dependency] = text.count("\n", 0, start + 1 + item.start()) + 1
        found[target.name] = target
    return found
