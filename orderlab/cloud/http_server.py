"""The socket side: HTTP/1.1 on the loopback interface.

A server of its own, since it is half of what a short call costs: no layer between the parser and
`Front.handle`, and one write for each answer, so that the client wakes up once.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httptools

from orderlab.cloud.http import Request, Response
from orderlab.cloud.http_wire import pieces_of, request_of

log = logging.getLogger("orderlab.cloud")

# a 50 MB zip in base64, and room for the rest of the call
MAX_BODY_BYTES = 72 * 1024 * 1024
MAX_HEAD_BYTES = 1024 * 1024
# requests that one client may send ahead of their answers
MAX_WAITING = 16
# how long answers under way may still take when the server stops
GRACE_SECONDS = 1.0

Handle = Callable[[Request], Awaitable[Response]]


class HttpServer:
    """Listens, and has each request answered by `handle`, those of one connection in order."""

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        self.connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), sock=listener)

    def close(self) -> None:
        """Take no more connections."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def stop(self) -> None:
        """Let the answers under way be given, for a moment, and close every connection."""
        self.close()
        tasks = [task for connection in self.connections if (task := connection.finish())]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for connection in list(self.connections):
            connection.abort()


@dataclass(slots=True)
class _Turn:
    """A request that waits for its turn, or the refusal that stands in its place."""

    what: Request | Response
    head_only: bool
    keep_alive: bool


class Connection(asyncio.Protocol):
    """One client's connection: parses, has requests answered one after the other, writes."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._source_ip = "127.0.0.1"
        self._waiting: deque[_Turn] = deque()
        self._task: asyncio.Task[None] | None = None
        self._reading = self._writable = True
        self._last = False
        self.on_message_begin()

    # --- asyncio's side ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        peer = transport.get_extra_info("peername")
        self._source_ip = peer[0] if peer else "127.0.0.1"
        self._server.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = self._parser = None
        self._waiting.clear()
        self._server.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        if self._parser is None:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # no other protocol is spoken here: the client goes on in this one
            self._parser = httptools.HttpRequestParser(self)
            if rest := data[upgrade.args[0] :]:
                self.data_received(rest)
        except httptools.HttpParserError:
            self._parser = None
            refusal = Response(400, b"Invalid HTTP request received.", _PLAIN)
            self._take(_Turn(refusal, False, False))

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._next()

    # --- the parser's side ---

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._head_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._keep_alive = True

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))
        self._count_head(len(name) + len(value))

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError("the head of the request is too long")

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        parser = self._parser
        self._keep_alive = parser.should_keep_alive() and parser.get_http_version() != "1.0"
        for name, value in self._headers:
            if len(name) == 6 and name.lower() == b"expect" and value.lower() == b"100-continue":
                self._write([b"HTTP/1.1 100 Continue\r\n\r\n"])

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        # what is beyond the limit is counted and dropped
        if self._body_bytes <= MAX_BODY_BYTES:
            self._body.append(body)

    def on_message_complete(self) -> None:
        assert self._parser is not None
        method = self._parser.get_method().decode("ascii")
        what: Request | Response
        if self._body_bytes > MAX_BODY_BYTES:
            what = Response.json({"message": "Request Entity Too Large"}, status=413)
        else:
            body = b"".join(self._body)
            what = request_of(method, self._url, self._headers, body, self._source_ip)
        self._take(_Turn(what, method == "HEAD", self._keep_alive))

    # --- one request after the other ---

    def _take(self, turn: _Turn) -> None:
        self._waiting.append(turn)
        if self._reading and len(self._waiting) > MAX_WAITING and self._transport is not None:
            self._reading = False
            self._transport.pause_reading()
        self._next()

    def _next(self) -> None:
        if self._task is not None or not self._waiting or not self._writable or self._last:
            return
        self._task = self._loop.create_task(self._answer(self._waiting.popleft()))
        if not self._reading and not self._waiting and self._transport is not None:
            self._reading = True
            self._transport.resume_reading()

    async def _answer(self, turn: _Turn) -> None:
        try:
            if isinstance(turn.what, Response):
                response = turn.what
            else:
                response = await self._server.handle(turn.what)
            keep_alive = turn.keep_alive and not self._last
            pieces = pieces_of(response, head_only=turn.head_only, keep_alive=keep_alive)
        except Exception:
            log.exception("a request could not be answered")
            keep_alive = False
            failure = Response(500, b"Internal Server Error", _PLAIN)
            pieces = pieces_of(failure, head_only=turn.head_only, keep_alive=False)
        self._task = None
        self._write(pieces)
        if not keep_alive:
            self._last = True
            self._close()
        elif self._waiting:
            self._next()

    def _write(self, pieces: list[bytes]) -> None:
        if self._transport is not None:
            for piece in pieces:
                self._transport.write(piece)

    # --- the end ---

    def finish(self) -> asyncio.Task[None] | None:
        """Take nothing more; the answer under way, after which the connection closes."""
        self._last = True
        if self._task is None:
            self._close()
        return self._task

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()


_PLAIN = [("content-type", "text/plain; charset=utf-8")]
