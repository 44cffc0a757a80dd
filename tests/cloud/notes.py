"""Where functions tell a test what they saw: a server in the test's own process.

A function shares no file with the test: its /tmp is its own.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Code of a function that wants to note events; SEEN is the variable that `address` gives.
NOTE = """
import http.client, json, os

def note(event):
    host, name = os.environ["SEEN"].split("/")
    connection = http.client.HTTPConnection(host)
    connection.request("POST", "/" + name, json.dumps(event))
    connection.getresponse().read()
    connection.close()
"""


class Notes:
    """What was noted, by name, in the order in which it came."""

    def __init__(self) -> None:
        self._noted: dict[str, list[dict[str, Any]]] = defaultdict(list)
        noted = self._noted

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                noted[self.path[1:]].append(json.loads(body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def address(self, name: str) -> str:
        return f"127.0.0.1:{self._server.server_port}/{name}"

    def of(self, name: str) -> list[dict[str, Any]]:
        return list(self._noted[name])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
