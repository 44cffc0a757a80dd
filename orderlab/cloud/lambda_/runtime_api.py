"""The Runtime API: what a function's process asks of Lambda, over HTTP on the loopback interface.

    GET  /2018-06-01/runtime/invocation/next              the next event; held until there is one
    POST /2018-06-01/runtime/invocation/{id}/response     its result
    POST /2018-06-01/runtime/invocation/{id}/error        or its error
    POST /2018-06-01/runtime/init/error                   the code could not be loaded

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

One listener serves all environments. Each has an unguessable first part of the path, so that no
one else, a web page least of all, can fetch its events.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from typing import Protocol

import httptools

log = logging.getLogger("orderlab.cloud.lambda_")

_ROUTE = re.compile(r"^/(?P<token>[\w-]+)/2018-06-01/runtime/(?P<rest>[\w/-]+)$")
_RESULT = re.compile(r"^invocation/(?P<id>[\w-]+)/(?P<kind>response|error)$")
_ACCEPTED = (
    b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n"
    b'{"status":"OK"}'
)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# a result of 6 MB, and room for a little more so that it can be told that it is too large
MAX_BODY_BYTES = 7 * 1024 * 1024


class Runtime(Protocol):
    """The process on the other side, as the listener's caller sees it."""

    def next_asked(self, connection: Connection) -> None:
        """The process waits for an event on this connection."""

    def answered(self, request_id: str, body: bytes) -> bool:
        """Take a result; False if that request is not under way."""

    def failed(self, request_id: str, body: bytes, error_type: str) -> bool:
        """Take an error of the handler; False if that request is not under way."""

    def init_failed(self, body: bytes, error_type: str) -> None:
        """The handler could not be loaded."""

    def disconnected(self, connection: Connection) -> None:
        """The process closed its connection."""


class Listener:
    """One loopback port for the Runtime API of all environments."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._runtimes: dict[str, Runtime] = {}
        self.port = 0

    async def start(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self._runtimes), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening; connections that are open stay."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def register(self, runtime: Runtime) -> str:
        """Serve a process; returns its token, the address's last part."""
        token = secrets.token_urlsafe(18)
        self._runtimes[token] = runtime
        return token

    def address(self, token: str) -> str:
        """What AWS_LAMBDA_RUNTIME_API is to hold."""
        return f"127.0.0.1:{self.port}/{token}"

    def forget(self, token: str) -> None:
        """Serve the process with that token no longer."""
        self._runtimes.pop(token, None)


class Connection(asyncio.Protocol):
    """One connection of one process, kept open over its whole life."""

    def __init__(self, runtimes: dict[str, Runtime]) -> None:
        self._runtimes = runtimes
        self._runtime: Runtime | None = None
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._size = 0

    # --- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the process has connected."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes have come."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._close()

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio: the connection is closed."""
        self._transport = None
        if self._runtime is not None:
            self._runtime.disconnected(self)

    # --- the parser's side

    def on_message_begin(self) -> None:
        """The parser: a request begins."""
        self._begin()

    def on_url(self, url: bytes) -> None:
        """The parser: a part of its path."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """The parser: one header."""
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The parser: the head is complete."""
        if self._headers.get(b"expect", b"").lower() == b"100-continue":
            self.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        """The parser: a part of the body."""
        self._size += len(body)
        # what is beyond the limit is counted and dropped
        if self._size <= MAX_BODY_BYTES:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The parser: the request is complete; answer it."""
        match = _ROUTE.match(self._url.decode("latin-1"))
        self._runtime = self._runtimes.get(match["token"]) if match else None
        if match is None or self._runtime is None or b"origin" in self._headers:
            self.respond("403 Forbidden", b"")
            return
        try:
            self._route(self._runtime, self._parser.get_method(), match["rest"])
        except Exception:
            log.exception("the Runtime API failed")
            self.respond("500 Internal Server Error", b"")

    def _route(self, runtime: Runtime, method: bytes, rest: str) -> None:
        body = b"".join(self._body)
        error_type = self._headers.get(b"lambda-runtime-function-error-type", b"").decode("latin-1")
        if method == b"GET" and rest == "invocation/next":
            runtime.next_asked(self)
            return
        result = _RESULT.match(rest)
        if method == b"POST" and result is not None:
            # answer the process first: it goes on while its result is looked at
            self.write(_ACCEPTED)
            if result["kind"] == "response":
                runtime.answered(result["id"], body)
            else:
                runtime.failed(result["id"], body, error_type)
            return
        if method == b"POST" and rest == "init/error":
            self.write(_ACCEPTED)
            runtime.init_failed(body, error_type)
            return
        self.respond("404 Not Found", b'{"errorMessage":"Not found","errorType":"NotFound"}')

    # --- towards the process

    def write(self, data: bytes) -> None:
        """Send bytes, if the process is still connected."""
        if self._transport is not None:
            self._transport.write(data)

    def respond(self, status: str, body: bytes, headers: str = "") -> None:
        """Send a response; `headers` are further lines, each with its line break."""
        head = (
            f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n{headers}\r\n"
        )
        self.write(head.encode("latin-1", "replace") + body)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
