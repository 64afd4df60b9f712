"""Forms, as PHP, Python, Node and Java write them, with and without escapes."""

import json
from urllib.parse import quote, quote_plus, urlencode

from .shape import FORM, ID, JSON, ORDER, TEXT, UPDATE, typed

ESCAPED = quote_plus(TEXT)
ENVELOPE = json.dumps({"data": ORDER, "success": True, "message": "", "error": None})
ACCENTED = json.dumps({**ORDER, "nome": "età"}, ensure_ascii=False)


def nested(prefix, value):
    """A value as `http_build_query` writes it: names with brackets, nothing for null, 0 for false."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in nested(f"{prefix}[{key}]" if prefix else key, item)]
    if isinstance(value, list):
        return [pair for place, item in enumerate(value) for pair in nested(f"{prefix}[{place}]", item)]
    if value is None:
        return []
    return [(prefix, str(int(value)) if isinstance(value, bool) else str(value))]


FIELDS = nested("data", ORDER)
FLAT = nested("", ORDER)

BODIES = [
    ("PHP", "data=" + ESCAPED),
    ("PHP, slashes escaped", "data=" + quote_plus(json.dumps({**ORDER, "nome": "A/B"}).replace("/", "\\/"))),
    ("RFC 3986", "data=" + quote(TEXT, safe="")),
    ("hexadecimal digits in lower case", "data=" + quote(TEXT, safe="").replace("%7B", "%7b").replace("%3A", "%3a")),
    ("only what has to be escaped", "data=" + quote(TEXT, safe='{}[]":,')),
    ("nothing escaped", "data=" + TEXT),
    ("nothing escaped, with an ampersand", "data=" + json.dumps({**ORDER, "nome": "A & B"})),
    ("encoded twice", "data=" + quote_plus(ESCAPED)),
    ("envelope in the field", "data=" + quote_plus(ENVELOPE)),
    ("under visengineData", "visengineData=" + ESCAPED),
    ("a name with spaces and an ampersand", "i+dati%26=" + ESCAPED),
    ("no name", "=" + ESCAPED),
    ("data and custom", "data=" + ESCAPED + "&custom=" + quote_plus('{"order":"A-42"}')),
    ("custom and data", "custom=" + quote_plus('{"order":"A-42"}') + "&data=" + ESCAPED),
    ("an empty field before", "x=&data=" + ESCAPED),
    ("ampersands round it", "&data=" + ESCAPED + "&"),
    ("ampersands of HTML", "custom=1&amp;data=" + ESCAPED),
    ("a text of text", "data=" + quote_plus(json.dumps(TEXT))),
    ("a list", "data[]=" + ESCAPED),
    ("nested names", urlencode(FIELDS)),
    ("nested names, brackets as they are", "&".join(f"{name}={quote_plus(value)}" for name, value in FIELDS)),
    ("nested names, backwards", urlencode(FIELDS[::-1])),
    ("names of the order itself", urlencode(FLAT)),
    ("accents in UTF-8", "data=" + quote_plus(ACCENTED)),
    ("accents in Latin-1", "data=" + quote_plus(ACCENTED.encode("latin-1"))),
    ("accents in Latin-1, not escaped", b"data=" + ACCENTED.encode("latin-1")),
    ("CRLF behind", "data=" + ESCAPED + "\r\n"),
    ("line feed before", "\ndata=" + ESCAPED),
    ("byte order mark", b"\xef\xbb\xbfdata=" + ESCAPED.encode()),
    ("the least", urlencode({"_id": ID, "stato_richiesta": "Dati disponibili", "timestamp_last_update": UPDATE})),
]

TYPES = [f"{FORM}; charset=UTF-8", f"{FORM};charset=iso-8859-1", FORM.upper(), JSON, "text/plain",
         "multipart/form-data", "application/octet-stream", None]

# What the clients write beside it.
CLIENTS = [
    ("php-curl, string", "Accept: */*\r\n"),
    ("php, stream", "Connection: close\r\n"),
    ("Guzzle, form_params", "User-Agent: GuzzleHttp/7\r\n"),
    ("requests", "User-Agent: python-requests/2.31.0\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n"
                 "Connection: keep-alive\r\n"),
    ("httpx", "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
              "User-Agent: python-httpx/0.27.0\r\n"),
    ("aiohttp", "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nUser-Agent: Python/3.11 aiohttp/3.9.5\r\n"),
    ("urllib", "Accept-Encoding: identity\r\nUser-Agent: Python-urllib/3.11\r\nConnection: close\r\n"),
    ("fetch", "connection: keep-alive\r\naccept: */*\r\naccept-language: *\r\nsec-fetch-mode: cors\r\n"
              "user-agent: node\r\naccept-encoding: gzip, deflate\r\n"),
    ("axios", "Accept: application/json, text/plain, */*\r\nUser-Agent: axios/1.2.1\r\n"
              "Accept-Encoding: gzip, compress, deflate, br\r\nConnection: close\r\n"),
    ("wget", "User-Agent: Wget/1.21.3\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: Keep-Alive\r\n"),
    ("HttpURLConnection", "User-Agent: Java/17.0.12\r\nAccept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2\r\n"
                          "Connection: keep-alive\r\n"),
]

SHAPES = ([typed(name, FORM, body) for name, body in BODIES]
          + [typed(f"as {kind or 'nothing'}", kind, "data=" + ESCAPED) for kind in TYPES]
          + [typed(name, FORM, "data=" + ESCAPED, more=more) for name, more in CLIENTS])
