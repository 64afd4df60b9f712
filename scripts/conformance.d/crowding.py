"""Checks of the limits on connections, against receivers that have low ones."""

import contextlib
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
    """The fourth connection from an address with three is closed; other addresses, and later ones, are served."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(receiver, "127.0.0.2")) for _ in range(3)]
        found = [status(receiver, one) for one in held]
        if found != [200, 200, 200]:
            return f"the first three got {found}"
        with connect(receiver, "127.0.0.2") as fourth:
            if (found := status(receiver, fourth)) != 0:
                return f"the fourth got {found}"
        with connect(receiver, "127.0.0.3") as other:
            if (found := status(receiver, other)) != 200:
                return f"another address got {found}"
        held[0].close()
        end = time.monotonic() + 3
        while time.monotonic() < end:
            with connect(receiver, "127.0.0.2") as again:
                if status(receiver, again) == 200:
                    return ""
        return "a place that was given up is not given away"


def in_all(receiver):
    """A connection above the limit waits in the kernel's queue, and is served when another ends."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(receiver, f"127.0.0.{4 + number}")) for number in range(4)]
        found = [status(receiver, one) for one in held]
        if found != [200] * 4:
            return f"the first four got {found}"
        with connect(receiver, "127.0.0.9") as fifth:
            fifth.sendall(GOOD.replace(b"POST T", b"POST " + receiver.fresh_path(), 1))
            fifth.settimeout(0.5)
            try:
                return f"the fifth got {fifth.recv(99)!r}"
            except TimeoutError:
                pass
            held[0].close()
            fifth.settimeout(5)
            answer = fifth.recv(4096)
            return "" if answer.startswith(b"HTTP/1.1 200 ") else f"it then got {answer[:60]!r}"


CHECKS = {
    "connections from one address": ("maxConnectionsPerAddress: 3", per_address),
    "connections in all": ("maxConnections: 4", in_all),
}


def run(binary, work, only, note):
    for number, (name, (limit, check)) in enumerate(CHECKS.items()):
        if only in name:
            with Receiver(binary, work, f"crowd{number}", listener=limit) as receiver:
                note(name, check(receiver))
