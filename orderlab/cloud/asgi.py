"""The socket side: uvicorn's ASGI on one side, plain requests and responses on the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from orderlab.cloud.header_names import names_as_sent
from orderlab.cloud.http import Request, Response
from orderlab.cloud.server import Front

# a 50 MB zip in base64, and room for the rest of the call
MAX_BODY_BYTES = 72 * 1024 * 1024

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class AsgiApplication:
    """Reads a whole request, has it answered, writes the whole response."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if body is None:
            response = Response.json({"message": "Request Entity Too Large"}, status=413)
        else:
            response = await self._front.handle(_request(scope, body))
        headers = [
            (name.encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in response.headers
            if name.lower() != "content-length"
        ]
        headers.append((b"content-length", str(len(response.body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        no_body = scope["method"] == "HEAD" or response.status in (204, 304)
        await send({"type": "http.response.body", "body": b"" if no_body else response.body})


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None if it is longer than any call may be."""
    message = await receive()
    if not message.get("more_body"):
        return bytes(message.get("body", b""))
    parts, size = [message.get("body", b"")], 0
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY_BYTES:
            return None
    return b"".join(parts)


def _request(scope: dict[str, Any], body: bytes) -> Request:
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
        body=body,
        source_ip=client[0] if client else "127.0.0.1",
        names_as_sent=names_as_sent(scope),
        headers_as_sent=scope["headers"],
    )
