"""How much of the logs is kept: the newest events of each group, up to a size.

CloudWatch keeps everything; a cloud that runs for days on one machine cannot. What a group forgets
are its own oldest events, so that a function that prints without end costs nobody else's logs.

Differs from AWS: a log group keeps its newest 64 MB in memory, all groups together 256 MB, an event
counted as its text and 200 bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from orderlab.cloud.logs.moto_seam import Group, Stream

MB = 1024 * 1024
MOST_OF_A_GROUP = 64 * MB
MOST_OF_ALL = 256 * MB
# what an event takes in memory besides its text
EVENT_BYTES = 200
_DAY_MS = 24 * 3600 * 1000


@dataclass(slots=True)
class _Arrival:
    """Events that came together."""

    stream: Stream
    count: int
    size: int
    at: int


class _Kept:
    """What a group holds, in the order of arrival."""

    __slots__ = ("arrivals", "group", "size")

    def __init__(self, group: Group) -> None:
        self.group = group
        self.arrivals: deque[_Arrival] = deque()
        self.size = 0


class Room:
    """The memory that logs take. `speed` is how much faster days go by."""

    def __init__(
        self, speed: float, of_a_group: int = MOST_OF_A_GROUP, of_all: int = MOST_OF_ALL
    ) -> None:
        self._speed = speed
        self._of_a_group, self._of_all = of_a_group, of_all
        self._kept: dict[int, _Kept] = {}
        self._size = 0

    def note(self, group: Group, stream: Stream, count: int, text_size: int, now: int) -> None:
        """Count events that were added, and drop the oldest if there is no room for them."""
        kept = self._kept.get(id(group))
        if kept is None:
            kept = self._kept[id(group)] = _Kept(group)
        size = text_size + count * EVENT_BYTES
        kept.arrivals.append(_Arrival(stream, count, size, now))
        kept.size += size
        self._size += size
        if group.retention_in_days:
            self.expire(group, now)
        if kept.size > self._of_a_group:
            self._shrink(kept, self._of_a_group - self._of_a_group // 16)
        while self._size > self._of_all:
            largest = max(self._kept.values(), key=lambda each: each.size)
            self._shrink(largest, largest.size * 3 // 4)

    def expire(self, group: Group, now: int) -> None:
        """Forget what is older than the group's retention."""
        kept = self._kept.get(id(group))
        if kept is not None and group.retention_in_days:
            oldest = now - group.retention_in_days * _DAY_MS / self._speed
            self._drop_while(kept, lambda arrival: arrival.at < oldest)

    def forget(self, group: Group) -> None:
        """The group is gone."""
        kept = self._kept.pop(id(group), None)
        if kept is not None:
            self._size -= kept.size

    def forget_stream(self, group: Group, stream: Stream) -> None:
        """A stream of the group is gone."""
        kept = self._kept.get(id(group))
        if kept is None:
            return
        freed = sum(each.size for each in kept.arrivals if each.stream is stream)
        kept.arrivals = deque(each for each in kept.arrivals if each.stream is not stream)
        kept.size -= freed
        self._size -= freed

    def _shrink(self, kept: _Kept, wanted: int) -> None:
        self._drop_while(kept, lambda _: kept.size > wanted)

    def _drop_while(self, kept: _Kept, goes: Callable[[_Arrival], bool]) -> None:
        counts: dict[int, tuple[Stream, int]] = {}
        while kept.arrivals and goes(kept.arrivals[0]):
            oldest = kept.arrivals.popleft()
            kept.size -= oldest.size
            self._size -= oldest.size
            _, before = counts.get(id(oldest.stream), (oldest.stream, 0))
            counts[id(oldest.stream)] = oldest.stream, before + oldest.count
        for stream, count in counts.values():
            stream.drop(count)
            if not stream.events and kept.group.streams.get(stream.name) is stream:
                # It is made again if something still writes to it.
                del kept.group.streams[stream.name]
