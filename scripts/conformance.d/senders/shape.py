"""One way of posting a callback, and how it is evaluated."""

import json
import socket
import sqlite3
import time
from dataclasses import dataclass

from receiver import parse

ID = "5fec14002548c9ae11575850"
UPDATE = 1_700_000_000
ORDER = {"_id": ID, "state": 1, "hash_visura": "e767a64dec5b382cbff27b3e46f41441", "nome": "Pensione Vecchiaia",
         "stato_richiesta": "Dati disponibili", "timestamp_last_update": UPDATE, "email_target": None, "allegati": [],
         "callback_data": False, "ricerche": [], "esito": {"codice": "0", "info": "OK"}}
TEXT = json.dumps(ORDER, separators=(",", ":"))
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

# What has to come of a request: it tells ORDER whole, its id at least, or nothing that anybody understands and is
# counted so, or it is enough that it is taken; all of them are answered 200. Or a number: it is refused with that.
FACT, SOME_ID, NOTHING, TAKEN = "the fact", "the id", "nothing", "taken"

PROBE = json.dumps({"_id": ID, "stato_richiesta": ORDER["stato_richiesta"], "timestamp_last_update": UPDATE}).encode()


@dataclass
class Shape:
    name: str
    # The head's fields, each with its line's end; a Content-Length is put behind them where none is there.
    fields: str
    body: bytes
    outcome: object = FACT
    target: str = "T"
    version: str = "1.1"
    host: str = "Host: localhost\r\n"
    method: str = "POST"
    # Whether the body's length is told.
    length: bool = True

    def request(self, path):
        told = self.length and "content-length:" not in self.fields.lower()
        fields = self.fields + (f"Content-Length: {len(self.body)}\r\n" if told else "")
        head = f"{self.method} {self.target.replace('T', path, 1)} HTTP/{self.version}\r\n{self.host}{fields}\r\n"
        return head.encode("latin-1") + self.body


def typed(name, content_type, body, outcome=FACT, more="", **rest):
    """A request with little beside its content type."""
    fields = more + (f"Content-Type: {content_type}\r\n" if content_type else "")
    return Shape(name, fields, body.encode() if isinstance(body, str) else body, outcome, **rest)


def ask(receiver, *pieces):
    """Sends, and returns the answer: its status and text; 0 when none comes."""
    with receiver.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(5)
        text = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
                if piece is not pieces[-1]:
                    time.sleep(0.004)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It has been refused already, and says so.
        try:
            while not (answers := [answer for answer in parse(text, False)[0] if answer.status != 100]):
                piece = connection.recv(65536)
                if not piece:
                    return 0, text
                text += piece
        except (TimeoutError, ConnectionResetError):
            return 0, text
    return answers[0].status, answers[0].body


def newest_claim(receiver):
    """The id that the callback claims which was recorded last."""
    with sqlite3.connect(f"file:{receiver.work}/plain/ledger.sqlite?mode=ro", uri=True) as ledger:
        return ledger.execute("SELECT claim_id FROM callbacks ORDER BY id DESC LIMIT 1").fetchone()[0]


def undecodable(receiver):
    return receiver.metrics().get('ricevuta_callbacks_total{outcome="undecodable"}', 0)


def run(receiver, shape):
    """What is wrong with a shape; empty when nothing is."""
    path = receiver.fresh_path().decode()
    request = shape.request(path)
    stored, unread = receiver.stored(), undecodable(receiver)
    answer = ask(receiver, request)
    if shape.outcome not in (FACT, SOME_ID, NOTHING, TAKEN):
        expected = shape.outcome if isinstance(shape.outcome, tuple) else (shape.outcome,)
        if answer[0] not in expected:
            return f"answered {answer}, not {expected}"
        return "" if receiver.stored() == stored else "it is refused and recorded"
    if answer != (200, b"accepted\n"):
        return f"answered {answer}"
    # It is acknowledged before it is on its way to the ledger.
    end = time.monotonic() + 5
    while receiver.stored() == stored and time.monotonic() < end:
        time.sleep(0.02)
    if (more := receiver.stored() - stored) != 1:
        return f"{more} callbacks recorded"
    if shape.outcome == NOTHING and undecodable(receiver) == unread:
        return "it does not count as undecodable"
    if shape.outcome == SOME_ID and newest_claim(receiver) != ID:
        return f"it tells of {newest_claim(receiver)}"
    if shape.outcome != FACT:
        return ""
    head = request.find(b"\r\n\r\n") + 4
    for place in (head // 2, head, (head + len(request)) // 2):
        answer = ask(receiver, request[:place], request[place:])
        if answer != (200, b"duplicate\n"):
            return f"cut at {place} it is answered {answer}"
    sent = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(PROBE))
    answer = ask(receiver, sent + PROBE)
    return "" if answer == (200, b"duplicate\n") else f"plain JSON of the same is answered {answer}"
