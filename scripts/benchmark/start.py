"""Measures the start, memory at rest, latency of a single connection against one fdatasync, and the program's size.

Usage: start.py BINARY WORK [--rounds N]
"""

import argparse
import http.client
import os
import pathlib
import shutil
import statistics
import subprocess
import time

import load
import servers

BODY = b'{"data":{"_id":"%024x","stato_richiesta":"In erogazione","timestamp_last_update":%d,"ricerche":[]%s}}'


def body(number):
    return BODY % (number % 1000, 1_700_000_000 + number, b',"x":"%s"' % (b"y" * 590))


def post(connection, token, number):
    connection.request("POST", f"/callbacks/{token}", body(number), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"a callback was answered {answer.status}")


def first_answer(server, token, number):
    """Milliseconds from exec to the first callback that is acknowledged."""
    server.port = servers.free_port()
    command = server.command()
    with open(server.work / "ricevuta.log", "ab") as log:
        begun = time.monotonic()
        server.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                          env=os.environ, start_new_session=True)
    while time.monotonic() < begun + 20:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
            post(connection, token, number)
            return (time.monotonic() - begun) * 1000
        except ConnectionRefusedError:
            time.sleep(0.0005)
    raise SystemExit("the receiver did not start")


def sync_milliseconds(work, rounds=300):
    """One write of a callback's size into blocks that are there, with one fdatasync: the median."""
    file = os.open(work / "sync", os.O_CREAT | os.O_RDWR, 0o600)
    os.write(file, bytes(1 << 20))
    os.fsync(file)
    times = []
    for number in range(rounds):
        begun = time.monotonic()
        os.pwrite(file, bytes(900), number * 900)
        os.fdatasync(file)
        times.append((time.monotonic() - begun) * 1000)
    os.close(file)
    return statistics.median(times)


def main():
    arguments = argparse.ArgumentParser(prog="scripts/bench start")
    arguments.add_argument("binary", type=pathlib.Path)
    arguments.add_argument("work", type=pathlib.Path)
    arguments.add_argument("--rounds", type=int, default=15)
    options = arguments.parse_args()
    server = servers.Ricevuta(options.work, options.binary).start()
    server.tokens(1)
    server.stop()
    token = (options.work / "tokens").read_text().split()[0]

    try:
        starts = []
        for round in range(options.rounds):
            starts.append(first_answer(server, token, round))
            if round < options.rounds - 1:
                server.stop()
        print(f"from exec to the first 200   median {statistics.median(starts):.1f} ms, "
              f"{min(starts):.1f} to {max(starts):.1f}")
        time.sleep(3)
        print(f"resident at rest             {server.resident_mib():.1f} MiB")

        server.tokens(1000)
        latencies, syncs = [], []
        for _ in range(5):
            syncs.append(sync_milliseconds(options.work))
            latencies.append(load.run(server.url(), options.work, 1, 1).p50)
        ratio = statistics.median(one / other for one, other in zip(latencies, syncs))
        print(f"one connection's latency     median {statistics.median(latencies):.2f} ms: {ratio:.1f}× one fdatasync "
              f"({statistics.median(syncs):.2f} ms)")
    finally:
        server.stop()

    stripped = options.work / "stripped"
    shutil.copy(options.binary, stripped)
    subprocess.run(["strip", str(stripped)], check=True)
    print(f"the program                  {stripped.stat().st_size / (1 << 20):.1f} MiB stripped, "
          f"{options.binary.stat().st_size / (1 << 20):.1f} MiB as built")


main()
