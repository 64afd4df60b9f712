"""Two measurements in turn, since only what is measured in one run can be compared."""

import statistics
import sys


def alternate(rounds, *measurements):
    """Takes each of two measurements once a round, each first every other time; returns what each gave."""
    results = [[] for _ in measurements]
    for round in range(rounds):
        order = list(zip(measurements, results))
        for measure, into in order[:: 1 if round % 2 else -1]:
            into.append(measure())
        print(f"round {round + 1} of {rounds} done", file=sys.stderr)
    return results


def report(name, runs):
    """Prints the medians of some loads."""
    print(f"{name:<26} {statistics.median(run.rate for run in runs):>9,.0f}/s   "
          f"p50 {statistics.median(run.p50 for run in runs):.2f} ms   "
          f"p99 {statistics.median(run.p99 for run in runs):.2f} ms")


def ratio(key, first, second):
    """The median of the rounds' ratios, second to first."""
    return statistics.median(getattr(two, key) / getattr(one, key) for one, two in zip(first, second))
