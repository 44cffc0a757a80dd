"""The changes of one shard for a day: the newest in memory, the older ones on disk.

Readers usually stand near the end; who begins at the trim horizon reads them back. Changes go to
disk in portions, of which memory keeps the place, and where there is no room they stay in memory.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from orderlab.cloud.dynamodb.packed_changes import packed, unpacked
from orderlab.cloud.dynamodb.stream_record import Change
from orderlab.cloud.spill import Spill, Spilled

# what stays in memory: so many changes, and so many bytes of images
NEWEST, NEWEST_BYTES = 2048, 4 * 1024 * 1024
# a portion has so many changes, fewer where they are large
PORTION, PORTION_BYTES = 256, 256 * 1024
# changes after which a disk that was full is tried again
PATIENCE = 4096
# trimmed changes are let go in portions, so that letting go costs O(1) a change
_TRIM_PORTION = 1024
_NEVER = float("inf")


@dataclass(slots=True)
class _Portion:
    """Changes on disk: the index of the first, how many, and what they are looked for by."""

    first: int
    count: int
    created: float  # of the newest
    expires: float  # of the newest
    place: Spilled


class ChangeLog:
    """Changes by their index since the shard began; the oldest go when they expire."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._portions: list[_Portion] = []
        self._newest: list[Change] = []
        self._begin = 0  # the index of _newest[0]
        self._bytes = 0  # of the images in _newest
        self._most = NEWEST + PORTION  # of which there is a portion to write
        self._most_bytes = NEWEST_BYTES + PORTION_BYTES
        self._read: tuple[int, list[Change]] = (-1, [])  # the portion that was read last
        self.oldest = 0  # the index of the oldest change that is not trimmed
        self._next_expiry = _NEVER

    @property
    def end(self) -> int:
        """The index that the next change will have."""
        return self._begin + len(self._newest)

    def append(self, change: Change) -> None:
        """Keep a change."""
        self._newest.append(change)
        self._bytes += _size(change)
        if self._next_expiry == _NEVER:
            self._next_expiry = change.expires
        if len(self._newest) >= self._most or self._bytes >= self._most_bytes:
            self._to_disk()

    # --- on disk ---

    def _to_disk(self) -> None:
        """Write the oldest portion, or two if many wait since the disk was full."""
        for _ in range(2):
            if len(self._newest) < NEWEST + PORTION and self._bytes < NEWEST_BYTES + PORTION_BYTES:
                break
            try:
                self._write_portion()
            except OSError:
                self._most = len(self._newest) + PATIENCE
                self._most_bytes = self._bytes + NEWEST_BYTES
                return
        self._most, self._most_bytes = NEWEST + PORTION, NEWEST_BYTES + PORTION_BYTES

    def _write_portion(self) -> None:
        count = size = 0
        while count < PORTION and size < PORTION_BYTES and count < len(self._newest):
            size += _size(self._newest[count])
            count += 1
        portion = self._newest[:count]
        last, place = portion[-1], self._spill.put(packed(portion))
        self._portions.append(_Portion(self._begin, count, last.created, last.expires, place))
        del self._newest[:count]
        self._begin += count
        self._bytes -= size

    def _changes(self, portion: _Portion) -> list[Change]:
        """What a portion holds. Raises OSError if the disk does not give it back."""
        if self._read[0] != portion.first:
            self._read = (portion.first, unpacked(portion.place.read()))
        return self._read[1]

    # --- reading ---

    def since(self, index: int) -> Iterator[Change]:
        """The changes from an index on, which is not older than `oldest`."""
        if index < self._begin:
            place = bisect_right(self._portions, index, key=_first) - 1
            for number in range(place, len(self._portions)):
                portion = self._portions[number]
                yield from self._changes(portion)[max(index - portion.first, 0) :]
        for place in range(max(index - self._begin, 0), len(self._newest)):
            yield self._newest[place]

    def index_at(self, wall: float) -> int:
        """The index of the first change that is not older than a time of day."""
        place = bisect_left(self._portions, wall, key=_created)
        if place < len(self._portions):
            portion = self._portions[place]
            found = portion.first + bisect_left(self._changes(portion), wall, key=_created)
        else:
            found = self._begin + bisect_left(self._newest, wall, key=_created)
        return max(found, self.oldest)

    # --- trimming ---

    def trim(self, now: float) -> None:
        """Let go of what has expired."""
        if now < self._next_expiry:
            return
        del self._portions[: bisect_right(self._portions, now, key=_expires)]
        if self._portions:
            self._trim_portion(self._portions[0], now)
            return
        place = bisect_right(self._newest, now, key=_expires)
        self._trimmed(self._newest, self._begin, place)
        if place >= _TRIM_PORTION or place * 2 >= len(self._newest):
            self._bytes -= sum(map(_size, self._newest[:place]))
            del self._newest[:place]
            self._begin += place

    def _trim_portion(self, portion: _Portion, now: float) -> None:
        try:
            changes = self._changes(portion)
        except OSError:
            # whoever writes has no part in it: the portion stays until all of it has expired
            self.oldest = max(self.oldest, portion.first)
            self._next_expiry = portion.expires
            return
        self._trimmed(changes, portion.first, bisect_right(changes, now, key=_expires))

    def _trimmed(self, changes: list[Change], begin: int, place: int) -> None:
        """Note that what stands before a place in the oldest changes has expired."""
        self.oldest = begin + place
        self._next_expiry = changes[place].expires if place < len(changes) else _NEVER


def _size(change: Change) -> int:
    size = 0
    if change.old is not None:
        size += len(change.old.data)
    if change.new is not None:
        size += len(change.new.data)
    return size


def _created(found: Change | _Portion) -> float:
    return found.created


def _expires(found: Change | _Portion) -> float:
    return found.expires


def _first(portion: _Portion) -> int:
    return portion.first
