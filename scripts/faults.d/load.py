"""Callbacks at a steady rate, each on a connection of its own as the provider sends them, and what became of them."""

import asyncio
import collections
import time

Outcome = collections.namedtuple("Outcome", "told status seconds sent")
"""A callback, the status of its answer (`None` without one), how long that took, and when it was sent."""

PATIENCE = 30
"""How long the provider waits, in seconds."""


async def post(port, url, told):
    begun = time.monotonic()
    status = None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                path = "/" + url.split("/", 3)[3]
                writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             f"Content-Length: {len(told.body)}\r\nConnection: close\r\n\r\n".encode() + told.body)
                line = await reader.readline()
                status = int(line[9:12]) if line.startswith(b"HTTP/1.1 ") else None
            finally:
                writer.close()
    except (OSError, TimeoutError):
        pass
    return Outcome(told, status, time.monotonic() - begun, begun)


async def _send(port, callbacks, rate):
    tasks, begun = [], time.monotonic()
    for number, (url, told) in enumerate(callbacks):
        await asyncio.sleep(max(0, begun + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(post(port, url, told)))
    return await asyncio.gather(*tasks)


def send(port, callbacks, rate):
    """Posts callbacks, so many a second, whatever becomes of those before; returns when each has an answer or none."""
    return asyncio.run(_send(port, callbacks, rate))


def counts(outcomes):
    """How many have which status."""
    found = collections.Counter(outcome.status for outcome in outcomes)
    return ", ".join(f"{count} × {status or 'no answer'}" for status, count in sorted(found.items(), key=str))
