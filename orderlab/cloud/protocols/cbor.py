"""CBOR, as Smithy's RPC protocol uses it.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_BREAK = object()
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_EPOCH_TAG = 1
MAX_DEPTH = 100
# values in one body: a PutMetricData with as many takes less than half a second
MAX_VALUES = 200_000


def encode(value: Any) -> bytes:
    """A value as CBOR; times as seconds since 1970 with CBOR's tag for that."""
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, datetime):
        return _head(6, _EPOCH_TAG) + encode(value.timestamp())
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        raw = value.encode("utf-8", "replace")
        return _head(3, len(raw)) + raw
    if isinstance(value, Mapping):
        inside = b"".join(encode(key) + encode(each) for key, each in value.items())
        return _head(5, len(value)) + inside
    return _head(4, len(value)) + b"".join(map(encode, value))


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for code, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if argument < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | code]) + struct.pack(form, argument)
    raise ValueError("a number is too large for CBOR")


def decode(data: bytes) -> Any:
    """The value in some CBOR; ValueError if it is none or goes on behind the value."""
    reader = _Reader(data)
    value = reader.value(0)
    if value is _BREAK or reader.at != len(data):
        raise ValueError("no single CBOR value")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._values = 0
        self.at = 0

    def _take(self, count: int) -> bytes:
        found = self._data[self.at : self.at + count]
        if len(found) < count:
            raise ValueError("CBOR ends too early")
        self.at += count
        return found

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError("CBOR is nested too deeply")
        self._values += 1
        if self._values > MAX_VALUES:
            raise ValueError("CBOR has too many values")
        first = self._take(1)[0]
        major, low = first >> 5, first & 31
        if major == 7:
            return self._simple(low)
        if low == 31:
            return self._indefinite(major, depth)
        argument = self._argument(low)
        if major in (0, 1):
            return argument if major == 0 else -1 - argument
        if major in (2, 3):
            raw = self._take(argument)
            return raw if major == 2 else raw.decode()
        if major == 4:
            return [self.value(depth + 1) for _ in range(min(argument, len(self._data)))]
        if major == 5:
            return self._map(min(argument, len(self._data)), depth)
        return self._tagged(argument, depth)

    def _argument(self, low: int) -> int:
        if low < 24:
            return low
        if low > 27:
            raise ValueError("no CBOR")
        return int.from_bytes(self._take(1 << (low - 24)), "big")

    def _simple(self, low: int) -> Any:
        if low in _FLOATS:
            form = _FLOATS[low]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if low == 31:
            return _BREAK
        if low not in _SIMPLE:
            raise ValueError("no CBOR")
        return _SIMPLE[low]

    def _map(self, count: int, depth: int) -> dict[str, Any]:
        found = {}
        for _ in range(count):
            key = self.value(depth + 1)
            found[str(key)] = self.value(depth + 1)
        return found

    def _indefinite(self, major: int, depth: int) -> Any:
        items = []
        while (item := self.value(depth + 1)) is not _BREAK:
            items.append(item)
        if major == 4:
            return items
        if major == 5:
            return {str(key): value for key, value in zip(items[::2], items[1::2], strict=True)}
        kind: type[bytes | str] = bytes if major == 2 else str
        if major not in (2, 3) or not all(isinstance(item, kind) for item in items):
            raise ValueError("no CBOR")
        return b"".join(items) if major == 2 else "".join(items)

    def _tagged(self, tag: int, depth: int) -> Any:
        value = self.value(depth + 1)
        if tag == _EPOCH_TAG and isinstance(value, int | float):
            try:
                return datetime.fromtimestamp(value, UTC)
            except (OverflowError, OSError):
                raise ValueError("no time") from None
        return value
