"""One keep-alive HTTP connection that sends JSON: little more than the bytes on the wire.

A general client costs more time for an order than the order system's own door does, and would
share two cores with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from urllib.parse import urlsplit

ANSWER_SECONDS = 40.0
_LARGEST_HEAD = 65_536


class ConnectionLost(Exception):
    """No whole answer came back; whether the request arrived, nobody knows.

    `refused`: nobody listens at the address, so that it did not.
    """

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class JsonConnection:
    """POSTs to one address, opening the connection when it is needed."""

    def __init__(self, url: str, path: str) -> None:
        address = urlsplit(url)
        self._host = address.hostname or "127.0.0.1"
        self._tls = address.scheme == "https"
        self._port = address.port or (443 if self._tls else 80)
        self._head = (
            f"POST {address.path.rstrip('/')}{path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, body: bytes) -> Answer:
        """Send one body and wait for the answer. Raises ConnectionLost."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._writer is None:
                    await self._open()
                assert self._reader and self._writer
                self._writer.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
                return await self._read(self._reader)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            self.close()
            refused = isinstance(error, ConnectionRefusedError)
            raise ConnectionLost(str(error) or type(error).__name__, refused=refused) from None

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def _open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(
            self._host, self._port, ssl=self._tls or None, limit=_LARGEST_HEAD
        )

    async def _read(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        if b"\r\ntransfer-encoding: chunked" in head:
            body = await _chunks(reader)
        elif (start := head.find(b"\r\ncontent-length:")) >= 0:
            length = head[start + 17 : head.index(b"\r\n", start + 17)]
            body = await reader.readexactly(int(length))
        else:
            body = await reader.read()
            self.close()
        if b"\r\nconnection: close" in head or head.startswith(b"http/1.0"):
            self.close()
        return Answer(status, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return body
