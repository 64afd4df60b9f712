"""Scripts stop at the first error, and can be read by what runs them."""

import re
import subprocess

from tree import Finding

from . import rule


@rule
def strict_shell(tree):
    """A shell script begins with `set -euo pipefail` (`set -eu` for plain sh), and `-n` finds no fault in it."""
    for path, text in tree.shell():
        is_bash = text.split("\n", 1)[0].endswith("bash")
        first = next((line for line in text.split("\n") if line and not line.startswith("#")), "")
        if not re.match(r"set -euo pipefail" if is_bash else r"set -eu", first):
            yield Finding(path, 1, strict_shell.rule,
                          f"goes on after errors: begin with `set -eu{'o pipefail' if is_bash else ''}`")
        ended = subprocess.run(["bash" if is_bash else "sh", "-n", tree.root / path], capture_output=True, text=True)
        if ended.returncode:
            line = re.search(r"line (\d+)|: (\d+):", ended.stderr)
            yield Finding(path, int(next(filter(None, line.groups()))) if line else 1, strict_shell.rule,
                          f"cannot be read: {ended.stderr.strip().splitlines()[0].split(': ', 1)[-1]}")


@rule
def python_compiles(tree):
    """Every Python file compiles."""
    for path, text in tree.texts(endings=(".py",)):
        try:
            compile(text, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            yield Finding(path, error.lineno or 1, python_compiles.rule, f"does not compile: {error.msg}")
