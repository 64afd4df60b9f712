"""What others may use is described."""

import re

from tree import Finding

from . import rule

WORDS = (r"(?:(?:static|final|class|mutating|nonmutating|indirect|consuming|borrowing|convenience|required|override|"
         r"lazy|weak|nonisolated|isolated|private\(set\)|internal\(set\)|package\(set\))\s+)*")
DECLARED = re.compile(rf"^\s*(?:@\w+(?:\([^)]*\))?\s+)*public\s+(?:private\(set\)\s+)?{WORDS}"
                      r"(struct|class|enum|actor|protocol|func|var|let|init|subscript|typealias|case|macro)\b")
MEMBER = re.compile(rf"^\s*(?:@\w+(?:\([^)]*\))?\s+)*{WORDS}(func|var|init|subscript|associatedtype)\b")
CONTAINER = re.compile(r"^(\s*)(?:@\w+(?:\([^)]*\))?\s+)*public\s+(?:indirect\s+)?(protocol|enum)\s+\w+")


def is_documented(source, line):
    return source.comment_above(line).startswith("///") or "/**" in source.comment_above(line)


def members(source, line, kind):
    """The lines in which the requirements of a protocol or the cases of an enumeration are declared."""
    depth = 0
    for number in range(line, len(source.lines)):
        code = source.lines[number]
        if depth == 1 and (MEMBER.match(code) if kind == "protocol" else re.match(r"\s*(indirect\s+)?case\b", code)):
            yield number
        depth += code.count("{") - code.count("}")
        if depth <= 0 and "{" in "".join(source.lines[line:number + 1]):
            return


@rule
def public_documented(tree):
    """Every public declaration, a protocol's requirements and an enumeration's cases too, has a `///` comment."""
    for path, source in tree.swift("Sources/", "Tests/TestSupport/"):
        for line, code in enumerate(source.lines):
            found = DECLARED.match(code)
            if found and not is_documented(source, line):
                yield Finding(path, line, public_documented.rule,
                              f"a public {found[1]} without a `///` comment: one sentence that says what it is")
            container = CONTAINER.match(code)
            for member in members(source, line, container[2]) if container else ():
                if not is_documented(source, member):
                    yield Finding(path, member, public_documented.rule,
                                  f"part of a public {container[2]}, without a `///` comment: say what it means")
