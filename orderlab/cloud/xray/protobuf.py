"""The wire format of Protocol Buffers, read as far as OpenTelemetry's spans need it.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

# A field's value: a number, eight or four bytes as they come, or bytes.
Value = int | bytes
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


class Malformed(ValueError):
    """The bytes are no message."""


class Message:
    """A message's fields by their numbers, each with its values in their order."""

    def __init__(self, data: bytes) -> None:
        """Raises Malformed."""
        self._fields: dict[int, list[Value]] = {}
        for number, value in _fields(data):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def number(self, field: int) -> int:
        """The last number of a field; 0 if it is missing."""
        value = self._fields.get(field, [0])[-1]
        return value if isinstance(value, int) else 0

    def bytes(self, field: int) -> bytes:
        """The last bytes of a field; none if it is missing."""
        value = self._fields.get(field, [b""])[-1]
        return value if isinstance(value, bytes) else b""

    def text(self, field: int) -> str:
        """The last text of a field."""
        return self.bytes(field).decode("utf-8", "replace")

    def fixed(self, field: int) -> int:
        """The last number of a field that is written in eight bytes."""
        value = self.bytes(field)
        return int.from_bytes(value, "little") if len(value) == 8 else 0

    def double(self, field: int) -> float:
        """The last floating-point number of a field."""
        value = self.bytes(field)
        return float(struct.unpack("<d", value)[0]) if len(value) == 8 else 0.0

    def message(self, field: int) -> Message:
        """The message in a field; an empty one if it is missing. Raises Malformed."""
        return Message(self.bytes(field))

    def messages(self, field: int) -> list[Message]:
        """All messages in a field. Raises Malformed."""
        return list(self.each(field))

    def each(self, field: int) -> Iterator[Message]:
        """The messages in a field, each read when it is asked for. Raises Malformed."""
        values = self._fields.get(field, ())
        return (Message(value) for value in values if isinstance(value, bytes))


def _fields(data: bytes) -> Iterator[tuple[int, Value]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        size = {_EIGHT: 8, _FOUR: 4}.get(kind, -1)
        if kind == _BYTES:
            size, at = _varint(data, at)
        if size < 0 or at + size > len(data):
            raise Malformed
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to ten bytes, and where it ends."""
    found = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise Malformed
        byte = data[at]
        at += 1
        found |= (byte & 127) << shift
        if byte < 128:
            return found, at
    raise Malformed
