"""The statistics of a metric, period by period: open where values still come, packed behind that.

A set of statistics is ten times as large as the numbers in it. Periods that are over are packed
block by block, twenty in a row; a block is opened again when somebody adds to its past.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator, Mapping
from itertools import count
from math import ceil

from orderlab.cloud.cloudwatch.statistics import StatisticSet

# periods in a block
BLOCK = 20
# blocks that are packed at a time, so that nobody waits for whoever sends values of old times
_PACKED_AT_ONCE = 8
# which period of its block, samples, count, sum, least and greatest value
_ROW = struct.Struct("<HHdddd")
_ROWS = struct.Struct("<H")
# in place of the number of samples: they are all the least value, and not written down
_ALL_ONE = 0x8000
# each metric packs in a moment of its own, so that a minute's end costs little
_phases = count()


class Periods:
    """Statistics by the start of their period; `step` is its length, `keep` how long it is kept,
    both in seconds."""

    __slots__ = ("_keep", "_newest", "_next", "_open", "_packed", "_phase", "_step")

    def __init__(self, step: int, keep: int) -> None:
        self._step, self._keep = step, keep
        self._open: dict[int, StatisticSet] = {}
        self._packed: dict[int, bytes] = {}
        self._phase = next(_phases) * 7 % BLOCK
        self._newest = 0
        self._next = 0  # the period that begins the next packing

    def at(self, start: int) -> StatisticSet:
        """The statistics of the period that begins then, for values to be added."""
        found = self._open.get(start)
        if found is None:
            found = self._reopened(start) if self._packed else None
            if found is None:
                found = self._open[start] = StatisticSet()
            self._newest = max(self._newest, start)
            if start >= self._next:
                self._pack(start)
        return found

    def between(self, start: int, end: float) -> Iterator[tuple[int, StatisticSet]]:
        """Start and statistics of the periods that begin in a range, as far as there are any."""
        start = max(start, self._newest - self._keep)
        for block in _within(self._packed, self._block(start), end, self._length):
            for moment, values in _unpacked(self._packed[block], block, self._step):
                if start <= moment < end:
                    yield moment, values
        for moment in _within(self._open, start, end, self._step):
            yield moment, self._open[moment]

    # --- packing ---

    @property
    def _length(self) -> int:
        """The length of a block in seconds."""
        return BLOCK * self._step

    def _block(self, moment: int) -> int:
        """The start of a moment's block."""
        return moment - moment % self._length

    def _pack(self, now: int) -> None:
        """Pack all blocks but this one and the one before it, and let go of the oldest."""
        open_from = self._block(now) - self._length
        self._next = open_from + 2 * self._length + self._phase * self._step
        over = {self._block(moment) for moment in self._open if moment < open_from}
        for block in sorted(over)[:_PACKED_AT_ONCE]:
            self._packed[block] = self._taken_out(block)
        if len(over) > _PACKED_AT_ONCE:
            self._next = now
        for block in [each for each in self._packed if each + self._length <= now - self._keep]:
            del self._packed[block]

    def _taken_out(self, block: int) -> bytes:
        moments = range(block, block + self._length, self._step)
        periods = {each: self._open.pop(each) for each in moments if each in self._open}
        return _packed(periods, block, self._step)

    def _reopened(self, start: int) -> StatisticSet | None:
        """The statistics of a period whose block was packed, the whole block opened again."""
        block = self._block(start)
        packed = self._packed.pop(block, None)
        if packed is None:
            return None
        self._open.update(_unpacked(packed, block, self._step))
        return self._open.get(start)


def _within(stored: Mapping[int, object], start: int, end: float, step: int) -> list[int]:
    """The keys in a range, found by whichever is shorter: the range or what is stored."""
    if (end - start) / step < len(stored):
        return [key for key in range(start, ceil(end), step) if key in stored]
    return sorted(key for key in stored if start <= key < end)


def _packed(periods: dict[int, StatisticSet], block: int, step: int) -> bytes:
    rows, samples = [_ROWS.pack(len(periods))], array("d")
    for moment, each in periods.items():
        place, number = (moment - block) // step, len(each.samples)
        if number and each.samples.count(each.minimum) == number:
            number |= _ALL_ONE
        else:
            samples += each.samples
        rows.append(_ROW.pack(place, number, each.count, each.total, each.minimum, each.maximum))
    return b"".join((*rows, samples.tobytes()))


def _unpacked(packed: bytes, block: int, step: int) -> Iterator[tuple[int, StatisticSet]]:
    (rows,) = _ROWS.unpack_from(packed)
    samples_from = _ROWS.size + rows * _ROW.size
    samples = array("d")
    samples.frombytes(packed[samples_from:])
    used = 0
    for place, number, times, total, least, greatest in _ROW.iter_unpack(
        packed[_ROWS.size : samples_from]
    ):
        if number & _ALL_ONE:
            own = array("d", [least]) * (number & ~_ALL_ONE)
        else:
            own = samples[used : used + number]
            used += number
        yield block + place * step, StatisticSet.of(times, total, least, greatest, own)
