"""The cases: what is sent, and what has to come back.

`T` in a target stands for a good token's path. Where `closes` is set the connection has to end with the answer, since
what follows it on the line cannot be told apart any more.

Some requests are refused by libmicrohttpd itself before the receiver sees them (`by_library`): with the right status
and the end of the connection, but a page of its own, and in 0.9 the head of it twice.
"""

import gzip
from dataclasses import dataclass, field

BODY = b'{"_id":"5fec14002548c9ae11575850","stato_richiesta":"In erogazione","timestamp_last_update":1700000000}'


@dataclass
class Case:
    name: str
    sent: bytes
    answers: list
    closes: bool = True
    headers: dict = field(default_factory=dict)
    stored: int = 0
    half_close: bool = False
    by_library: bool = False


def post(fields, body=BODY, target="T", version="1.1", host="Host: localhost\r\n", method="POST"):
    lines = f"{method} {target} HTTP/{version}\r\n{host}{fields}{chr(13) + chr(10) if fields else ''}\r\n"
    return lines.encode("latin-1") + body


def get(target="/callbacks", fields="Host: localhost", version="1.1", method="GET"):
    return f"{method} {target} HTTP/{version}\r\n{fields}\r\n\r\n".encode("latin-1")


SIZE = f"Content-Length: {len(BODY)}"
GOOD = post(SIZE)
SMUGGLED = post(SIZE, target="T")


def chunked(body=BODY, extension="", trailer=""):
    half = len(body) // 2
    return (b"%x%s\r\n%s\r\n" % (half, extension.encode(), body[:half])
            + b"%x\r\n%s\r\n" % (len(body) - half, body[half:]) + b"0\r\n" + trailer.encode() + b"\r\n")


def bad(name, sent, status=400, **rest):
    return Case(name, sent, [status], **rest)


ACCEPTED = [
    Case("length", GOOD, [200], closes=False, stored=1),
    Case("chunks", post("Transfer-Encoding: chunked", chunked()), [200], stored=1),
    Case("chunks, coding in capitals", post("transfer-encoding: CHUNKED", chunked()), [200], stored=1),
    Case("chunk extension", post("Transfer-Encoding: chunked", chunked(extension=";a=b")), [200], stored=1),
    Case("trailer", post("Transfer-Encoding: chunked", chunked(trailer="X-A: 1\r\n")), [200], stored=1),
    Case("trailer that looks like a length",
         post("Transfer-Encoding: chunked", chunked(trailer="Content-Length: 4\r\n")), [200], stored=1),
    Case("HTTP/1.0", post(SIZE, version="1.0"), [200], stored=1),
    Case("HTTP/1.0, kept alive", post(SIZE + "\r\nConnection: keep-alive", version="1.0"), [200], closes=False,
         stored=1),
    Case("Connection: close", post(SIZE + "\r\nConnection: close"), [200], stored=1),
    Case("names in any case", post(f"cOnTeNt-LeNgTh: {len(BODY)}"), [200], closes=False, stored=1),
    Case("spaces round a value", post(f"Content-Length: \t {len(BODY)}"), [200], closes=False, stored=1),
    Case("length with zeros in front", post(f"Content-Length: 000{len(BODY)}"), [200], closes=False, stored=1),
    Case("empty line in front", b"\r\n" + GOOD, [200], closes=False, stored=1),
    Case("Host with a port", post(SIZE, host="Host: localhost:8080\r\n"), [200], closes=False, stored=1),
    Case("query behind the token", post(SIZE, target="T?a=b&c=%2e%2e"), [200], closes=False, stored=1),
    Case("two on one line", GOOD + GOOD, [200, 200], closes=False, stored=1),
    Case("five on one line", GOOD * 5, [200] * 5, closes=False, stored=1),
    Case("chunks, then a length, which is not looked at", post("Transfer-Encoding: chunked", chunked()) + GOOD, [200],
         stored=1),
    Case("absolute form", post(SIZE, target="http://localhostT"), [200], closes=False, stored=1),
    Case("absolute form in capitals", post(SIZE, target="HTTPS://LOCALHOSTT"), [200], closes=False, stored=1),
    Case("slash behind the token", post(SIZE, target="T/"), [200], closes=False, stored=1),
    Case("unreserved characters of the token escaped", post(SIZE, target="ESCAPED"), [200], closes=False, stored=1),
    Case("the same with a slash and a query", post(SIZE, target="ESCAPED/?a=b"), [200], closes=False, stored=1),
    Case("head of 30,000 bytes in one field", post("X-A: " + "a" * 30_000 + "\r\n" + SIZE), [200], closes=False,
         stored=1),
    Case("head of 30,000 bytes in many fields",
         post("".join(f"X-{n}: {'a' * 300}\r\n" for n in range(95)) + SIZE), [200],
         closes=False, stored=1),
    Case("half closed behind the request", GOOD, [200], half_close=True, stored=1),
    Case("form", post("Content-Type: application/x-www-form-urlencoded\r\n" + f"Content-Length: {len(BODY) + 5}",
                      b"data=" + BODY), [200], closes=False, stored=1),
]

FRAMING = [
    bad("length and chunks", post("Content-Length: 4\r\nTransfer-Encoding: chunked", b"0\r\n\r\n" + SMUGGLED)),
    bad("chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 4", b"0\r\n\r\n" + SMUGGLED)),
    bad("two lengths that differ", post("Content-Length: 4\r\n" + SIZE)),
    bad("two equal lengths", post(SIZE + "\r\n" + SIZE)),
    bad("list of lengths", post(f"Content-Length: {len(BODY)}, {len(BODY)}"), by_library=True),
    bad("signed length", post(f"Content-Length: +{len(BODY)}"), by_library=True),
    bad("negative length", post("Content-Length: -1"), by_library=True),
    bad("hexadecimal length", post("Content-Length: 0x65"), by_library=True),
    bad("length with a tail", post(f"Content-Length: {len(BODY)}abc"), by_library=True),
    bad("length with a space inside", post("Content-Length: 1 01"), by_library=True),
    bad("length with a fraction", post("Content-Length: 101.0"), by_library=True),
    bad("empty length", post("Content-Length:"), by_library=True),
    Case("length of 2^63, of which nobody waits for a byte", post("Content-Length: 9223372036854775808"), [200],
         stored=1),
    bad("length of 2^64", post("Content-Length: 18446744073709551616"), 413, by_library=True),
    bad("length of 2^64 and what was sent", post(f"Content-Length: {2**64 + len(BODY)}"), 413, by_library=True),
    Case("length one above the limit", post(f"Content-Length: {64 * 1024 + 1}", BODY.ljust(64 * 1024 + 1)), [200],
         stored=1),
    bad("length above the limit without a token", post("Content-Length: 999999", target="/callbacks"), 413),
    bad("no length", post("", b""), 411),
    bad("space before the length's colon", post(f"Content-Length : {len(BODY)}")),
    bad("tab before the length's colon", post(f"Content-Length\t: {len(BODY)}")),
    bad("space before the coding's colon", post("Transfer-Encoding : chunked", chunked())),
    bad("folded length", post(f"Content-Length:\r\n {len(BODY)}")),
    bad("folded coding", post("Transfer-Encoding:\r\n chunked", chunked())),
    bad("length glued by a fold", post(f"Content-Length: 1\r\n {len(BODY)}")),
    bad("vertical tab before chunked", post("Transfer-Encoding: \x0bchunked", chunked())),
    bad("gzip, chunked", post("Transfer-Encoding: gzip, chunked", chunked()), 501),
    bad("chunked, gzip", post("Transfer-Encoding: chunked, gzip", chunked()), 501),
    bad("chunked, chunked", post("Transfer-Encoding: chunked, chunked", chunked()), 501),
    bad("chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", chunked())),
    bad("identity", post("Transfer-Encoding: identity", chunked()), 501),
    bad("identity with a length", post("Transfer-Encoding: identity\r\n" + SIZE)),
    bad("xchunked", post("Transfer-Encoding: xchunked", chunked()), 501),
    bad("quoted chunked", post('Transfer-Encoding: "chunked"', chunked()), 501),
    bad("chunked in HTTP/1.0", post("Transfer-Encoding: chunked", chunked(), version="1.0")),
]

CHUNKS = [
    bad(f"chunk size {name}", post("Transfer-Encoding: chunked", size + b"\r\n" + BODY + b"\r\n0\r\n\r\n"),
        (400, 413), by_library=True)
    for name, size in [
        ("not hexadecimal", b"zz"), ("signed", b"+5f"), ("negative", b"-1"), ("with 0x", b"0x65"), ("empty", b""),
        ("of 2^64", b"10000000000000000"), ("with a space in front", b" 65"),
    ]
] + [
    bad("chunk longer than said", post("Transfer-Encoding: chunked", b"4\r\nabcdef\r\n0\r\n\r\n"), by_library=True),
    bad("chunk without its line end", post("Transfer-Encoding: chunked", b"4\r\nabcdXX0\r\n\r\n"), by_library=True),
]

# The library reads these as chunks though RFC 9112 does not; what counts is that nothing behind them is another
# request.
LAX_CHUNKS = [
    Case(f"chunks with {name}, then a request", post("Transfer-Encoding: chunked", body) + GOOD, [200], stored=1)
    for name, body in [
        ("bare LF behind the size", chunked().replace(b"\r\n", b"\n", 1)),
        ("bare LF behind the data", chunked().replace(BODY[:len(BODY) // 2] + b"\r\n", BODY[:len(BODY) // 2] + b"\n")),
        ("bare LF behind the last size", chunked().replace(b"0\r\n\r\n", b"0\n\r\n")),
        ("bare LF at the end", chunked().removesuffix(b"\r\n") + b"\n"),
        ("bare LF behind a trailer", chunked(trailer="X-A: 1\n")),
        ("bare CR in an extension", chunked(extension=";a\rb")),
        ("NUL in an extension", chunked(extension=";a\x00b")),
    ]
] + [
    bad(f"chunks with a request in {name}", post("Transfer-Encoding: chunked", body) + GOOD, by_library=True)
    for name, body in [
        ("an extension", chunked(extension=";a\nGET / HTTP/1.1")),
        ("a trailer", chunked(trailer="GET / HTTP/1.1\r\nHost: a\r\n")),
    ]
]

LINES = [
    bad("bare LF behind the request line", GOOD.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n", 1)),
    bad("bare LF behind a field", GOOD.replace(b"localhost\r\n", b"localhost\n", 1)),
    bad("bare LF at the end of the head", post(SIZE, b"").removesuffix(b"\r\n") + b"\n" + BODY),
    bad("bare CR in a value", post("X-A: 1\rX-B: 2\r\n" + SIZE)),
    bad("folded field", post("X-A: 1\r\n 2\r\n" + SIZE)),
    bad("folded blank line", post("X-A: 1\r\n \r\n" + SIZE)),
    bad("space before the first field", post(SIZE, host=" X-A: 1\r\nHost: localhost\r\n")),
    bad("two spaces in the request line", GOOD.replace(b"POST ", b"POST  ", 1)),
    bad("tab in the request line", GOOD.replace(b"POST ", b"POST\t", 1), by_library=True),
    bad("field without a colon", post("nonsense\r\n" + SIZE), by_library=True),
    bad("field without a name", post(": 1\r\n" + SIZE)),
    bad("NUL in a value", post("X-A: 1\x002\r\n" + SIZE)),
    bad("NUL in a name", post("X\x00A: 1\r\n" + SIZE), by_library=True),
    bad("NUL behind the length", post(SIZE + "\x00")),
    bad("NUL in the target", post(SIZE, target="T\x00/x")),
    bad("control character in a value", post("X-A: a\x01b\r\n" + SIZE)),
    bad("DEL in a value", post("X-A: a\x7fb\r\n" + SIZE)),
    bad("bracket in a name", post("X[a]: 1\r\n" + SIZE)),
    bad("quotation mark in the method", post(SIZE, method='PO"ST')),
]

HOSTS = [
    bad("no Host", post(SIZE, host="")),
    bad("two Hosts", post(SIZE, host="Host: a\r\nHost: b\r\n")),
    bad("two equal Hosts", post(SIZE, host="Host: a\r\nHost: a\r\n")),
    bad("empty Host", post(SIZE, host="Host:\r\n")),
    bad("Host with a path", post(SIZE, host="Host: a/b\r\n")),
    bad("Host with a user", post(SIZE, host="Host: a@b\r\n")),
    bad("list of Hosts", post(SIZE, host="Host: a, b\r\n")),
]

TARGETS = [
    bad("absolute form of another host", post(SIZE, target="http://127.0.0.1T")),
    bad("absolute form with a user", post(SIZE, target="http://a@localhostT")),
    bad("absolute form of another scheme", post(SIZE, target="ftp://localhostT")),
    bad("absolute form without a path", post(SIZE, target="http://localhost"), 404),
    bad("authority form", get("localhost:443", method="CONNECT")),
    bad("asterisk form", get("*", method="OPTIONS")),
    bad("no slash in front", post(SIZE, target="callbacks/x")),
    bad("dot segments into the path", post(SIZE, target="/x/..T"), 404),
    bad("dot segments out of the path", post(SIZE, target="T/../x"), 401),
    bad("encoded slash", post(SIZE, target="/callbacks%2Fx"), 404),
    bad("encoded dots", post(SIZE, target="/callbacks/%2e%2e/x"), 401),
    bad("two slashes behind the token", post(SIZE, target="T//"), 401),
    bad("encoded slash behind the token", post(SIZE, target="T%2F"), 401),
    bad("two slashes", post(SIZE, target="/T"), 404),
    bad("path in capitals", post(SIZE, target="/Callbacks/x"), 404),
    bad("token encoded", post(SIZE, target="/callbacks/%76x"), 401),
    bad("semicolon behind the token", post(SIZE, target="T;x"), 401),
    bad("another path", post(SIZE, target="/"), 404),
    bad("encoded NUL", post(SIZE, target="T%00")),
    bad("space in the target", post(SIZE, target="T x")),
    bad("eight-bit target", post(SIZE, target="T\xe4")),
    bad("fragment", post(SIZE, target="T#x")),
    bad("backslash", post(SIZE, target="\\callbacks")),
    bad("target of 5,000 bytes", post(SIZE, target="/" + "a" * 5000), 414),
]

METHODS = [
    bad(f"{method} to the path of callbacks", get("T", method=method), 405, headers={"allow": "POST"})
    for method in ("GET", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "post")
] + [
    bad("PUT", post(SIZE, method="PUT"), 405, headers={"allow": "POST"}),
    bad("HEAD", get("T", method="HEAD"), 405, headers={"allow": "POST"}),
    Case("no method", b" T HTTP/1.1\r\nHost: a\r\n\r\n", [], by_library=True),
]

VERSIONS = [
    bad("HTTP/1.2", post(SIZE, version="1.2"), 505),
    bad("HTTP/2.0", post(SIZE, version="2.0"), 505, by_library=True),
    bad("HTTP/0.9 with a version", post(SIZE, version="0.9"), 505, by_library=True),
    bad("lower-case version", GOOD.replace(b"HTTP/1.1", b"http/1.1", 1), (400, 505), by_library=True),
    bad("version without a dot", GOOD.replace(b"HTTP/1.1", b"HTTP/11", 1), (400, 505), by_library=True),
    Case("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [(400, 505)], by_library=True),
    Case("request line without a version", b"GET T\r\n\r\n", [(400, 505)], by_library=True),
]

SIZES = [
    bad("head of 34,000 bytes in one field", post("X-A: " + "a" * 34_000 + "\r\n" + SIZE), 431),
    bad("head of 60,000 bytes in one field", post("X-A: " + "a" * 60_000 + "\r\n" + SIZE), 431, by_library=True),
    bad("head of 20,000 bytes in many fields", post("".join(f"X-{n}: {n}\r\n" for n in range(2000)) + SIZE), 431,
        by_library=True),
    Case("request line that never ends", b"POST /" + b"a" * 100_000, [(400, 414, 431)], by_library=True),
    Case("chunks above the limit", post("Transfer-Encoding: chunked", chunked(b"x" * 200_000)), [200], stored=1),
    bad("chunks above the limit without a token",
        post("Transfer-Encoding: chunked", chunked(b"x" * 300_000), target="/callbacks"), 413),
]

EXPECT = [
    Case("100-continue", post("Expect: 100-continue\r\n" + SIZE), [100, 200], closes=False, stored=1),
    Case("100-continue in capitals", post("Expect: 100-CONTINUE\r\n" + SIZE), [100, 200], closes=False, stored=1),
    bad("another expectation", post("Expect: 200-maybe\r\n" + SIZE), 417),
    bad("100-continue for what is refused", post("Expect: 100-continue\r\n" + SIZE, target="/x"), 404),
    Case("100-continue for what is too large", post("Expect: 100-continue\r\nContent-Length: 999999999", b""), [200],
         stored=1),
    bad("100-continue for what is too large without a token",
        post("Expect: 100-continue\r\nContent-Length: 999999999", b"", target="/callbacks"), 413),
]

PIPELINES = [
    Case("good, then bad", GOOD + post("Content-Length: x"), [200, 400], stored=1, by_library=True),
    Case("bad, then good", post("Content-Length: x") + GOOD, [400], by_library=True),
    Case("good, then nonsense", GOOD + b"\x01\x02\x03\r\n\r\n", [200], stored=1),
    Case("good, then a NUL, which counts as an empty line", GOOD + b"\x00\x01\r\n\r\n", [200], closes=False, stored=1),
    Case("shorter length than the body", post("Content-Length: 10", BODY[:10] + b"GET / HTTP/1.1\r\n\r\n"), [200, 400]),
    Case("a request as a body", post(f"Content-Length: {len(SMUGGLED)}", SMUGGLED), [200], closes=False, stored=1),
    Case("TLS to the plain port", bytes.fromhex("16030100c8010000c40303") + bytes(40) + b"\r\n\r\n", [],
         by_library=True),
]

ZIPPED = gzip.compress(BODY, mtime=0)

OTHER = [
    Case("gzip", post(f"Content-Encoding: gzip\r\nContent-Length: {len(ZIPPED)}", ZIPPED), [200], closes=False,
         stored=1),
    Case("gzip that is none", post("Content-Encoding: gzip\r\n" + SIZE), [200], closes=False, stored=1),
    Case("a coding that nobody knows", post("Content-Encoding: zstd\r\n" + SIZE), [200], closes=False, stored=1),
    bad("gzip without a token", post("Content-Encoding: gzip\r\n" + SIZE, target="/callbacks"), 415),
    bad("token missing", post(SIZE, target="/callbacks"), 401, closes=False),
    bad("token of another key", post(SIZE, target="/callbacks/v1.k1.AAAAAAAAAAAAAAAAAAAAAA." + "A" * 43), 401),
]

CASES = (ACCEPTED + FRAMING + CHUNKS + LAX_CHUNKS + LINES + HOSTS + TARGETS + METHODS + VERSIONS + SIZES + EXPECT
         + PIPELINES + OTHER)
