"""A durable receiver as it is often written: FastAPI, uvicorn, SQLite with synchronous=FULL and a unique key.

Environment: KEY_FILE, DATABASE.
"""

import base64
import hashlib
import hmac
import os
import sqlite3

from fastapi import FastAPI, HTTPException, Request

with open(os.environ["KEY_FILE"], encoding="ascii") as file:
    KEY = file.read().strip().encode()
database = sqlite3.connect(os.environ["DATABASE"], isolation_level=None, check_same_thread=False)
database.executescript(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE callbacks (id INTEGER PRIMARY KEY, fact TEXT NOT NULL UNIQUE, body BLOB NOT NULL)"
)
app = FastAPI()
syncs = 0


@app.get("/syncs")
async def count():
    return syncs


@app.post("/callbacks/{token}")
async def receive(token: str, request: Request):
    global syncs
    parts = token.split(".")
    if len(parts) != 4:
        raise HTTPException(401)
    code = hmac.digest(KEY, f"ricevuta callback token v1\n{parts[1]}\n{parts[2]}".encode(), hashlib.sha256)
    if not hmac.compare_digest(base64.urlsafe_b64encode(code).rstrip(b"=").decode(), parts[3]):
        raise HTTPException(401)
    order = (await request.json())["data"]
    fact = f'{parts[2]}|{order["_id"]}|{order["stato_richiesta"]}|{order["timestamp_last_update"]}'
    done = database.execute("INSERT OR IGNORE INTO callbacks (fact, body) VALUES (?, ?)", (fact, await request.body()))
    syncs += 1
    return "accepted" if done.rowcount else "duplicate"
