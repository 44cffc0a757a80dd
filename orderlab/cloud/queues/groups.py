"""The message groups of a FIFO queue: order and lock per MessageGroupId.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
"""

from __future__ import annotations

import heapq
from collections import OrderedDict

from orderlab.cloud.queues.message import Message


class Group:
    """Visible messages of one group in the order of sending, and how many are in flight."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, Message]] = []
        self._present: set[int] = set()
        self.in_flight = 0

    def __bool__(self) -> bool:
        return bool(self._present)

    def put(self, message: Message) -> None:
        heapq.heappush(self._heap, (message.number, message))
        self._present.add(message.number)

    def take(self) -> Message | None:
        while self._heap:
            number, message = heapq.heappop(self._heap)
            if number in self._present:
                self._present.discard(number)
                return message
        return None

    def remove(self, message: Message) -> None:
        self._present.discard(message.number)


class GroupPoll:
    """One receive request: first all it can get of one group, then of the next."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._current: tuple[str, Group] | None = None

    def next(self) -> Message | None:
        while True:
            if self._current is None:
                self._current = self._groups.next_available()
                if self._current is None:
                    return None
            message = self._current[1].take()
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
        # groups that have a visible message and none in flight, least recently served first
        self._available: OrderedDict[str, Group] = OrderedDict()

    def place(self, message: Message) -> None:
        """A message lies with its group."""

    def put(self, message: Message) -> None:
        name = message.group_id or ""
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = Group()
        group.put(message)
        if not group.in_flight:
            self._available.setdefault(name, group)

    def remove(self, message: Message) -> None:
        name = message.group_id or ""
        group = self._groups.get(name)
        if group is not None:
            group.remove(message)
            self._tidy(name, group)

    def poll(self, *, short: bool) -> GroupPoll:
        return GroupPoll(self)

    def next_available(self) -> tuple[str, Group] | None:
        while self._available:
            name, group = self._available.popitem(last=False)
            if group:
                return name, group
            self._tidy(name, group)
        return None

    def give_back(self, name: str, group: Group) -> None:
        if group and group.in_flight <= 0:
            self._available[name] = group
        self._tidy(name, group)

    def taken(self, message: Message) -> None:
        """Lock the message's group."""
        name = message.group_id or ""
        self._groups.setdefault(name, Group()).in_flight += 1
        self._available.pop(name, None)

    def released(self, message: Message) -> None:
        """The message is no longer in flight: unlock its group if it was the last."""
        name = message.group_id or ""
        group = self._groups.get(name)
        if group is None:
            return
        group.in_flight -= 1
        self.give_back(name, group)

    def _tidy(self, name: str, group: Group) -> None:
        if not group and group.in_flight <= 0:
            self._groups.pop(name, None)
            self._available.pop(name, None)

    def depths(self) -> list[int]:
        return []
