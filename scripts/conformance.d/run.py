"""Runs the cases against a receiver of its own, and prints a line for each.

Usage: run.py BINARY WORK [--only TEXT] [--list]
"""

import argparse
import collections
import pathlib
import socket
import sys
import time

import concurrency
import connection_limits
import senders
import tls
from cases import CASES
from receiver import Receiver, read_answers


def ways(sent):
    """The ways in which the same bytes may come: at once, in two pieces, in many."""
    yield "at once", [sent]
    head = sent.find(b"\r\n\r\n")
    places = {1, len(sent) // 2, len(sent) - 1, head + 2, head + 4, sent.find(b"\r\n") + 1}
    for place in sorted(places):
        if 0 < place < len(sent):
            yield f"cut at {place}", [sent[:place], sent[place:]]
    if len(sent) <= 2000:
        yield "byte by byte", [sent[i:i + 1] for i in range(len(sent))]


def send(connection, pieces):
    for piece in pieces:
        try:
            connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            return  # It has been refused already, and says so.
        if len(pieces) > 1:
            time.sleep(0.0002 if len(piece) == 1 else 0.004)


def fits(expected, status):
    return status in expected if isinstance(expected, tuple) else status == expected


def evaluate(case, answers, is_closed):
    """What is wrong with the answers; empty when nothing is."""
    statuses = [answer.status for answer in answers]
    if case.by_library and statuses[-1:] == [0] and answers[-1].body.endswith(b"</html>"):
        statuses.pop()  # The first head took the second one for its body; this is the rest.
    if len(statuses) != len(case.answers) or not all(map(fits, case.answers, statuses)):
        return f"answered {statuses}, not {case.answers}"
    if is_closed != case.closes and not case.half_close:
        return "the connection was closed" if is_closed else "the connection was kept"
    for answer in answers:
        if answer.status >= 400:
            if case.name != "HEAD" and not case.by_library and not answer.is_problem():
                return f"the {answer.status} is no problem document: {answer.body[:80]!r}"
            if case.closes and answer.headers.get("connection", "").lower() != "close":
                return f"the {answer.status} does not say Connection: close"
    for name, value in case.headers.items():
        if answers[-1].headers.get(name) != value:
            return f"{name} is {answers[-1].headers.get(name)!r}, not {value!r}"
    return ""


def escaped(path):
    """The path with what needs no escape escaped behind its last slash, as some proxies write it."""
    start, slash, token = path.rpartition(b"/")
    return start + slash + b"".join(b"%%%02X" % byte if byte in b"._-~" else bytes([byte]) for byte in token)


def run(receiver, case):
    """Each way of one case; returns what went wrong."""
    path = receiver.fresh_path()
    sent = case.sent.replace(b" ESCAPED", b" " + escaped(path), 1).replace(b" T", b" " + path, 1)
    while b" T" in sent and b"POST T" in sent:
        sent = sent.replace(b"POST T", b"POST " + path, 1)
    for marker in (b"localhostT", b"LOCALHOSTT", b"..T", b"/T", b"\tT", b"GET T"):
        sent = sent.replace(marker, marker[:-1] + path, 1)
    for way, pieces in ways(sent):
        connection = receiver.connect()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            send(connection, pieces)
            if case.half_close:
                connection.shutdown(socket.SHUT_WR)
            answers, is_closed = read_answers(connection, len(case.answers), case.name == "HEAD")
        wrong = evaluate(case, answers, is_closed)
        if wrong:
            return f"{way}: {wrong}"
    return ""


def main():
    arguments = argparse.ArgumentParser(prog="scripts/conformance")
    arguments.add_argument("binary")
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--only", default="", help="cases with this in their names")
    arguments.add_argument("--list", action="store_true")
    options = arguments.parse_args()
    names = [case.name for case in CASES] + [name for name, _ in senders.SHAPES]
    doubles = [name for name, count in collections.Counter(names).items() if count > 1]
    assert not doubles, doubles
    if options.list:
        print("\n".join(names))
        return

    failed = count = 0
    def note(name, wrong):
        nonlocal failed, count
        count += 1
        failed += bool(wrong)
        print(f"{'FAIL' if wrong else 'PASS'}  {name}{': ' + wrong if wrong else ''}", flush=True)

    with Receiver(options.binary, options.work) as receiver:
        note("a good request", "" if receiver.is_good() else "failed before anything else was sent")
        for case in CASES:
            if options.only not in case.name:
                continue
            before = receiver.stored()
            wrong = run(receiver, case)
            # Every way tells the same fact, so that an accepted case leaves one callback and a refused one none.
            most = case.stored if case.name != "shorter length than the body" else 1
            if not wrong and receiver.stored() - before != most:
                wrong = f"{receiver.stored() - before} callbacks stored, not {most}"
            if not wrong and not receiver.is_good():
                wrong = "a good request failed afterwards"
            note(case.name, wrong)
        for name, shape in senders.SHAPES:
            if options.only in name:
                note(name, senders.run(receiver, shape))
        for name, check in concurrency.CHECKS.items():
            if options.only in name:
                note(name, check(receiver))
    connection_limits.run(options.binary, options.work, options.only, note)
    tls.run(options.binary, options.work, pathlib.Path(__file__).parent.parent, options.only, note)
    print(f"{count} cases, {failed} failed")
    sys.exit(1 if failed else 0)


main()
