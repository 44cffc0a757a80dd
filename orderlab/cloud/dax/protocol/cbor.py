"""CBOR as DAX uses it: DynamoDB's sets and list positions have tags of their own.

cbor2, which reads CBOR elsewhere, is not used: here values follow each other without a length, and
a number is refused by its size before it is made.

https://www.rfc-editor.org/rfc/rfc8949
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MAX_DEPTH = 400
# far more than a number of DynamoDB has, which refuses larger ones with an error of its own
MAX_NUMBER_BYTES = 1000
MAX_EXPONENT = 1000
TAG_STRING_SET = 3321
TAG_NUMBER_SET = 3322
TAG_BINARY_SET = 3323
TAG_POSITION = 3324
_POSITIVE, _NEGATIVE, _DECIMAL = 2, 3, 4
_BREAK = object()
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
NULL = b"\xf6"
STREAM_OF_PAIRS = b"\xbf"
END_OF_STREAM = b"\xff"


class BadCbor(ValueError):
    """The bytes are no CBOR, or none that DAX uses."""


@dataclass(frozen=True, slots=True)
class SetOf:
    """A set of DynamoDB: `kind` is SS, NS or BS."""

    kind: str
    values: list[Any]


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a list, as a part of a document path."""

    index: int


_SETS = {TAG_STRING_SET: "SS", TAG_NUMBER_SET: "NS", TAG_BINARY_SET: "BS"}


class Reader:
    """Reads one value after the other. Raises BadCbor."""

    __slots__ = ("_data", "_end", "at")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self._end = len(data)
        self.at = at

    @property
    def finished(self) -> bool:
        """Whether all bytes were read."""
        return self.at >= self._end

    def rest(self) -> bytes:
        """All bytes that were not read yet."""
        found = self._data[self.at :]
        self.at = self._end
        return found

    def value(self, depth: int = 0) -> Any:
        """The next value: int, Decimal, float, str, bytes, list, dict, SetOf, Position, None."""
        if depth > MAX_DEPTH:
            raise BadCbor("nested too deeply")
        if self.at >= self._end:
            raise BadCbor("ends too early")
        first = self._data[self.at]
        self.at += 1
        major, low = first >> 5, first & 31
        if major == 7:
            return self._simple(low)
        if low == 31:
            return self._stream(major, depth)
        number = self._number(low)
        if major == 3:
            return self._text(number)
        if major == 2:
            return self._bytes(number)
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 6:
            return self._tagged(number, depth + 1)
        return self._members(major, self._count(number), depth + 1)

    def _number(self, low: int) -> int:
        if low < 24:
            return low
        if low > 27:
            raise BadCbor("no such length")
        return int.from_bytes(self._bytes(1 << (low - 24)), "big")

    def _count(self, number: int) -> int:
        if number > self._end - self.at:
            raise BadCbor("more members than bytes")
        return number

    def _bytes(self, count: int) -> bytes:
        at = self.at
        if count > self._end - at:
            raise BadCbor("ends too early")
        self.at = at + count
        return self._data[at : at + count]

    def _text(self, count: int) -> str:
        try:
            return self._bytes(count).decode()
        except UnicodeDecodeError:
            raise BadCbor("text that is no UTF-8") from None

    def _simple(self, low: int) -> Any:
        if low in _FLOATS:
            form = _FLOATS[low]
            return struct.unpack(form, self._bytes(struct.calcsize(form)))[0]
        if low == 31:
            return _BREAK
        if low not in _SIMPLE:
            raise BadCbor("no such simple value")
        return _SIMPLE[low]

    def _members(self, major: int, count: int, depth: int) -> Any:
        # no comprehension and no function for a member: expressions are nested hundreds deep
        members = []
        for _ in range(count * (major - 3)):
            value = self.value(depth)
            if value is _BREAK:
                raise BadCbor("a stream ends that has not begun")
            members.append(value)
        return members if major == 4 else _mapped(members)

    def _stream(self, major: int, depth: int) -> Any:
        items = []
        while (item := self.value(depth + 1)) is not _BREAK:
            items.append(item)
        if major == 4:
            return items
        if major == 5:
            return _mapped(items)
        kind: type[bytes | str] = bytes if major == 2 else str
        if major not in (2, 3) or not all(isinstance(item, kind) for item in items):
            raise BadCbor("no such stream")
        return b"".join(items) if major == 2 else "".join(items)

    def _tagged(self, tag: int, depth: int) -> Any:
        value = self.value(depth)
        if tag in _SETS and isinstance(value, list):
            return SetOf(_SETS[tag], value)
        if tag == _DECIMAL:
            return _decimal(value)
        if tag == TAG_POSITION and isinstance(value, int):
            return Position(value)
        if tag in (_POSITIVE, _NEGATIVE) and isinstance(value, bytes):
            if len(value) > MAX_NUMBER_BYTES:
                raise BadCbor("a number is too long")
            number = int.from_bytes(value, "big")
            return number if tag == _POSITIVE else -1 - number
        raise BadCbor(f"the tag {tag} is none of DAX")


def _mapped(members: list[Any]) -> dict[Any, Any]:
    """Keys and values that came one after the other."""
    if len(members) % 2:
        raise BadCbor("a key without a value")
    return {_as_key(key): value for key, value in zip(members[::2], members[1::2], strict=True)}


def _as_key(key: Any) -> Any:
    if not isinstance(key, str | int | bytes):
        raise BadCbor("no such key")
    return key


def _decimal(value: Any) -> Decimal:
    if isinstance(value, list) and len(value) == 2:
        exponent, digits = value
        whole = isinstance(exponent, int) and isinstance(digits, int)
        if whole and abs(exponent) <= MAX_EXPONENT:
            return Decimal((digits < 0, tuple(map(int, str(abs(digits)))), exponent))
    raise BadCbor("no decimal number")


def read_all(data: bytes) -> Any:
    """The one value that the bytes are. Raises BadCbor."""
    reader = Reader(data)
    value = reader.value()
    if value is _BREAK or not reader.finished:
        raise BadCbor("no single value")
    return value


# --- writing ---


def head(major: int, number: int) -> bytes:
    """The beginning of a value: its type, and its value, length or number of members."""
    if number < 24:
        return bytes((major << 5 | number,))
    if number < 0x100:
        return bytes((major << 5 | 24, number))
    if number < 0x10000:
        return struct.pack(">BH", major << 5 | 25, number)
    if number < 0x100000000:
        return struct.pack(">BI", major << 5 | 26, number)
    return struct.pack(">BQ", major << 5 | 27, number)


def integer(number: int) -> bytes:
    """A whole number of any size."""
    major, magnitude = (0, number) if number >= 0 else (1, -1 - number)
    if magnitude < 1 << 64:
        return head(major, magnitude)
    raw = magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "big")
    return head(6, _POSITIVE + major) + binary(raw)


def decimal(digits: int, exponent: int) -> bytes:
    """The number `digits` times ten to the `exponent`."""
    return b"\xc4\x82" + integer(exponent) + integer(digits)


def double(number: float) -> bytes:
    """A floating-point number of 64 bits."""
    return b"\xfb" + struct.pack(">d", number)


def text(value: str) -> bytes:
    """A text. Half a surrogate pair becomes a question mark."""
    raw = value.encode("utf-8", "replace")
    return head(3, len(raw)) + raw


def binary(raw: bytes) -> bytes:
    """A string of bytes."""
    return head(2, len(raw)) + raw


def array(members: list[bytes]) -> bytes:
    """An array of values that are CBOR already."""
    return head(4, len(members)) + b"".join(members)


def pairs(members: list[tuple[bytes, bytes]]) -> bytes:
    """A map of keys and values that are CBOR already."""
    return head(5, len(members)) + b"".join(part for pair in members for part in pair)
