"""Servers that tell what happens on them: who was asked, where messages lay, what came back.

A queue has them only while somebody watches it, so that others pay nothing for it. AWS shows none
of this.
"""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from orderlab.cloud.queues.message import Message
from orderlab.cloud.queues.servers import Layout, Server, ServerPoll, Servers

# how many receives are kept, of each at most so many messages, of each body so many characters
KEPT = 64
MESSAGES = 48
BODY = 40

# All messages of a queue, with what each is: visible, in flight or delayed.
Overview = Callable[[int], list[tuple[Message, str]]]


@dataclass(slots=True)
class Watch:
    """What is known of a queue's last receives, and how its next ones are to go.

    `asks` holds servers that the next short polls ask instead of chosen ones. With `scatters` every
    message gets another server before each receive, as if it had just been sent.
    """

    overview: Overview
    keeps: bool = True
    scatters: bool = False
    asks: deque[list[int]] = field(default_factory=lambda: deque(maxlen=KEPT))
    polls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def lying(self) -> list[dict[str, Any]]:
        """Messages in the order of their coming: where each lies, and its state."""
        return [{**shown(message), "state": state} for message, state in self.overview(MESSAGES)]


class WatchedServers(Servers):
    """The servers of a standard queue, watched."""

    def __init__(self, chance: random.Random, layout: Layout, watch: Watch) -> None:
        super().__init__(chance, layout)
        self.watch = watch

    def emptied(self) -> Self:
        return type(self)(self.chance, self.layout, self.watch)

    def poll(self, *, short: bool) -> ServerPoll:
        watch = self.watch
        if watch.scatters:
            self._scatter()
        chosen = bool(short and watch.asks)
        if not watch.keeps:
            return super().poll(short=short)
        lying, depths = watch.lying(), self.depths()
        poll = super().poll(short=short)
        found = {
            "number": next(watch.numbers),
            "short": short,
            "chosen": chosen,
            "asked": sorted(self.servers.index(server) for server in poll.servers),
            "depths": depths,
            "lying": lying,
        }
        return WatchedPoll(poll, lambda came: watch.polls.append({**found, "came": came}))

    def _sample(self) -> list[Server]:
        if self.watch.asks:
            return [self.servers[place] for place in self.watch.asks.popleft()]
        return super()._sample()

    def _scatter(self) -> None:
        visible: list[Message] = []
        for server in self.servers:
            while (message := server.take()) is not None:
                visible.append(message)
        for message in visible:
            self.place(message)
            self.put(message)


class WatchedPoll(ServerPoll):
    """A receive request whose outcome is noted when it has been answered."""

    def __init__(self, poll: ServerPoll, note: Callable[[list[dict[str, Any]]], None]) -> None:
        self._poll = poll
        self._note = note
        self._came: list[Message] = []

    def next(self) -> Message | None:
        message = self._poll.next()
        if message is not None:
            self._came.append(message)
        return message

    def close(self) -> None:
        self._note([shown(message) for message in self._came[:MESSAGES]])


def shown(message: Message) -> dict[str, Any]:
    return {"id": message.id, "body": message.body[:BODY], "server": message.server}


def check_places(places: Sequence[int], count: int) -> list[int]:
    """Different numbers of servers that exist; ValueError otherwise."""
    found = [int(place) for place in places]
    if not found or len(set(found)) < len(found) or not all(0 <= p < count for p in found):
        raise ValueError(f"different numbers from 0 to {count - 1} are wanted, not {places}")
    return found
