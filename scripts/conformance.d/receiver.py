"""A receiver of our own, and the answers that it gives."""

import json
import re
import select
import signal
import socket
import subprocess
import time
import urllib.request

CONFIGURATION = """
dataDirectory: {work}/{data}
listener: {{port: {port}, publicURL: "http://127.0.0.1:{port}", maxBodyBytes: 64KiB,
  headDeadline: 2s, requestDeadline: 2s, idleTimeout: 5s{tls}{listener}}}
admin: {{port: {admin}}}
provider: {{baseURL: "http://127.0.0.1:9", token: {{fromFile: "{work}/api.token"}}, requestsPerSecond: 1}}
tokens: {{active: {{id: k1, secret: {{fromFile: "{work}/token.key"}}}}}}
log: {{level: error}}
{more}
"""


def configured(work, port, admin, name="plain", tls="", more="", listener=""):
    """The text of a configuration; `listener` and `tls` are what these sections have besides, `more` other sections."""
    return CONFIGURATION.format(work=work, port=port, admin=admin, data=name, more=more,
                                listener=f", {listener}" if listener else "",
                                tls=", tls: {" + tls.format(work=work) + "}" if tls else "")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def is_problem(self):
        if self.headers.get("content-type") != "application/problem+json":
            return False
        try:
            document = json.loads(self.body)
        except ValueError:
            return False
        return document.get("status") == self.status and bool(document.get("title"))


def parse(text, to_head):
    """The whole answers at the start of what has come, and how much of it they are."""
    answers, place = [], 0
    while True:
        end = text.find(b"\r\n\r\n", place)
        if end < 0:
            return answers, place
        lines = text[place:end].decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.[01] (\d{3}) .*", lines[0])
        if not match:
            return answers + [Answer(0, {}, text[place:])], len(text)
        status = int(match.group(1))
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        size = 0 if status == 100 or to_head else int(headers.get("content-length", 0))
        if len(text) < end + 4 + size:
            return answers, place
        answers.append(Answer(status, headers, text[end + 4:end + 4 + size]))
        place = end + 4 + size


def read_answers(connection, expected, to_head=False):
    """What comes until the connection ends, or until as many answers are there as are expected and a moment is over.

    Returns the answers, and whether the connection ended.
    """
    text, end = b"", time.monotonic() + 5
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    quiet = None
    while time.monotonic() < end:
        limit = 0.03 if quiet else 0.2
        if waiting.poll(limit * 1000):
            try:
                piece = connection.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                answers, used = parse(text, to_head)
                return answers + ([Answer(0, {}, text[used:])] if used < len(text) else []), True
            text += piece
            quiet = None
        elif len(parse(text, to_head)[0]) >= expected:
            if quiet:
                return parse(text, to_head)[0], False
            quiet = True
    return parse(text, to_head)[0], False


class Receiver:
    """A `ricevuta serve` on free ports, for as long as the context lasts."""

    def __init__(self, binary, work, name="plain", tls="", more="", listener=""):
        self.binary, self.work = binary, work
        self.port, self.admin = free_port(), free_port()
        self.addresses = 0
        text = configured(work, self.port, self.admin, name, tls, more, listener)
        self.configuration = work / f"{name}.yaml"
        self.configuration.write_text(text)

    def __enter__(self):
        self.log = open(self.work / "receiver.log", "ab")
        self.process = subprocess.Popen([self.binary, "serve", "--config", str(self.configuration)],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/readyz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.02)
        else:
            raise SystemExit("the receiver did not start; its output:\n" + (self.work / "receiver.log").read_text())
        out = subprocess.run([self.binary, "token", "mint", "--config", str(self.configuration), "--count", "1000"],
                             check=True, capture_output=True, text=True).stdout
        self.paths = [re.sub(r"^.*?(/callbacks/)", r"\1", line).strip().encode() for line in out.splitlines()]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(20) != 0:
            raise SystemExit(f"the receiver ended with {self.process.returncode}; its output:\n"
                             + (self.work / "receiver.log").read_text())
        self.log.close()

    def connect(self):
        """A connection from an address of its own: an address that shows bad tokens is soon not listened to."""
        self.addresses += 1
        address = f"127.{1 + self.addresses // 62500}.{self.addresses // 250 % 250}.{1 + self.addresses % 250}"
        return socket.create_connection(("127.0.0.1", self.port), 5, (address, 0))

    def fresh_path(self):
        """The path of an order that nothing has been told of; when there are none left, of the last one."""
        if len(self.paths) > 1:
            return self.paths.pop()
        return self.paths[0]

    def orders(self):
        """How many orders the ledger knows, by the program's own account."""
        # It ends with 1, too: the provider that it is given does not answer.
        out = self.command("status", "--json").stdout
        return sum(json.loads(out)["orders"].values())

    def command(self, *arguments):
        """Runs a command of `ricevuta` beside the service to its end."""
        return subprocess.run([self.binary, *arguments, "--config", str(self.configuration)], capture_output=True)

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}

    def stored(self):
        """Callbacks in the ledger, once it has what the journal has."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            if self.metrics()["ricevuta_journal_unsettled"] == 0:
                # A page counts the ledger first and the journal after it, so that only the next one is sure to be
                # whole.
                return int(self.metrics()["ricevuta_ledger_callbacks"])
            time.sleep(0.02)
        raise SystemExit("the ledger does not follow the journal")

    def is_good(self):
        """Whether it still takes a callback as it should; always the same one, so that only the first is stored."""
        body = (b'{"_id":"5fec14002548c9ae11575850","stato_richiesta":"In erogazione",'
                b'"timestamp_last_update":1600000000}')
        head = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (self.paths[0], len(body))
        with self.connect() as connection:
            connection.sendall(head + body)
            answers, _ = read_answers(connection, 1)
        told = [(answer.status, answer.body) for answer in answers]
        return told in ([(200, b"accepted\n")], [(200, b"duplicate\n")]) and self.process.poll() is None
