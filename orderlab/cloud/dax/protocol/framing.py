"""Cuts what arrives on a connection into the handshake and one request after the other.

Every byte is looked at once, however it arrives: a request that comes in a thousand pieces costs as
much as one that comes whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderlab.cloud.dax.protocol.cbor import MAX_DEPTH, BadCbor
from orderlab.cloud.dax.protocol.methods import ARGUMENTS, SERVICE

# the magic text, layering, session, properties, types
_HANDSHAKE_ITEMS = 5
MAGIC = b"gJ7yne5G"
MAX_HANDSHAKE_BYTES = 16 * 1024
# BatchWriteItem takes 16 MB; expressions and keys come on top of that
MAX_REQUEST_BYTES = 17 * 1024 * 1024
# an item of 400 KB has no more values, and comes twice in an update
MAX_VALUES = 1_000_000


class Framer:
    """Keeps what has come of the next request. Raises BadCbor when it can be none."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._at = 0
        self._values = 0
        # how many members are still to come, from the outermost to the innermost; -1 in a stream
        self._open = [_HANDSHAKE_ITEMS]
        self._shaken = False
        self._read = 0
        self._service = 0

    @property
    def shaken(self) -> bool:
        """Whether the handshake is complete."""
        return self._shaken

    @property
    def pending(self) -> int:
        """How many bytes there are of a request that is not complete."""
        return len(self._data)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The requests that are complete with these bytes."""
        self._data += data
        while self._data and self._scan():
            found = bytes(self._data[: self._at])
            del self._data[: self._at]
            self._at = self._values = 0
            if self._shaken:
                yield found
            self._shaken = True
            self._open = [2]
            self._read = 0
        most = MAX_REQUEST_BYTES if self._shaken else MAX_HANDSHAKE_BYTES
        if len(self._data) > most:
            raise BadCbor("the request is too long")

    def _scan(self) -> bool:
        """Go on until the request is complete; False if its end has not come."""
        if not self._shaken and not self._at:
            self._require_magic()
            if len(self._data) < len(MAGIC):
                return False
        end = len(self._data)
        while self._open:
            begin = self._at
            if begin >= end:
                return False
            major, low = self._data[begin] >> 5, self._data[begin] & 31
            at, number = self._number(begin + 1, major, low)
            if major in (2, 3) and low != 31:
                if number > MAX_REQUEST_BYTES:
                    raise BadCbor("the request is too long")
                at += number
            if at > end:
                return False
            self._at = at
            self._values += 1
            if self._values > MAX_VALUES:
                raise BadCbor("the request has too many values")
            self._take(major, low, number)
        return True

    def _number(self, at: int, major: int, low: int) -> tuple[int, int]:
        """Where a value's own beginning ends, and the number in it."""
        if low < 24:
            return at, low
        if low < 28:
            size = 1 << (low - 24)
            return at + size, int.from_bytes(self._data[at : at + size], "big")
        if low < 31 or major in (0, 1, 6):
            raise BadCbor("no such length")
        return at, low

    def _require_magic(self) -> None:
        begun = bytes(self._data[: len(MAGIC)])
        if not MAGIC.startswith(begun):
            raise BadCbor("this is no client of DAX")

    def _take(self, major: int, low: int, number: int) -> None:
        """Note one beginning of a value, whose own bytes are all there."""
        opened = self._open
        if self._shaken and self._read < 2 and major > 1:
            raise BadCbor("a method is no number")
        if major == 6:
            return
        if major in (4, 5) or (low == 31 and major != 7):
            opened.append(-1 if low == 31 else number * (major - 3))
            if len(opened) > MAX_DEPTH:
                raise BadCbor("nested too deeply")
            if opened[-1]:
                return
            opened.pop()
        elif major == 7 and low == 31:
            if opened[-1] != -1:
                raise BadCbor("a stream ends that has not begun")
            opened.pop()
        self._count(major, number)

    def _count(self, major: int, number: int) -> None:
        """One value is complete, and with it perhaps those around it."""
        opened = self._open
        if self._shaken and self._read < 2:
            self._note_method(major, number)
        while opened and opened[-1] != -1:
            opened[-1] -= 1
            if opened[-1]:
                return
            opened.pop()

    def _note_method(self, major: int, number: int) -> None:
        """The first two values of a request: the service and the method."""
        self._read += 1
        value = number if major == 0 else -1 - number
        if self._read == 1:
            if value != SERVICE:
                raise BadCbor("no such service")
            return
        if value not in ARGUMENTS:
            raise BadCbor("no such method")
        self._open[0] += ARGUMENTS[value]
