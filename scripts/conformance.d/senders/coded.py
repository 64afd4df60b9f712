"""Content codings: as they should be, as they should not be, and beyond every bound."""

import gzip
import json
import zlib

from .forms import ESCAPED
from .multipart import CURL, PLAIN
from .shape import FACT, FORM, JSON, NOTHING, ORDER, TAKEN, TEXT, Shape, typed

GZIP = gzip.compress(TEXT.encode(), mtime=0)
PADDED = json.dumps({**ORDER, "pad": " " * 1_000_000}).encode()


def raw(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def named():
    """With a file's name in its head, as `gzip FILE` writes it."""
    return GZIP[:3] + b"\x08" + GZIP[4:10] + b"order.json\0" + GZIP[10:]


def coded(name, coding, body, outcome=FACT, kind=JSON, **rest):
    return typed(name, kind, body, outcome, more=f"Content-Encoding: {coding}\r\n", **rest)


def chunked(data, size=64):
    pieces = [data[place:place + size] for place in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


HALF = len(TEXT) // 2

SHAPES = [
    coded("gzip", "gzip", GZIP),
    coded("gzip in capitals", "GZIP", GZIP),
    coded("x-gzip", "x-gzip", GZIP),
    coded("gzip of a form", "gzip", gzip.compress(b"data=" + ESCAPED.encode()), kind=FORM),
    coded("gzip of parts", "gzip", gzip.compress(PLAIN.encode()), kind=f"multipart/form-data; boundary={CURL}"),
    coded("gzip with a name", "gzip", named()),
    coded("gzip in two members", "gzip", gzip.compress(TEXT[:HALF].encode()) + gzip.compress(TEXT[HALF:].encode())),
    coded("gzip without compression", "gzip", gzip.compress(TEXT.encode(), 0)),
    Shape("gzip in chunks", f"Content-Type: {JSON}\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
          chunked(GZIP), length=False),
    coded("deflate", "deflate", zlib.compress(TEXT.encode())),
    coded("deflate without a head", "deflate", raw(TEXT.encode())),
    coded("identity", "identity", TEXT),
    coded("gzip told, and none", "gzip", TEXT),
    coded("deflate told, and gzip", "deflate", GZIP),
    typed("gzip, not told", JSON, GZIP),
    typed("gzip, told by the type", "application/gzip", GZIP),
    coded("gzip cut off", "gzip", gzip.compress(json.dumps({**ORDER, "pad": TEXT * 9}).encode())[:-30], TAKEN),
    coded("gzip with a wrong checksum", "gzip", GZIP[:-8] + bytes(4) + GZIP[-4:]),
    coded("gzip with something behind it", "gzip", GZIP + b"\r\n"),
    coded("gzip of a million spaces", "gzip", gzip.compress(PADDED), TAKEN),
    coded("br", "br", b"\x0b\x02\x80" + bytes(40), NOTHING),
    coded("nonsense as gzip", "gzip", b"\x1f\x8b\x08" + bytes(range(40)), NOTHING),
    coded("a coding that nobody knows", "exi", TEXT),
]
