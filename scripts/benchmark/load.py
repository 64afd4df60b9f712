"""Load from wrk: as many callbacks as the connections carry, each telling something new."""

import os
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).parent
SCALE = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class Load:
    """What one run measured."""

    def __init__(self, text):
        self.requests = int(re.search(r"(\d+) requests in", text).group(1))
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
        self.p50, self.p99 = (self._milliseconds(text, share) for share in ("50", "99"))
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        self.refused = int(refused.group(1)) if refused else 0
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        self.errors = sum(map(int, errors.groups())) if errors else 0

    @staticmethod
    def _milliseconds(text, share):
        found = re.search(rf"^\s*{share}%\s+([\d.]+)(us|ms|s|m)$", text, re.M)
        return float(found.group(1)) * SCALE[found.group(2)] if found else float("nan")


def run(url, work, connections, seconds, keep_alive=True):
    """Loads a server for some seconds."""
    out = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--latency",
         "--timeout", "10s", "--script", str(HERE / "callbacks.lua"), url],
        env={**os.environ, "TOKENS": str(work / "tokens"), "CLOSE": "" if keep_alive else "1"},
        check=True, capture_output=True, text=True).stdout
    return Load(out)
