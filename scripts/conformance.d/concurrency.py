"""Checks that are no single exchange: early ends, slow requests, answers that meet."""

import socket
import struct
import threading

from cases import GOOD, post
from receiver import read_answers


def whole(receiver, request, path=None):
    return request.replace(b"POST T", b"POST " + (path or receiver.fresh_path()), 1)


def early_close(receiver):
    """A peer that goes in the middle, at every tenth byte, leaves nothing."""
    before = receiver.stored()
    request = whole(receiver, GOOD)
    for end in range(1, len(request), 10):
        with receiver.connect() as connection:
            connection.sendall(request[:end])
    if not receiver.is_good():
        return "a good request failed afterwards"
    return "" if receiver.stored() == before else "half a callback was stored"


def reset(receiver):
    """A peer that breaks off in the middle with a reset leaves nothing."""
    before = receiver.stored()
    request = whole(receiver, GOOD)
    for end in range(1, len(request), 10):
        with receiver.connect() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(request[:end])
    if not receiver.is_good():
        return "a good request failed afterwards"
    return "" if receiver.stored() == before else "half a callback was stored"


def slow(sent):
    """A request that stops coming is answered 408 after `requestDeadline`."""

    def check(receiver):
        with receiver.connect() as connection:
            connection.sendall(whole(receiver, sent))
            connection.settimeout(8)
            text = connection.recv(65536)
            rest = connection.recv(65536)
        if b" 408 " not in text.split(b"\r\n")[0] or b"application/problem+json" not in text:
            return f"answered {text[:60]!r}"
        return "" if rest == b"" else "the connection was kept"

    return check


def same_moment(receiver):
    """The same callback on 64 connections at once: one is accepted, the others repeat it, one order changes."""
    def count(name):
        return receiver.metrics().get(f'ricevuta_callbacks_total{{outcome="{name}"}}', 0)

    before, orders = receiver.stored(), receiver.orders()
    accepted, repeated = count("accepted"), count("duplicate")
    request = whole(receiver, GOOD)
    connections = [receiver.connect() for _ in range(64)]
    for connection in connections:
        connection.sendall(request[:-1])
    barrier = threading.Barrier(64)
    bodies = [None] * 64

    def finish(number):
        barrier.wait()
        connections[number].sendall(request[-1:])
        answers, _ = read_answers(connections[number], 1)
        bodies[number] = [(answer.status, answer.body) for answer in answers]
        connections[number].close()

    threads = [threading.Thread(target=finish, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if any(body[0][0] != 200 or len(body) != 1 for body in bodies):
        return f"answered {bodies}"
    told = [body[0][1] for body in bodies]
    if (told.count(b"accepted\n"), told.count(b"duplicate\n")) != (1, 63):
        return f"{told.count(b'accepted' + bytes([10]))} were told accepted"
    if receiver.stored() != before + 1:
        return f"{receiver.stored() - before} stored"
    if receiver.orders() != orders + 1:
        return f"{receiver.orders() - orders} orders more"
    counted = count("accepted") - accepted, count("duplicate") - repeated
    return "" if counted == (1, 63) else f"counted {counted}"


CHECKS = {
    "early close at every tenth byte": early_close,
    "reset at every tenth byte": reset,
    "head that stops": slow(GOOD[:40]),
    "body that stops": slow(GOOD[:-1]),
    "chunk that stops": slow(post("Transfer-Encoding: chunked", b"10\r\nabc")),
    "the same callback on 64 connections": same_moment,
}
