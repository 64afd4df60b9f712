"""Measures how long the answers take when many requests are ready at the same moment: the receiver is held still while
each connection brings a whole callback.

Usage: ready.py BINARY WORK [--rounds N]
"""

import argparse
import pathlib
import select
import signal
import socket
import statistics
import sys
import time

import servers

# Where libmicrohttpd's own epoll loop waits for more before it looks at what is there, and their neighbours.
COUNTS = (1, 64, 127, 128, 129, 255, 256, 257, 384, 512)
BODY = b'{"_id":"%024x","stato_richiesta":"In erogazione","timestamp_last_update":%d}'


def request(token, number):
    body = BODY % (number % 1000, 1_700_000_000_000 + number)
    return b"POST /callbacks/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (token, len(body), body)


def answers(held, limit):
    """When each connection had its answer, in milliseconds from now."""
    begun, times, poll = time.monotonic(), {}, select.epoll()
    by_number = {one.fileno(): one for one in held}
    for one in held:
        poll.register(one, select.EPOLLIN)
    while len(times) < len(held) and time.monotonic() - begun < limit:
        for number, _ in poll.poll(0.1):
            answer = by_number[number].recv(4096)
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise SystemExit(f"answered {answer[:60]!r}")
            times[number] = (time.monotonic() - begun) * 1000
    poll.close()
    return sorted(times.values())


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench ready")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    server = servers.Ricevuta(options.work, options.binary).start()
    number, stalled = 0, False
    try:
        server.tokens(1000)
        tokens = (options.work / "tokens").read_bytes().split()
        for count in COUNTS:
            held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(count)]
            first, last = [], []
            for _ in range(options.rounds + 1):
                server.process.send_signal(signal.SIGSTOP)
                for one in held:
                    one.sendall(request(tokens[number % len(tokens)], number))
                    number += 1
                server.process.send_signal(signal.SIGCONT)
                times = answers(held, 5)
                if len(times) < count:
                    stalled = True
                    print(f"{count:>4} ready at once: only {len(times)} answered within 5 s")
                    break
                first.append(times[0])
                last.append(times[-1])
            else:
                # The first round also meets new orders.
                print(f"{count:>4} ready at once: first answer after {statistics.median(first[1:]):5.2f} ms, "
                      f"last after {statistics.median(last[1:]):6.2f} ms, worst {max(last):6.2f} ms")
                stalled = stalled or max(last) > 1000
            for one in held:
                one.close()
            server.settle()
    finally:
        server.process.send_signal(signal.SIGCONT)
        server.stop()
    print("stalled" if stalled else "no stall")
    sys.exit(1 if stalled else 0)


main()
