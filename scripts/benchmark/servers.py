"""The servers that are measured: each is started for its turn, on a free port of 127.0.0.1, and stopped by its id."""

import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    """A port below those that the system gives to clients, of which a load has thousands."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                continue
            return port


class Server:
    """One server process, with what it has used."""

    name = ""
    path = "/callbacks/"

    def __init__(self, work):
        self.work = work
        self.port = 0
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def start(self):
        self.port = free_port()
        log = open(self.work / f"{self.name}.log", "ab")
        self.process = subprocess.Popen(
            self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            env={**os.environ, **self.environment()}, start_new_session=True)
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.005)
        tail = (self.work / f"{self.name}.log").read_text(errors="replace")[-2000:]
        raise SystemExit(f"{self.name} did not start; its output:\n{tail}")

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    def _status(self, key):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{key}:\s+(\d+)", text, re.M).group(1))

    def forget_peak(self):
        """Lets the peak of resident memory begin anew."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak_mib(self):
        return self._status("VmHWM") / 1024

    def resident_mib(self):
        return self._status("VmRSS") / 1024

    def cpu_seconds(self):
        """What the process and its children that have ended have used."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICK

    def syncs(self):
        """How often it has synced so far; `None` when it does not, or does not say."""
        return None

    def _get(self, url):
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()


class Ricevuta(Server):
    name = "ricevuta"

    def __init__(self, work, binary, directory="data", more=""):
        super().__init__(work)
        self.binary = str(binary)
        self.directory = directory
        self.more = more
        self.admin = 0

    def command(self):
        self.admin = free_port()
        text = (HERE / "ricevuta.yaml").read_text()
        text = text.replace("${WORK}/data", f"${{WORK}}/{self.directory}").replace("${WORK}", str(self.work))
        text = text.replace("${PORT}", str(self.port)).replace("${ADMIN}", str(self.admin))
        self.configuration = self.work / f"{self.directory}.yaml"
        self.configuration.write_text(f"{text}\n{self.more}\n")
        return [self.binary, "serve", "--config", str(self.configuration)]

    def metric(self, name):
        found = re.search(rf"^{re.escape(name)} (\S+)$", self._get(f"http://127.0.0.1:{self.admin}/metrics"), re.M)
        return float(found.group(1)) if found else None

    def syncs(self):
        return self.metric("ricevuta_journal_syncs_total")

    def settle(self):
        """Waits until the ledger has what was acknowledged, so that the next server has the machine for itself."""
        end = time.monotonic() + 30
        while self.metric("ricevuta_journal_unsettled") and time.monotonic() < end:
            time.sleep(0.05)

    def ledger(self):
        """The ledger's file."""
        return self.work / self.directory / "ledger.sqlite"

    def tokens(self, count):
        """Tokens of orders that another program placed: good, and unknown."""
        out = subprocess.run([self.binary, "token", "mint", "--config", str(self.configuration), "--count", str(count)],
                             check=True, capture_output=True, text=True).stdout
        (self.work / "tokens").write_text(re.sub(r"(?m)^.*/callbacks/", "", out))


class Nginx(Server):
    name = "nginx"

    def command(self):
        text = (HERE / "peers/nginx.conf").read_text()
        configuration = self.work / "nginx.conf"
        configuration.write_text(text.replace("${WORK}", str(self.work)).replace("${PORT}", str(self.port)))
        return ["nginx", "-p", str(self.work), "-c", str(configuration)]

    def _worker(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else self.process.pid

    # All that counts happens in its worker.
    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self._worker()}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / TICK

    def peak_mib(self):
        text = pathlib.Path(f"/proc/{self._worker()}/status").read_text()
        return int(re.search(r"^VmHWM:\s+(\d+)", text, re.M).group(1)) / 1024


class Bare(Server):
    name = "bare"

    def command(self):
        binary = self.work / "bare"
        if not binary.exists():
            compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))))
            subprocess.run([compiler, "-O2", "-o", str(binary), str(HERE / "peers/bare.c"), "-lmicrohttpd"], check=True)
        return [str(binary), str(self.port)]


class Go(Server):
    name = "go"

    def command(self):
        binary = self.work / "go-receiver"
        if not binary.exists():
            subprocess.run(["go", "build", "-o", str(binary), str(HERE / "peers/receiver.go")], check=True,
                           env={**os.environ, "GOCACHE": str(self.work / "go-cache"), "GO111MODULE": "off"})
        return [str(binary), str(self.port), str(self.work / "token.key"), str(self.work / "go.journal")]

    def syncs(self):
        return float(self._get(f"http://127.0.0.1:{self.port}/syncs"))


class FastAPI(Server):
    name = "fastapi"

    def command(self):
        return ["/usr/bin/python3", "-m", "uvicorn", "--app-dir", str(HERE / "peers"), "--port", str(self.port),
                "--no-access-log", "--log-level", "warning", "--backlog", "4096", "receiver:app"]

    def environment(self):
        database = self.work / "fastapi.db"
        for suffix in ("", "-wal", "-shm"):
            pathlib.Path(f"{database}{suffix}").unlink(missing_ok=True)
        return {"KEY_FILE": str(self.work / "token.key"), "DATABASE": str(database), "PYTHONDONTWRITEBYTECODE": "1"}

    def syncs(self):
        return float(self._get(f"http://127.0.0.1:{self.port}/syncs"))


class Webhook(Server):
    """As it is mostly used: it answers before its command has run, so that nothing is known of what it answered."""

    name = "webhook"
    path = "/hooks/true"

    def command(self):
        return ["webhook", "-hooks", str(HERE / "peers/webhook.json"), "-ip", "127.0.0.1", "-port", str(self.port)]


class WaitingWebhook(Server):
    """The same work as ours, as far as it goes: it answers when its command has stored the callback, synced."""

    name = "webhook+"
    path = "/hooks/store"

    def command(self):
        hooks = self.work / "webhook-store.json"
        hooks.write_text(json.dumps([{
            "id": "store",
            "execute-command": str(HERE / "peers/webhook-store"),
            "http-methods": ["POST"],
            "include-command-output-in-response": True,
            "pass-arguments-to-command": [{"source": "entire-payload"}],
        }]))
        return ["webhook", "-hooks", str(hooks), "-ip", "127.0.0.1", "-port", str(self.port)]

    def environment(self):
        return {"STORE": str(self.work / "webhook.store")}
