"""Where work may begin, wait, and write."""

import re

import allowed
from tree import Finding

from . import rule


@rule
def no_unstructured_task(tree):
    """The program starts no task that nobody waits for, but where the list says why."""
    for path, source in tree.swift("Sources/"):
        for line, code in enumerate(source.lines):
            if re.search(r"\bTask(\.detached)?\s*(\([^)]*\)\s*)?\{|\bTask\.(detached|immediate)\b", code):
                if not allowed.TASKS.covers(path):
                    yield Finding(path, line, no_unstructured_task.rule,
                                  "a task that nobody waits for: use a task group, or a service of its own")
    yield from allowed.TASKS.unused(tree, no_unstructured_task.rule)


@rule
def no_global_queue(tree):
    """Nothing runs on the global queues, whose few threads are those of all tasks on Linux."""
    for path, source in tree.swift():
        for line, code in enumerate(source.lines):
            if re.search(r"\bDispatchQueue\.global\b|(?<!\w)\.global\(", code):
                yield Finding(path, line, no_global_queue.rule,
                              "blocks the threads of all tasks: use `BlockingThreads`, or a thread of its own")


@rule
def no_sleep_in_tests(tree):
    """Tests wait for an event, not for time; a loop that polls, or a pause that is what is tested, is listed."""
    for path, source in tree.swift("Tests/"):
        for line, code in enumerate(source.lines):
            if re.search(r"(?<!func )\b(u|nano)?sleep\(", code) and not re.match(r"\s*while\b", code):
                if not allowed.SLEEPS.covers(path):
                    yield Finding(path, line, no_sleep_in_tests.rule,
                                  "sleeps for luck: wait for the event (`while !happened { sleep }` with a time limit)")
    yield from allowed.SLEEPS.unused(tree, no_sleep_in_tests.rule)


@rule
def no_print(tree):
    """Only the output folder writes to standard output: libraries log, commands use `Terminal`."""
    for path, source in tree.swift("Sources/"):
        for line, code in enumerate(source.lines):
            if re.search(r"(?<![.\w])(?<!func )(print|debugPrint|dump|puts)\(|\bNSLog\(", code):
                if not allowed.PRINTS.covers(path):
                    yield Finding(path, line, no_print.rule, "prints by itself: log, or use `Terminal`")
    yield from allowed.PRINTS.unused(tree, no_print.rule)
