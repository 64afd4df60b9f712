"""What clients and proxies write round a body: versions, chunks, expectations, upgrades, hops."""

from .coded import chunked
from .shape import FORM, JSON, TEXT, Shape, typed

BODY = TEXT.encode()
TYPE = f"Content-Type: {JSON}\r\n"
CHUNKED = TYPE + "Transfer-Encoding: chunked\r\n"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")


def plain(name, more="", **rest):
    return Shape(name, more + TYPE, BODY, **rest)


SHAPES = [
    plain("curl", "User-Agent: curl/7.88.1\r\nAccept: */*\r\n"),
    plain("curl, Expect", "User-Agent: curl/7.88.1\r\nAccept: */*\r\nExpect: 100-continue\r\n"),
    plain("curl, --http2", "User-Agent: curl/7.88.1\r\nAccept: */*\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                           "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"),
    plain("curl, --http1.0", "User-Agent: curl/7.88.1\r\nAccept: */*\r\n", version="1.0"),
    plain("php, fsockopen", "Connection: Close\r\n", version="1.0"),
    plain("php, stream", "Connection: close\r\n"),
    plain("HTTP/1.0 without Host", version="1.0", host=""),
    plain("HTTP/1.0, kept alive", "Connection: keep-alive\r\n", version="1.0"),
    plain("Connection: close", "Connection: close\r\n"),
    plain("Java HttpClient", "Connection: Upgrade, HTTP2-Settings\r\n"
                             "HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAABgAGAAAA\r\n"
                             "Upgrade: h2c\r\nUser-Agent: Java-http-client/17.0.12\r\n"),
    plain("Java HttpClient, Expect", "Expect: 100-Continue\r\nUser-Agent: Java-http-client/17.0.12\r\n"),
    plain("fetch", "connection: keep-alive\r\naccept: */*\r\naccept-language: *\r\nsec-fetch-mode: cors\r\n"
                   "user-agent: node\r\naccept-encoding: gzip, deflate\r\n"),
    plain("requests", "User-Agent: python-requests/2.31.0\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n"
                      "Connection: keep-alive\r\n"),
    plain("Guzzle", "User-Agent: GuzzleHttp/7\r\n"),
    plain("Go", "User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n"),
    plain("Ruby", "Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\nAccept: */*\r\nUser-Agent: Ruby\r\n"),
    plain("nginx, HTTP/1.0", "X-Real-IP: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n",
          version="1.0"),
    plain("nginx, kept alive", "X-Real-IP: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"),
    plain("haproxy", "x-forwarded-for: 192.0.2.1\r\nx-forwarded-proto: https\r\n"),
    plain("Caddy", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: a.example.test\r\nX-Forwarded-Proto: https\r\n"
                   "Via: 2.0 Caddy\r\nAccept-Encoding: gzip\r\n"),
    plain("an Azure gateway", "X-Forwarded-For: 192.0.2.1:50512\r\nX-Original-Host: a.example.test\r\n"
                              "X-Forwarded-Port: 443\r\n"),
    plain("Forwarded", 'Forwarded: for="[2001:db8::1]:4711";proto=https;by=203.0.113.43\r\n'),
    plain("a trace and cookies", "Cookie: PHPSESSID=abc; b=c\r\n"
                                 "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"),
    plain("names in capitals", "ACCEPT: */*\r\nUSER-AGENT: X\r\n"),
    plain("a field in Latin-1", "X-Nome: et\xe0\r\n"),
    plain("a large field", "X-Pad: " + "a" * 6000 + "\r\n"),
    Shape("chunks", CHUNKED, chunked(BODY), length=False),
    Shape("one chunk", CHUNKED, chunked(BODY, 10_000), length=False),
    Shape("chunks of a byte", CHUNKED, chunked(BODY, 1), length=False),
    Shape("chunks, node", f"content-type: {JSON}\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n",
          chunked(BODY, 50), length=False),
    Shape("chunks, size in capitals", CHUNKED, b"%X\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY), length=False),
    Shape("chunks, zeros in front", CHUNKED, b"000%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY), length=False),
    Shape("chunks, extension", CHUNKED, b"%x;a=b\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY), length=False),
    Shape("chunks, trailer", CHUNKED, b"%x\r\n%s\r\n0\r\nX-Sum: 1\r\n\r\n" % (len(BODY), BODY), length=False),
    Shape("chunks, Expect", "Expect: 100-continue\r\n" + CHUNKED, chunked(BODY), length=False),
    Shape("chunks, form", f"Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n", chunked(b"data=" + BODY),
          length=False),
    plain("absolute target", target="http://localhostT"),
    plain("a query", target="T?x=1"),
    plain("a query with an order in it", target="T?_id=000000000000000000000000&stato=Annullata"),
    plain("a slash behind the token", target="T/"),
    Shape("no length", TYPE, b"", 411, length=False),
    plain("a fragment", target="T#x", outcome=400),
    plain("GET", method="GET", outcome=405),
    plain("PUT", method="PUT", outcome=405),
    Shape("HTTP/2 at once", "", PREFACE, (400, 405, 411, 505), length=False, method="PRI", target="*T", version="2.0"),
    typed("sixty thousand bytes", JSON, '{"pad":"' + "x" * 60_000 + '","data":' + TEXT + "}",
          more="Expect: 100-continue\r\n"),
]
