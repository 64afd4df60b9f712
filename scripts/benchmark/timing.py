"""Measures, from outside, whether a refusal takes longer the more of a secret was right: wrong in its first character,
and in its last.

Usage: timing.py BINARY WORK [--requests N]
"""

import argparse
import base64
import pathlib
import random
import socket
import statistics
import sys
import time

import servers

SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"


def changed(text, place):
    """The text with another character there, of the same alphabet."""
    other = "B" if text[place] == "A" else "A"
    return text[:place] + other + text[(place if place >= 0 else len(text) + place) + 1:]


def basic(secret):
    return "Authorization: Basic " + base64.b64encode(f"provider:{secret}".encode()).decode()


def settings(work, user):
    (work / "source.secret").write_text(SECRET)
    (work / "source.secret").chmod(0o600)
    credentials = "credentials: {%ssecret: {fromFile: \"%s/source.secret\"}}" % (user, work)
    return f"source: {{trustedProxies: [127.0.0.1], {credentials if user is not None else ''}}}"


def ask(port, path, field, number):
    """Microseconds from the request's last byte to its refusal; each from an address that never failed before."""
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        request = (f"POST {path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\n{field}\r\n"
                   "Content-Length: 2\r\n\r\n")
        begun = time.perf_counter_ns()
        one.sendall(request.encode())
        answer = one.recv(4096)
        taken = (time.perf_counter_ns() - begun) / 1000
    if not answer.startswith(b"HTTP/1.1 401 "):
        raise SystemExit(f"answered {answer[:60]!r}")
    return taken


def noise(samples):
    """How far the medians of two halves of the same lie apart, in nineteen cases of twenty."""
    differences = []
    for _ in range(400):
        random.shuffle(samples)
        half = len(samples) // 2
        differences.append(abs(statistics.median(samples[:half]) - statistics.median(samples[half:])))
    return statistics.quantiles(differences, n=20)[-1]


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench timing")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--requests", type=int, default=6000, help="of each kind")
    options = arguments.parse_args()
    told = False
    for name, user in (("token", None), ("Bearer", ""), ("Basic", "user: provider, ")):
        server = servers.Ricevuta(options.work, options.binary, name, settings(options.work, user)).start()
        try:
            server.tokens(1)
            token = (options.work / "tokens").read_text().split()[0]
            path = "/callbacks/" + token
            if name == "token":
                # Its last character carries four bits only, so the one before it.
                kinds = [("/callbacks/" + changed(token, place), "X-A: b") for place in (-43, -2)]
            else:
                field = basic if name == "Basic" else "Authorization: Bearer {}".format
                kinds = [(path, field(changed(SECRET, place))) for place in (0, -1)]
            samples = [[], []]
            plan = [0, 1] * options.requests
            random.shuffle(plan)
            for number, kind in enumerate(plan):
                taken = ask(server.port, *kinds[kind], number)
                if number > 500:
                    samples[kind].append(taken)
        finally:
            server.stop()
        first, last = map(statistics.median, samples)
        uncertain = max(map(noise, samples))
        is_clear = abs(first - last) > max(3 * uncertain, 1)
        told = told or is_clear
        print(f"{name:<7} wrong in front {first:7.2f} us, wrong at the end {last:7.2f} us: {last - first:+.2f} us, "
              f"where equal requests differ by up to {uncertain:.2f} us{'; TELLS' if is_clear else ''}")
    print("the time tells how much was right" if told else "the time tells nothing")
    sys.exit(1 if told else 0)


main()
