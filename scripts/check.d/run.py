"""Runs the rules over the project and prints what they find; exit code 1 on any finding.

Usage: run.py [--only RULE]... [--list] [--self-test]
"""

import argparse
import pathlib
import statistics
import sys
import time

import rules
import self_test
from tree import Tree

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(prog="scripts/check", description=__doc__.split("\n")[0])
    parser.add_argument("--only", action="append", metavar="RULE", choices=sorted(rules.ALL), help="run this rule")
    parser.add_argument("--list", action="store_true", help="print the rules")
    parser.add_argument("--self-test", action="store_true", help="plant a fault of each kind in a copy, and find it")
    options = parser.parse_args()
    if options.list:
        for name, rule in rules.ALL.items():
            print(f"{name:<28} {rule.__doc__.splitlines()[0]}")
        return 0
    if options.self_test:
        return self_test.run(ROOT)
    start, tree = time.monotonic(), Tree(ROOT)
    findings = [finding for name in options.only or rules.ALL for finding in rules.ALL[name](tree)]
    for finding in findings:
        print(finding)
    lengths = [len(source.texts) - 2 for _, source in tree.swift()]
    print(
        f"{len(options.only or rules.ALL)} rules, {len(tree.paths)} files, {len(lengths)} of Swift with a median of "
        f"{statistics.median(lengths):.0f} lines and at most {max(lengths)}; {len(findings)} findings in "
        f"{time.monotonic() - start:.1f} s"
    )
    return 1 if findings else 0


sys.exit(main())
