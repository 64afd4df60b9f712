"""Words that switch off what the compiler would check."""

import re

import allowed
from tree import Finding

from . import rule

UNSAFE = re.compile(r"\bunsafe\b|\bUnsafe(Mutable)?(Raw)?(Buffer)?Pointer\b|\bOpaquePointer\b|"
                    r"@_silgen_name\b|\bunsafeBitCast\b|\bUnmanaged\b|\.assumingMemoryBound\b")
DANGEROUS = {
    "@unchecked Sendable": re.compile(r"@unchecked\b"),
    "nonisolated(unsafe)": re.compile(r"\bnonisolated\(unsafe\)"),
    "try!": re.compile(r"\btry!"),
    "as!": re.compile(r"\bas!"),
    "fatalError": re.compile(r"\bfatalError\("),
    "preconditionFailure": re.compile(r"\bpreconditionFailure\("),
}


@rule
def unsafe_where_listed(tree):
    """`unsafe`, raw pointers and `@_silgen_name` stand only in the files that the list names."""
    for path, source in tree.swift():
        for line, code in enumerate(source.lines):
            if UNSAFE.search(code):
                if not allowed.UNSAFE.covers(path):
                    yield Finding(path, line, unsafe_where_listed.rule,
                                  "memory that nothing checks: use a safe wrapper, or list the file with its reason")
                break
    yield from allowed.UNSAFE.unused(tree, unsafe_where_listed.rule)


def body_comments(source, line):
    """The line comments that begin with `@unchecked` within the braces of what is declared in a line."""
    depth = 0
    for number in range(line, len(source.lines)):
        if number in source.comments and re.match(r"//+\s*@unchecked", source.comments[number]):
            return source.comments[number]
        depth += source.lines[number].count("{") - source.lines[number].count("}")
        if depth <= 0:
            return ""
    return ""


@rule
def reason_for_danger(tree):
    """A reason in a comment stands beside each word that lets the program trap or switches a check off."""
    for path, source in tree.swift():
        for line, code in enumerate(source.lines):
            for word, pattern in DANGEROUS.items():
                if not pattern.search(code) or line in source.comments:
                    continue
                above = source.comment_above(line)
                if word == "@unchecked Sendable":
                    is_said = "@unchecked" in above or not above.startswith("///") and above
                    is_said = is_said or body_comments(source, line)
                else:
                    is_said = above
                if not is_said:
                    yield Finding(path, line, reason_for_danger.rule,
                                  f"`{word}` without a reason: say in a comment on the line or above why it is right")


@rule
def reason_for_dropped_error(tree):
    """A comment on the line or the line above says why the error that a `try?` drops does not matter."""
    for path, source in tree.swift("Sources/"):
        for line, code in enumerate(source.lines):
            if not re.search(r"\btry\?", code) or line in source.comments:
                continue
            first = line  # Of the statement, which may have begun lines before.
            while re.search(r"(\b(guard|if|while|return)|[,=])\s*$", source.lines[first - 1]):
                first -= 1
            if not source.is_comment(first - 1):
                yield Finding(path, line, reason_for_dropped_error.rule,
                              "`try?` without a reason: say in a comment why the error does not matter, or handle it")
