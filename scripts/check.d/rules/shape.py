"""How long lines and files may be."""

from tree import Finding

from . import rule

COLUMNS = 120
LINES = 400


@rule
def line_length(tree):
    """No line of Swift, C, shell or Python, comments included, is longer than 120 columns."""
    scripts = dict(tree.shell())
    sources = dict(tree.texts(endings=(".swift", ".c", ".h", ".py")))
    for path, text in sorted({**scripts, **sources}.items()):
        for line, content in enumerate(text.split("\n"), 1):
            if len(content) > COLUMNS:
                yield Finding(path, line, line_length.rule, f"{len(content)} columns; wrap it at {COLUMNS}")


@rule
def file_length(tree):
    """No file of Sources and Tests has more than 400 lines."""
    for path, text in tree.texts("Sources/", "Tests/"):
        lines = text.count("\n")
        if lines > LINES:
            yield Finding(path, lines, file_length.rule, f"{lines} lines; split it by what it does, at most {LINES}")
