"""`multipart/form-data` as each program writes it: boundaries, order of fields, what each part says of itself."""

import json

from .forms import FIELDS
from .shape import FACT, JSON, ORDER, SOME_ID, TEXT, typed

CURL = "-" * 24 + "d74496d66958873e"


def part(disposition, value, more=""):
    return f"Content-Disposition: form-data; {disposition}\r\n{more}\r\n{value}"


def body(boundary, *parts, end="\r\n"):
    return "".join(f"--{boundary}\r\n{one}\r\n" for one in parts) + f"--{boundary}--{end}"


def shape(name, boundary, *parts, outcome=FACT, more="", end="\r\n", kind="multipart/form-data; boundary={}"):
    return typed(name, kind.format(boundary), body(boundary, *parts, end=end), outcome, more=more)


DATA = part('name="data"', TEXT)
LENGTH = f"Content-Length: {len(TEXT)}\r\n"
PLAIN = body(CURL, DATA)

CLIENTS = [
    shape("php-curl, array", CURL, DATA, more="Accept: */*\r\n"),
    shape("php-curl, CURLStringFile", CURL,
          part('name="data"; filename="data.json"', TEXT, f"Content-Type: {JSON}\r\n"), more="Accept: */*\r\n"),
    shape("php-curl, CURLFile", CURL,
          part('name="data"; filename="/tmp/php1"', TEXT, "Content-Type: application/octet-stream\r\n")),
    shape("php-curl, array of two", CURL, DATA, part('name="custom"', '{"order":"A-42"}')),
    shape("php-curl, array of two, the other way round", CURL, part('name="custom"', '{"order":"A-42"}'), DATA),
    shape("php-curl, nested names", CURL, *(part(f'name="{name}"', value) for name, value in FIELDS)),
    shape("curl -F", CURL, DATA, more="User-Agent: curl/7.88.1\r\nAccept: */*\r\n"),
    shape("curl -F, 8.x", "-" * 24 + "Gq4R9xPzcWnT2LbYhKs0vd", DATA, more="User-Agent: curl/8.10.1\r\nAccept: */*\r\n"),
    shape("curl -F, file", CURL, part('name="data"; filename="order.json"', TEXT, f"Content-Type: {JSON}\r\n")),
    shape("curl -F, file without an extension", CURL,
          part('name="data"; filename="order"', TEXT, "Content-Type: application/octet-stream\r\n")),
    shape("Guzzle", "f2b0c9d1d9f1d3f0a3c9d87a1e0a3d4b5c6d7e8f", part('name="data"', TEXT, LENGTH),
          more="User-Agent: GuzzleHttp/7\r\n"),
    shape("Guzzle, with a file's name", "f2b0c9d1d9f1d3f0a3c9d87a1e0a3d4b5c6d7e8f",
          part('name="data"; filename="data.json"', TEXT, LENGTH + f"Content-Type: {JSON}\r\n")),
    shape("Symfony", "_=_symfony_1700000000_0123456789abcdef_=_",
          "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n" + part('name="data"', TEXT)),
    shape("requests, files=", "1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c", part('name="data"; filename="data"', TEXT),
          more="User-Agent: python-requests/2.31.0\r\nAccept-Encoding: gzip, deflate\r\n"),
    shape("requests, without a file's name", "1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c", DATA),
    shape("requests, with a type", "1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c",
          part('name="data"; filename="data.json"', TEXT, f"Content-Type: {JSON}\r\n")),
    shape("httpx", "4b2c1d0e9f8a7b6c1f0a9b8c7d6e5f4a", DATA),
    shape("aiohttp", "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
          "Content-Type: text/plain; charset=utf-8\r\n" + DATA),
    shape("aiohttp, with a length", "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
          f"Content-Type: {JSON}\r\n{LENGTH}" + part('name="data"; filename="data.json"', TEXT)),
    shape("fetch", "----formdata-undici-012345678901", DATA, more="accept: */*\r\nuser-agent: node\r\n"),
    shape("fetch, without the last line's end", "----formdata-undici-012345678901", DATA, end=""),
    shape("fetch, Blob", "----formdata-undici-012345678901",
          part('name="data"; filename="blob"', TEXT, f"Content-Type: {JSON}\r\n")),
    shape("form-data", "-" * 26 + "123456789012345678901234", DATA),
    shape("a browser", "----WebKitFormBoundary7MA4YWxkTrZu0gW", DATA),
    shape("Firefox", "-" * 27 + "41184676334128291922187193", DATA),
    shape("Java, Apache", "Hu4d9fJkRsW1cYq8TzL0Bv3nXeMoPi6g",
          part('name="data"', TEXT,
               "Content-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n")),
    shape("OkHttp", "3b1f3d5e-6a0c-4c0e-9a55-0d4a2a1b9c77", part('name="data"', TEXT, LENGTH)),
    shape(".NET", "3b1f3d5e-6a0c-4c0e-9a55-0d4a2a1b9c77",
          "Content-Type: text/plain; charset=utf-8\r\n" + part("name=data", TEXT),
          kind='multipart/form-data; boundary="{}"'),
    shape("Go", "8a" * 30, DATA),
    shape("PHP by hand", "x", DATA, end=""),
]

ODD = [
    shape("quoted boundary", CURL, DATA, kind='multipart/form-data; boundary="{}"'),
    shape("charset behind the boundary", CURL, DATA, kind="multipart/form-data; boundary={}; charset=utf-8"),
    shape("charset before the boundary", CURL, DATA, kind="multipart/form-data; charset=utf-8; boundary={}"),
    shape("in capitals", CURL, DATA, kind="MULTIPART/FORM-DATA; BOUNDARY={}"),
    shape("mixed", CURL, DATA, kind="multipart/mixed; boundary={}"),
    shape("no boundary told", CURL, DATA, kind="multipart/form-data"),
    shape("another boundary told", CURL, DATA, kind="multipart/form-data; boundary=other"),
    shape("as JSON", CURL, DATA, kind=JSON),
    typed("as nothing", None, PLAIN),
    typed("preamble and epilogue", f"multipart/form-data; boundary={CURL}",
          "To whom it concerns\r\n" + PLAIN + "done\r\n"),
    typed("line feeds alone", f"multipart/form-data; boundary={CURL}", PLAIN.replace("\r\n", "\n")),
    typed("no end", f"multipart/form-data; boundary={CURL}", PLAIN[:-len(CURL) - 8]),
    typed("names in any case", f"multipart/form-data; boundary={CURL}",
          PLAIN.replace("Content-Disposition: form-data; name", "content-disposition:FORM-DATA; NAME")),
    typed("nearly right inside", f"multipart/form-data; boundary={CURL}",
          body(CURL, part('name="data"', TEXT[:-1] + ",}"))),
    typed("cut within the order", f"multipart/form-data; boundary={CURL}", PLAIN[:PLAIN.index("hash_visura")], SOME_ID),
    shape("another name", CURL, part('name="visengineData"', TEXT)),
    shape("a name in an encoding", CURL, part("name*=UTF-8''data", TEXT)),
    shape("envelope", CURL, part('name="data"', json.dumps({"data": ORDER, "success": True}))),
    shape("a picture beside it", CURL,
          part('name="a"; filename="a.png"', "\x89PNG--\r\n--", "Content-Type: image/png\r\n"), DATA),
]

SHAPES = CLIENTS + ODD
