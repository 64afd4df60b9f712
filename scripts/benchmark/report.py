"""Prints medians and ratios out of lines `name <tab> connections <tab> requests per second <tab> p99`."""

import sys
from collections import defaultdict
from statistics import median

SCALE = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def milliseconds(text):
    for unit in ("us", "ms", "s"):
        if text.endswith(unit):
            return float(text[: -len(unit)]) * SCALE[unit]
    return float("nan")


rates, tails = defaultdict(list), defaultdict(list)
for line in open(sys.argv[1], encoding="utf-8"):
    name, connections, rate, p99 = line.rstrip("\n").split("\t")
    rates[name, int(connections)].append(float(rate))
    tails[name, int(connections)].append(milliseconds(p99))

print(f"{'server':<10} {'connections':>11} {'median/s':>10} {'min':>9} {'max':>9} {'p99 ms':>8} {'of nginx':>9} {'of webhook':>11}")
for connections in sorted({key[1] for key in rates}):
    for name in ("ricevuta", "nginx", "webhook"):
        mine = rates[name, connections]

        # Ratios are taken within each round, where the machine's mood is the same.
        def ratio(other):
            return median(a / b for a, b in zip(mine, rates[other, connections]) if b)

        print(
            f"{name:<10} {connections:>11} {median(mine):>10,.0f} {min(mine):>9,.0f} {max(mine):>9,.0f}"
            f" {median(tails[name, connections]):>8.1f} {ratio('nginx'):>8.2f}× {ratio('webhook'):>10.2f}×"
        )
