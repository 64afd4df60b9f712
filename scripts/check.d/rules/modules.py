"""Which target may use which, and whether the manifest says so."""

import re

import allowed
import manifest
from tree import Finding

from . import rule

IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
                    r"(?:(?:struct|class|enum|protocol|typealias|func|var|let)\s+)?(\w+)")
SYSTEM = {"Dispatch", "Foundation", "FoundationEssentials", "Glibc", "RegexBuilder", "Swift", "Synchronization",
          "Testing"}


def module(name):
    """The module of a target or product."""
    return name.replace("-", "_")


def targets(tree):
    return manifest.targets(tree.text("Package.swift"))


def files(tree, target):
    return list(tree.swift(target.path + "/"))


def imports(source):
    """Line and name of each module that a file imports."""
    for line, code in enumerate(source.lines):
        if found := IMPORT.match(code):
            yield line, found[1]


@rule
def imports_declared(tree):
    """Every file belongs to a target, for which Package.swift declares whatever the file imports."""
    found = targets(tree)
    for path, _ in tree.swift():
        if not path.startswith(tuple(target.path + "/" for target in found.values())):
            yield Finding(path, 1, imports_declared.rule, "belongs to no target of Package.swift: nobody builds it")
    for target in found.values():
        declared = {module(name) for name in target.dependencies} | SYSTEM
        for path, source in files(tree, target):
            for line, name in imports(source):
                if name not in declared:
                    yield Finding(path, line, imports_declared.rule,
                                  f"{target.name} imports {name}, which Package.swift does not declare for it")


@rule
def dependencies_used(tree):
    """Whatever Package.swift declares as a dependency of a target, a file of the target imports."""
    for target in targets(tree).values():
        sources = files(tree, target)
        used = {name for _, source in sources for _, name in imports(source)}
        for name, line in target.dependencies.items():
            if sources and module(name) not in used and not allowed.UNIMPORTED.covers(f"{target.name}: {name}"):
                yield Finding("Package.swift", line, dependencies_used.rule,
                              f"{target.name} declares {name} and imports it nowhere: remove it")
    yield from allowed.UNIMPORTED.unused(tree, dependencies_used.rule)


@rule
def import_direction(tree):
    """A target uses only targets of the layers that its own layer may use (scripts/check.d/layers.py)."""
    import layers

    found = targets(tree)
    for target in found.values():
        if target.kind == "testTarget" or target.path.startswith("Tests/"):
            continue
        layer = layers.layer(target.name)
        if layer is None:
            yield Finding("Package.swift", target.line, import_direction.rule,
                          f"{target.name} belongs to no layer: give it one in scripts/check.d/layers.py")
            continue
        uses = [("Package.swift", line, name) for name, line in target.dependencies.items() if name in found]
        uses += [(path, line, name) for path, source in files(tree, target) for line, name in imports(source)
                 if name in found and name != target.name]
        for path, line, name in uses:
            if not layers.may_use(target.name, name):
                yield Finding(path, line, import_direction.rule,
                              f"{target.name} ({layer}) may not use {name} ({layers.layer(name)}): "
                              "put what both need into a lower layer, or behind a port of the core")


@rule
def no_type_named_like_module(tree):
    """No type has the name of its module, which would hide the module's other names from whoever imports it."""
    for target in targets(tree).values():
        if target.kind == "testTarget":
            continue  # Nobody imports it.
        pattern = re.compile(rf"\b(struct|class|enum|actor|protocol|typealias)\s+{re.escape(module(target.name))}\b")
        for path, source in files(tree, target):
            for line, code in enumerate(source.lines):
                if pattern.search(code) and not allowed.NAMESAKES.covers(target.name):
                    yield Finding(path, line, no_type_named_like_module.rule,
                                  f"named like its module: `{target.name}.Other` cannot be written; rename either")
    yield from allowed.NAMESAKES.unused(tree, no_type_named_like_module.rule)
