"""AWS's own client of DAX, as far as it encodes and decodes: its tube writes into memory."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip(
    "amazondax", reason="amazon-dax-client is not installed: pip install amazon-dax-client==2.1.0"
)
from amazondax import Assemblers
from amazondax.CborEncoder import CborEncoder
from amazondax.DaxCborDecoder import DaxCborDecoder
from amazondax.DaxClient import Request
from amazondax.generated import Stubs
from amazondax.Tube import Tube

from orderlab.cloud.dax.protocol.framing import MAGIC, Framer

HANDSHAKE = MAGIC + b"\x00\xf6\xa1\x69UserAgent\x64test\x00"


class MemoryTube(Tube):  # type: ignore[misc]
    """A tube without a socket."""

    def __init__(self, incoming: bytes = b"") -> None:
        self.enc = CborEncoder()
        self._incoming = incoming
        self.dec = DaxCborDecoder(self._more)
        self.sent = b""

    def _more(self, buffer: bytearray, wanted: int) -> int:
        taken, self._incoming = self._incoming, b""
        buffer += taken
        return len(taken)

    def flush(self) -> None:
        self.sent += self.enc.as_bytes()
        self.enc.reset()

    _flush_some = flush


def key_schema(schema: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    """A key schema as the client keeps it."""
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in schema]


def sent(method: str, *arguments: Any) -> bytes:
    """What the client sends for a method, such as `getItem_263244906_1`."""
    tube = MemoryTube()
    getattr(Stubs, f"write_{method}")(*arguments, tube)
    return tube.sent


def framed(raw: bytes) -> bytes:
    """The one request that the bytes are, as the framer cuts it out."""
    (frame,) = Framer().feed(HANDSHAKE + raw)
    return frame


def understood(method: str, request: Request | None, raw: bytes) -> Any:
    """What the client makes of the content of an answer."""
    return getattr(Assemblers, method)(request, MemoryTube(raw))
