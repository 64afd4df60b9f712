"""Shows that each rule finds its faults: plants them, one at a time, in a copy of the project."""

import pathlib
import shutil
import subprocess
import tempfile

import allowed
import rules
from faults import FAULTS, HARMLESS
from tree import Tree


def copy(root, directory):
    for path in Tree(root).paths:
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target)


def plant(directory, fault):
    """Puts a fault into the copy; returns what takes it out again."""
    path = directory / fault.path
    before = path.read_text() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    if fault.instead_of:
        if fault.instead_of not in before:
            raise SystemExit(f"{fault.path} does not hold {fault.instead_of!r} any more: plant this fault elsewhere")
        path.write_text(before.replace(fault.instead_of, fault.text, 1))
    else:
        path.write_text(fault.text)
    return path.unlink if before is None else lambda: path.write_text(before)


def exit_code(directory):
    """What the command itself says about the copy, from outside."""
    return subprocess.run([directory / "scripts/check"], capture_output=True, text=True).returncode


def run(root):
    """Prints a line for each fault; returns 1 when one was not found, or when something is found that is none."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        copy(root, directory)
        failures = []

        def note(is_good, rule, what, said):
            print(f"{'found' if is_good else 'NOT FOUND':<9}  {rule:<24}  {what[:56]:<56}  {said}")
            if not is_good:
                failures.append(rule)

        for finding in (finding for rule in rules.ALL.values() for finding in rule(Tree(directory))):
            note(False, finding.rule, "the project as it is", finding)
        is_clean = exit_code(directory) == 0
        for fault in FAULTS:
            remove = plant(directory, fault)
            findings = [finding for finding in rules.ALL[fault.rule](Tree(directory)) if finding.path == fault.path]
            remove()
            note(bool(findings), fault.rule, fault.what, findings[0] if findings else fault.path)
        for missing in rules.ALL.keys() - {fault.rule for fault in FAULTS}:
            note(False, missing, "no fault is known for this rule", "add one to scripts/check.d/faults.py")

        allowed.UNSAFE.reasons["Sources/Nowhere.swift"] = "nothing is there"
        found = [finding for finding in rules.ALL["UnsafeWhereListed"](Tree(directory)) if "Nowhere" in finding.text]
        del allowed.UNSAFE.reasons["Sources/Nowhere.swift"]
        note(bool(found), "UnsafeWhereListed", "an exemption that nothing needs", found[0] if found else "")

        for path, text in HARMLESS.items():
            (directory / path).write_text(text)
        strays = [finding for name, rule in rules.ALL.items() if name != "SwiftFormat"
                  for finding in rule(Tree(directory)) if finding.path in HARMLESS]
        for path in HARMLESS:
            (directory / path).unlink()
        print(f"{'passed' if not strays else 'STRAY':<9}  {'all rules':<24}  "
              f"{'what looks like a fault and is none':<60}  {strays[0] if strays else ''}")

        remove = plant(directory, FAULTS[1])
        codes = (0 if is_clean else 1, exit_code(directory))
        remove()
        print(f"{'passed' if codes == (0, 1) else 'WRONG':<9}  {'scripts/check':<24}  "
              f"{'exit codes without and with a fault':<60}  {codes[0]}, {codes[1]}")
    print(f"{len(FAULTS) + 1} faults for {len(rules.ALL)} rules, {len(failures)} not found")
    return 1 if failures or strays or codes != (0, 1) else 0
