"""JSON, in every wrapping in which the provider and its sister services have it, and under every content type."""

import json

from .shape import FORM, ID, JSON, ORDER, TEXT, UPDATE, typed


def text(value, **options):
    return json.dumps(value, **options)


def changed(*left, **members):
    return {key: value for key, value in {**ORDER, **members}.items() if key not in left}


WRAPPINGS = [
    ("bare", ORDER),
    ("under data", {"data": ORDER}),
    ("envelope", {"data": ORDER, "success": True, "message": "", "error": None}),
    ("envelope, data last", {"success": True, "message": "", "error": None, "data": ORDER}),
    ("data and custom", {"data": ORDER, "custom": {"order": "A-42"}}),
    ("custom and data", {"custom": {"order": "A-42"}, "data": ORDER}),
    ("data and custom as a text", {"data": ORDER, "custom": '{"order":"A-42"}'}),
    ("under visengineData", {"visengineData": ORDER}),
    ("under a field of any name", {"campo con spazi": ORDER}),
    ("data as a text", {"data": TEXT}),
    ("envelope, data as a text", {"data": TEXT, "success": True, "message": "", "error": None}),
    ("a field as a text", {"visengineData": TEXT}),
    ("a text of text", {"data": json.dumps(TEXT)}),
    ("the whole as a text", TEXT),
    ("a list of one", [ORDER]),
    ("data is a list of one", {"data": [ORDER]}),
    ("id", changed("_id", id=ID)),
    ("id_richiesta", changed("_id", id_richiesta=ID)),
    ("id of MongoDB's", changed(_id={"$oid": ID})),
    ("state in capitals", changed(stato_richiesta="DATI DISPONIBILI")),
    ("state with underscores", changed(stato_richiesta="dati_disponibili")),
    ("state with the specification's typing error", changed(stato_richiesta="Dati disponbili")),
    ("stato", changed("stato_richiesta", stato="Dati disponibili")),
    ("time as a text", changed(timestamp_last_update=str(UPDATE))),
    ("numbers as texts", changed(state="1", timestamp_last_update=str(UPDATE), prezzo_visura="12.70")),
    ("code as a number", changed(esito={"codice": 0, "info": "OK"})),
    ("outcome as a text", changed(esito="OK")),
    ("no outcome", changed("esito")),
    ("trace", {"data": ORDER, "trace": "WyJpbmRleC5waHBAMTIzIl0="}),
    ("echo with data", changed(callback_data={"url": "https://a.example.test/v/x", "method": "JSON", "field": "data",
                                              "data": {"order": "A-42"}})),
    ("echo with an empty list", changed(callback_data={"url": "https://a.example.test/", "data": []})),
    ("callback, as sister services have it", changed(callback={"url": "https://a.example.test/", "data": {}})),
    ("much in front", {"pad": "x" * 20_000, "data": ORDER}),
    ("much behind", {"data": ORDER, "pad": ["x" * 100] * 200}),
]

WRITINGS = [
    ("pretty", text(ORDER, indent=4)),
    ("pretty, with CRLF", text(ORDER, indent=2).replace("\n", "\r\n")),
    ("slashes escaped", text({"data": changed(nome="A/B")}).replace("/", "\\/")),
    ("all letters escaped",
     text(changed(nome="".join(f"\\u{ord(c):04x}" for c in "Pensione"))).replace("\\\\u", "\\u")),
    ("beyond ASCII, escaped", text(changed(nome="età – \U0001F1EE"))),
    ("beyond ASCII, as it is", text(changed(nome="età – \U0001F1EE"), ensure_ascii=False)),
    ("Latin-1", text(changed(nome="età"), ensure_ascii=False).encode("latin-1")),
    ("byte order mark", b"\xef\xbb\xbf" + TEXT.encode()),
    ("line feed behind", TEXT + "\n"),
    ("CRLF behind", TEXT + "\r\n"),
    ("spaces round it", "  \r\n\t" + TEXT + "   \n\n"),
]

TYPES = ["application/json; charset=utf-8", "application/json;charset=UTF-8", 'application/json; charset="utf-8"',
         "APPLICATION/JSON", "application/json; charset=ISO-8859-1", "text/json", "application/vnd.api+json",
         "text/plain", "text/html; charset=UTF-8", "application/octet-stream", FORM, f"{FORM}; charset=UTF-8",
         "multipart/form-data", "multipart/form-data; boundary=x", "*/*", "json", None]

SHAPES = ([typed(name, JSON, text(value)) for name, value in WRAPPINGS]
          + [typed(name, JSON, body) for name, body in WRITINGS]
          + [typed(f"as {kind or 'nothing'}", kind, text({"data": ORDER})) for kind in TYPES]
          + [typed("two content types", JSON, TEXT, more=f"Content-Type: {FORM}\r\n")])
