"""A downstream service as somebody else would write it: public libraries only, nothing of this project.

Usage: receiver.py PORTS_FILE LOG_FILE, with the secret in WEBHOOK_SECRET.

Every request is verified with `standardwebhooks` and parsed with `cloudevents`; what came of it is one line of JSON in
LOG_FILE. Answers 204 when both libraries are content, 400 when not.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks.webhooks import Webhook

ports_file, log_file = sys.argv[1:3]
webhook = Webhook(os.environ["WEBHOOK_SECRET"])
log = open(log_file, "a", buffering=1, encoding="utf-8")


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = dict(self.headers.items())
        try:
            webhook.verify(body, headers)
            event = from_http_event(HTTPMessage({k.lower(): v for k, v in headers.items()}, body))
            data = event.get_data()
            line = {
                "id": event.get_id(),
                "type": event.get_type(),
                "specversion": event.get_specversion(),
                "subject": event.get_subject(),
                "time": event.get_time().isoformat(),
                "delivery": event.get_extension("deliveryid"),
                "webhook-id": headers.get("webhook-id"),
                "order": data["order"]["id"],
                "sha256": (data.get("document") or {}).get("sha256"),
            }
            status = 204
        except Exception as problem:  # Whatever a library dislikes is the test's business.
            line, status = {"error": f"{type(problem).__name__}: {problem}"}, 400
        log.write(json.dumps(line) + "\n")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
with open(ports_file + ".new", "w", encoding="utf-8") as file:
    file.write(str(server.server_address[1]))
os.rename(ports_file + ".new", ports_file)
server.serve_forever()
