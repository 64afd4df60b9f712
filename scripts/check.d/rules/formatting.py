"""What swift-format says."""

import re
import subprocess

from tree import Finding

from . import rule


@rule
def swift_format(tree):
    """The strict lint of swift-format finds nothing; `swift format -i FILE` mends most."""
    command = ["swift", "format", "lint", "--strict", "--parallel", "--recursive", "Sources", "Tests", "Package.swift"]
    ended = subprocess.run(command, cwd=tree.root, capture_output=True, text=True)
    said = ended.stdout + ended.stderr
    found = re.findall(r"^(.+?):(\d+):\d+: (?:error|warning): (.*)$", said, re.M)
    for path, line, text in found:
        yield Finding(path.removeprefix(f"{tree.root}/"), int(line), swift_format.rule, text)
    if ended.returncode and not found:
        yield Finding(".swift-format", 1, swift_format.rule, f"swift format failed: {said.strip()[-300:]}")
