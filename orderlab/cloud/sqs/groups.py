"""The message groups of a FIFO queue: the order of each, and what is held back in it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict

from orderlab.cloud.sqs.message import Message


class Group:
    """Visible messages of one group in the order of sending, and which of it are in flight.

    A message in flight holds back what was sent after it, and nothing that was sent before.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, Message]] = []
        self._present: set[int] = set()
        self._flying: list[int] = []
        self._in_flight: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._present or self._in_flight)

    @property
    def available(self) -> bool:
        """Whether its next message may be received."""
        if not self._present:
            return False
        return not self._in_flight or self._first() < self.first_in_flight()

    def put(self, message: Message) -> None:
        """Add a message; those with lower numbers come first."""
        heapq.heappush(self._heap, (message.number, message))
        self._present.add(message.number)

    def take(self, before: float) -> Message | None:
        """The next message, if its number is lower than `before`."""
        if not self._present or self._first() >= before:
            return None
        number, message = heapq.heappop(self._heap)
        self._present.discard(number)
        return message

    def remove(self, message: Message) -> None:
        """Take a message out, wherever it stands."""
        self._present.discard(message.number)

    def _first(self) -> int:
        """The number of the next message; there must be one."""
        while self._heap[0][0] not in self._present:
            heapq.heappop(self._heap)
        return self._heap[0][0]

    def first_in_flight(self) -> float:
        """The lowest number in flight; infinite if none is."""
        while self._flying and self._flying[0] not in self._in_flight:
            heapq.heappop(self._flying)
        return self._flying[0] if self._flying else math.inf

    def hold(self, message: Message) -> None:
        """A message of the group is in flight now."""
        heapq.heappush(self._flying, message.number)
        self._in_flight.add(message.number)

    def release(self, message: Message) -> None:
        """A message of the group is no longer in flight."""
        self._in_flight.discard(message.number)


class GroupPoll:
    """One receive request: first all it can get of one group, then of the next."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._current: tuple[str, Group] | None = None
        self._before = math.inf

    def next(self) -> Message | None:
        """The next message; None if no group has one that may be received."""
        while True:
            if self._current is None:
                self._current = self._groups.next_available()
                if self._current is None:
                    return None
                # a message that this request has taken does not hold back the next one for it
                self._before = self._current[1].first_in_flight()
            message = self._current[1].take(self._before)
            if message is not None:
                return message
            self.close()

    def close(self) -> None:
        """Give the group back that was being served; it may have been locked meanwhile."""
        if self._current is not None:
            self._groups.give_back(*self._current)
            self._current = None


class Groups:
    """The visible messages of a FIFO queue.

    Differs from AWS: a short poll asks for every group, not for those on some servers.
    """

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        # groups whose next message may be received, least recently served first
        self._available: OrderedDict[str, Group] = OrderedDict()

    def place(self, message: Message) -> None:
        """A message lies with its group."""

    def put(self, message: Message) -> None:
        """Make a message visible in its group."""
        name = message.group_id or ""
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = Group()
        group.put(message)
        if group.available:
            self._available.setdefault(name, group)

    def remove(self, message: Message) -> None:
        """Take a visible message out of its group."""
        name = message.group_id or ""
        group = self._groups.get(name)
        if group is not None:
            group.remove(message)
            self._tidy(name, group)

    def poll(self, *, short: bool) -> GroupPoll:
        """Begin a receive request. Short polls see all groups, as long ones do."""
        return GroupPoll(self)

    def next_available(self) -> tuple[str, Group] | None:
        """A group that has a message to give, for one request alone; None if none has."""
        while self._available:
            name, group = self._available.popitem(last=False)
            if group.available:
                return name, group
            self._tidy(name, group)
        return None

    def give_back(self, name: str, group: Group) -> None:
        """Let other requests have a group again."""
        if group.available:
            self._available[name] = group
        self._tidy(name, group)

    def taken(self, message: Message) -> None:
        """Hold back what was sent after the message."""
        name = message.group_id or ""
        self._groups.setdefault(name, Group()).hold(message)
        self._available.pop(name, None)

    def released(self, message: Message) -> None:
        """The message is no longer in flight: let its group go on."""
        name = message.group_id or ""
        group = self._groups.get(name)
        if group is None:
            return
        group.release(message)
        self.give_back(name, group)

    def _tidy(self, name: str, group: Group) -> None:
        if not group:
            self._groups.pop(name, None)
            self._available.pop(name, None)

    def depths(self) -> list[int]:
        """Empty: the groups of a FIFO queue lie on no servers."""
        return []

    def emptied(self) -> Groups:
        """Groups without messages."""
        return Groups()
