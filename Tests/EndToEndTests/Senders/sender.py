"""Posts callbacks with `requests` and `aiohttp`, in every way in which a program may hand them a body.

Usage: sender.py JOBS, which has a line for each: WAY, URL and order as JSON, with tabs between.
Prints a line for each: WAY, status and answer.

All of a library's share one session, so that a connection which may be kept is used again.
"""

import asyncio
import gzip
import json
import sys
import zlib

import aiohttp
import requests

JSON = {"Content-Type": "application/json"}


def requests_arguments(way, order):
    text = json.dumps(order)
    match way:
        case "json":
            return {"json": {"data": order}}
        case "form":
            return {"data": {"data": text}}
        case "parts":
            return {"files": {"data": (None, text)}}
        case "file":
            return {"files": {"data": ("data.json", text, "application/json")}}
        case "gzip":
            return {"data": gzip.compress(text.encode()), "headers": {**JSON, "Content-Encoding": "gzip"}}
        case "raw deflate":
            packed = zlib.compressobj(wbits=-15)
            body = packed.compress(text.encode()) + packed.flush()
            return {"data": body, "headers": {**JSON, "Content-Encoding": "deflate"}}
        case "chunks":
            body = text.encode()
            return {"data": (body[place:place + 100] for place in range(0, len(body), 100)), "headers": JSON}
        case "utf-16":
            return {"data": text.encode("utf-16"), "headers": JSON}
        case "text":
            return {"data": json.dumps(order, ensure_ascii=False).encode(), "headers": {"Content-Type": "text/plain"}}
        case "slash":
            return {"json": order, "suffix": "/"}
    raise ValueError(way)


async def aiohttp_arguments(way, order):
    text = json.dumps(order)
    match way:
        case "json":
            return {"json": {"data": order}}
        case "form":
            return {"data": {"data": text}}
        case "parts":
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("data", text, content_type="application/json", filename="data.json")
            return {"data": form}
        case "compressed json":
            return {"json": {"data": order}, "compress": "gzip"}
        case "deflated json":
            return {"json": {"data": order}, "compress": "deflate"}
        case "continue":
            return {"json": {"data": order, "pad": "x" * (1 << 20)}, "expect100": True}
    raise ValueError(way)


async def main():
    session = requests.Session()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as asynchronous:
        for line in open(sys.argv[1], encoding="utf-8"):
            name, url, order = line.rstrip("\n").split("\t")
            library, _, way = name.partition(": ")
            order = json.loads(order)
            try:
                if library == "requests":
                    arguments = requests_arguments(way, order)
                    answer = session.post(url + arguments.pop("suffix", ""), timeout=30, **arguments)
                    told = answer.status_code, answer.text
                else:
                    async with asynchronous.post(url, **await aiohttp_arguments(way, order)) as answer:
                        told = answer.status, await answer.text()
            except (requests.RequestException, aiohttp.ClientError) as problem:
                told = 0, repr(problem)
            print(name, told[0], told[1].strip(), sep="\t", flush=True)


asyncio.run(main())
