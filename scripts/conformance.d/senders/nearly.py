"""Bodies that are nearly right, broken, or nothing at all: with a good token all of them are taken."""

import base64
import json

from .forms import ESCAPED
from .shape import FORM, ID, JSON, NOTHING, ORDER, SOME_ID, TAKEN, TEXT, typed

WARNING = "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/var/www/a.php</b> on line <b>7</b><br />\n"
BASE64 = base64.b64encode(TEXT.encode()).decode()

SHAPES = [
    typed("half a surrogate pair", JSON, TEXT.replace("Pensione", "\\ud83d Pensione")),
    typed("a tab in a text", JSON, TEXT.replace("Pensione", "Pensione\t")),
    typed("a line feed in a text", JSON, TEXT.replace("Pensione", "Pensione\n")),
    typed("an escape that there is not", JSON, TEXT.replace("Pensione", "C:\\Pensione")),
    typed("a comma too many", JSON, TEXT[:-1] + ",}"),
    typed("a comma too many in a list", JSON, '{"data":[' + TEXT + ",]}"),
    typed("NaN", JSON, TEXT.replace('"state":1', '"state":NaN')),
    typed("Infinity", JSON, TEXT.replace('"state":1', '"state":-Infinity')),
    typed("a NUL behind it", JSON, TEXT + "\0"),
    typed("a warning of PHP's before it", JSON, WARNING + TEXT),
    typed("a warning of PHP's behind it", JSON, TEXT + WARNING),
    typed("UTF-16", JSON, TEXT.encode("utf-16")),
    typed("UTF-16, big end first", JSON, b"\xfe\xff" + TEXT.encode("utf-16-be")),
    typed("UTF-16 without a mark", JSON, TEXT.encode("utf-16-le")),
    typed("base64", JSON, BASE64),
    typed("base64 in JSON", JSON, json.dumps({"data": BASE64})),
    typed("base64 in a form", FORM, "data=" + BASE64.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")),
    typed("base64 in a form, not escaped", FORM, "data=" + BASE64),
    typed("nearly right in a form", FORM, "data=" + ESCAPED[:-3] + "%2C%7D"),
    typed("cut off", JSON, TEXT[:TEXT.index("stato")], SOME_ID),
    typed("cut off in a form", FORM, "data=" + ESCAPED[:ESCAPED.index("stato")], SOME_ID),
    typed("single quotes", JSON, "{'_id': '%s', 'nome': 'x'}" % ID, SOME_ID),
    typed("XML", "text/xml", f"<richiesta><_id>{ID}</_id><nome>x</nome></richiesta>", SOME_ID),
    typed("the id of a search", JSON, json.dumps({"_id": f"{ID}_0"}), SOME_ID),
    typed("more than the limit", JSON, json.dumps({**ORDER, "pad": "x" * 80_000}), TAKEN),
    typed("more than the limit, the order last", JSON, json.dumps({"pad": "x" * 80_000, **ORDER}), TAKEN),
    typed("nothing", JSON, b"", TAKEN),
    typed("null", JSON, "null", NOTHING),
    typed("an empty object", JSON, "{}", TAKEN),
    typed("a number", JSON, "7", NOTHING),
    typed("prose", "text/plain", "Buongiorno", NOTHING),
    typed("a page", "text/html", "<!doctype html><title>502 Bad Gateway</title>", NOTHING),
    typed("bytes", "application/octet-stream", bytes(range(256)), NOTHING),
]
