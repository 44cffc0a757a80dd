"""The lists of attribute names that clients and nodes replace by numbers.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.client.html
Differs from AWS: a cluster remembers 100,000 lists; a client that uses an older one is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from orderlab.cloud.dax.protocol.cbor import BadCbor

MOST_LISTS = 100_000
MOST_BYTES = 32 * 1024 * 1024
# what a name takes in memory besides its characters
_NAME_BYTES = 64
EMPTY = 1


class AttributeLists:
    """Numbers for lists of names, and the lists again. The empty list is number 1."""

    def __init__(self, most: int = MOST_LISTS, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._numbers: dict[tuple[str, ...], int] = {(): EMPTY}
        self._names: dict[int, tuple[str, ...]] = {EMPTY: ()}
        self._next = EMPTY + 1
        self._bytes = 0
        # large answers are encoded on another thread
        self._making = Lock()

    def number_of(self, names: tuple[str, ...]) -> int:
        """The number of a list of names, which is a new one for a new list."""
        found = self._numbers.get(names)
        return self._make(names) if found is None else found

    def _make(self, names: tuple[str, ...]) -> int:
        with self._making:
            found = self._numbers.get(names)
            if found is None:
                found, self._next = self._next, self._next + 1
                self._numbers[names] = found
                self._names[found] = names
                self._bytes += _size(names)
                self._bound()
            return found

    def names_of(self, number: Any) -> Sequence[str]:
        """The list with that number. Raises BadCbor if there is none."""
        found = self._names.get(number) if isinstance(number, int) else None
        if found is None:
            raise BadCbor(f"there is no list of attributes with the number {number}")
        return found

    def _bound(self) -> None:
        while len(self._names) > self._most or self._bytes > self._most_bytes:
            oldest = next(number for number in self._names if number != EMPTY)
            names = self._names.pop(oldest)
            del self._numbers[names]
            self._bytes -= _size(names)
            if len(self._names) == 1:
                return


def _size(names: tuple[str, ...]) -> int:
    return sum(map(len, names)) + _NAME_BYTES * len(names)
