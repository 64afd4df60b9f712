"""Checks of the limits on connections, against receivers that have low ones."""

import contextlib
import resource
import socket
import time

from cases import GOOD
from receiver import Receiver, read_answers


def connect(receiver, address):
    return socket.create_connection(("127.0.0.1", receiver.port), 5, (address, 0))


def status(receiver, connection):
    """The status of a good request; 0 when the connection is closed instead, `None` when nothing happens."""
    try:
        connection.sendall(GOOD.replace(b"POST T", b"POST " + receiver.fresh_path(), 1))
        answers, is_closed = read_answers(connection, 1)
    except OSError:
        return 0
    return answers[0].status if answers else 0 if is_closed else None


def per_address(receiver):
    """A fourth connection from an address with three is served, its oldest is closed; other addresses keep theirs."""
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(connect(receiver, "127.0.0.3"))
        if (found := status(receiver, other)) != 200:
            return f"another address got {found}"
        held = [stack.enter_context(connect(receiver, "127.0.0.2")) for _ in range(3)]
        found = [status(receiver, one) for one in held]
        held.append(stack.enter_context(connect(receiver, "127.0.0.2")))
        found.append(status(receiver, held[3]))
        if found != [200] * 4:
            return f"the four got {found}"
        if (found := [status(receiver, one) for one in held]) != [0, 200, 200, 200]:
            return f"they then got {found}"
        return "" if status(receiver, other) == 200 else "the other address's connection was closed"


def in_all(receiver):
    """For a connection above the limit the one gives way that has been without a request longest."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(receiver, f"127.0.0.{4 + number}")) for number in range(4)]
        found = [status(receiver, one) for one in held]
        held.append(stack.enter_context(connect(receiver, "127.0.0.8")))
        found.append(status(receiver, held[4]))
        if found != [200] * 5:
            return f"the five got {found}"
        found = [status(receiver, one) for one in held]
        return "" if found == [0, 200, 200, 200, 200] else f"they then got {found}"


def with_requests(receiver):
    """Whoever is bringing a request with a good token keeps the place: a further connection waits in the queue."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(receiver, f"127.0.0.{4 + number}")) for number in range(4)]
        for one in held:
            one.sendall(GOOD.replace(b"POST T", b"POST " + receiver.fresh_path(), 1)[:-1])
        time.sleep(0.2)
        with connect(receiver, "127.0.0.9") as fifth:
            fifth.sendall(GOOD.replace(b"POST T", b"POST " + receiver.fresh_path(), 1))
            fifth.settimeout(0.5)
            try:
                return f"the fifth got {fifth.recv(99)!r}"
            except TimeoutError:
                pass
            for one in held:
                one.sendall(b"}")
            found = [read_answers(one, 1)[0][0].status for one in held]
            fifth.settimeout(5)
            answer = fifth.recv(4096)
            is_good = found == [200] * 4 and answer.startswith(b"HTTP/1.1 200 ")
            return "" if is_good else f"they got {found}, {answer[:60]!r}"


def crowd(receiver):
    """Thousands of half heads, from an address each, keep nobody out."""
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(least, min(4096, most)), most))
    started, slowest = time.monotonic(), 0
    with contextlib.ExitStack() as stack:
        for number in range(3000):
            one = stack.enter_context(connect(receiver, f"127.1.{number // 250}.{1 + number % 250}"))
            try:
                one.sendall(b"POST /callbacks/x HTTP/1.1\r\nHost: localhost\r\n")
            except OSError:
                pass  # It has made room already.
            if number % 100 == 0:
                before = time.monotonic()
                with receiver.connect() as honest:
                    if (found := status(receiver, honest)) != 200:
                        return f"beside {number} of them a callback got {found}"
                slowest = max(slowest, time.monotonic() - before)
    counts = receiver.metrics()
    closed = sum(counts[f'ricevuta_connections_closed_total{{reason="{reason}"}}']
                 for reason in ("crowded", "head_deadline"))
    if closed < 1000:
        return f"{closed} made room in {time.monotonic() - started:.1f} s"
    return "" if slowest < 1 else f"the slowest callback took {slowest:.2f} s"


def descriptors(receiver):
    """Connections leave descriptors to the journal and everything else, and callbacks are taken beside a crowd."""
    with contextlib.ExitStack() as stack:
        for number in range(200):
            stack.enter_context(connect(receiver, f"127.2.0.{1 + number}"))
        with receiver.connect() as honest:
            if (found := status(receiver, honest)) != 200:
                return f"a callback got {found}"
        time.sleep(1.5)  # Counts are a second old at most.
        found = receiver.metrics()["ricevuta_connections"]
        return "" if 50 < found <= 200 - 128 else f"{found} connections of 200 descriptors"


def limited(binary, work):
    """The program with 200 descriptors at most."""
    wrapper = work / "limited"
    wrapper.write_text(f'#!/bin/sh\nulimit -n 200\nexec "{binary}" "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


CHECKS = {
    "connections from one address": ("maxConnectionsPerAddress: 3", per_address),
    "connections in all": ("maxConnections: 4", in_all),
    "connections in all, with requests": ("maxConnections: 4", with_requests),
    "three thousand half heads": ("maxConnections: 1000", crowd),
    "few descriptors": ("maxConnections: 1000", descriptors),
}


def run(binary, work, only, note):
    for number, (name, (limit, check)) in enumerate(CHECKS.items()):
        if only in name:
            program = limited(binary, work) if check is descriptors else binary
            with Receiver(program, work, f"crowd{number}", listener=limit) as receiver:
                note(name, check(receiver))
