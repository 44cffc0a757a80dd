"""The socket side: uvicorn's ASGI on one side, plain requests and responses on the other.

The head of a request is looked at first. What is turned away by it, or says that it is longer than
it may be, is answered before its body has come.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from orderlab.cloud.front.body_limits import BodyBudget
from orderlab.cloud.front.header_names import names_as_sent
from orderlab.cloud.front.server import Front
from orderlab.cloud.http import Request, Response

# read without asking whether there is memory for it
SMALL_BYTES = 64 * 1024

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ClientGone(Exception):
    """The client closed the connection before its request was whole."""


class AsgiApplication:
    """Reads a request, has it answered, writes the whole response."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._budget = BodyBudget()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = _request(scope)
        response = self._front.refuse(request)
        if response is not None:
            if (_announced(request) or 0) > SMALL_BYTES or "expect" in request.headers:
                response.headers.append(("connection", "close"))
        else:
            try:
                response = await self._answer(request, receive)
            except ClientGone:
                return
        await send_response(response, send, head_only=scope["method"] == "HEAD")

    async def _answer(self, request: Request, receive: Receive) -> Response:
        body = _Body(receive)
        announced = _announced(request)
        if (announced is None or announced <= SMALL_BYTES) and await body.read(SMALL_BYTES):
            return await self._hand_on(request, body)
        most = self._front.most_body_bytes(request)
        if announced is not None and announced > most:
            return await self._refuse_length(request, most)
        async with self._budget.reserve(announced or most):
            if await body.read(most):
                return await self._hand_on(request, body)
        return await self._refuse_length(request, most)

    async def _hand_on(self, request: Request, body: _Body) -> Response:
        request.body = body.take()
        return await self._front.handle(request)

    async def _refuse_length(self, request: Request, most: int) -> Response:
        """What the service that was called says to a body that is too long."""
        request.limit_exceeded = most
        response = await self._front.handle(request)
        if "expect" in request.headers:
            # The client was not told to continue, so what it sends next may not be the body.
            response.headers.append(("connection", "close"))
        return response


class _Body:
    """The body of a request, as far as it has been read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._parts: list[bytes] = []
        self._size = 0

    async def read(self, most: int) -> bool:
        """Read on. Returns whether the body ended before it was longer than that.

        Raises ClientGone.
        """
        while self._size <= most:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            self._parts.append(message["body"])
            self._size += len(message["body"])
            if not message["more_body"]:
                return self._size <= most
        return False

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _announced(request: Request) -> int | None:
    """The length that the head gives; None for a chunked body."""
    length = request.headers.get("content-length")
    if length is not None:
        return int(length)
    return None if "transfer-encoding" in request.headers else 0


async def send_response(response: Response, send: Send, *, head_only: bool) -> None:
    """Send a whole answer, or the head of it."""
    headers = [
        (name.encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in response.headers
        if name.lower() != "content-length"
    ]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    no_body = head_only or response.status in (204, 304)
    await send({"type": "http.response.body", "body": b"" if no_body else response.body})


def _request(scope: dict[str, Any]) -> Request:
    """The request as far as its head says; the body is added later."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=raw_path.decode("latin-1").partition("?")[0],
        query_string=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=b"",
        source_ip=client[0] if client else "127.0.0.1",
        raw_headers=[
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, (_, value) in zip(names_as_sent(scope), scope["headers"], strict=True)
        ],
    )
