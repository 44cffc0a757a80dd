"""An HTTP server as such programs have it: a fixed number of workers, and a short line before them.

One request at a time for each worker. Who finds the line full is sent away at once with 503.
"""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Callable
from http.client import responses
from typing import Any

REQUEST_SECONDS = 30.0
LARGEST_BODY = 10 * 1024 * 1024

# method, path, body -> status, content
Application = Callable[[str, str, bytes], tuple[int, Any]]


class BadRequest(Exception):
    """The request cannot be read as HTTP."""


class WorkerServer:
    """Serves an application on a port of 127.0.0.1 with `workers` threads.

    `backlog` is how many accepted connections may wait for a worker.
    """

    def __init__(self, name: str, application: Application, *, workers: int, backlog: int) -> None:
        self._name = name
        self._application = application
        self._waiting: queue.Queue[socket.socket | None] = queue.Queue(backlog)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.turned_away = 0
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-worker-{number}", daemon=True)
            for number in range(workers)
        ]
        self._threads.append(
            threading.Thread(target=self._accept, name=f"{name}-accept", daemon=True)
        )

    @property
    def url(self) -> str:
        host, port = self._listener.getsockname()
        return f"http://{host}:{port}"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no more connections. The workers end with the process."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(REQUEST_SECONDS)
            try:
                self._waiting.put_nowait(connection)
            except queue.Full:
                self.turned_away += 1
                _answer(connection, 503, {"message": "Too many requests at once."})

    def _work(self) -> None:
        while connection := self._waiting.get():
            try:
                method, path, body = _read(connection)
                status, content = self._application(method, path, body)
            except BadRequest as error:
                status, content = 400, {"message": str(error)}
            except OSError:
                connection.close()
                continue
            except Exception as error:
                status, content = 500, {"message": f"{type(error).__name__}: {error}"}
            _answer(connection, status, content)


def _read(connection: socket.socket) -> tuple[str, str, bytes]:
    with connection.makefile("rb") as stream:
        try:
            method, path, _ = stream.readline(8192).decode("ascii").split()
            length = 0
            while (line := stream.readline(8192)).strip():
                name, _, value = line.decode("latin-1").partition(":")
                if name.strip().lower() == "content-length":
                    length = int(value)
        except ValueError:
            raise BadRequest("This is no HTTP request.") from None
        if not 0 <= length <= LARGEST_BODY:
            raise BadRequest("The body is too large.")
        return method, path, stream.read(length)


def _answer(connection: socket.socket, status: int, content: Any) -> None:
    body = json.dumps(content).encode()
    head = (
        f"HTTP/1.1 {status} {responses.get(status, '')}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with contextlib.suppress(OSError), connection:
        connection.sendall(head.encode() + body)
        # an orderly end: closing with unread input would reset the connection under the answer
        connection.shutdown(socket.SHUT_WR)
