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
from typing import TYPE_CHECKING, Any, Self

from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.servers import Layout, Server, ServerPoll, Servers

if TYPE_CHECKING:
    from orderlab.cloud.sqs.store import MessageStore

# how many receives are kept, how many messages of each, and how many characters of a body
KEPT = 64
MESSAGES = 48
BODY = 40


@dataclass(slots=True)
class Watch:
    """What is known of a queue's last receives, and how its next ones are to go.

    `asks` holds servers that the next short polls ask instead of chosen ones. With `scatters` every
    message gets another server before each receive, as if it had just been sent.
    """

    store: MessageStore
    keeps: bool = True
    scatters: bool = False
    asks: deque[list[int]] = field(default_factory=lambda: deque(maxlen=KEPT))
    polls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def lying(self) -> list[dict[str, Any]]:
        """Messages in the order of their coming: where each lies, and its state."""
        oldest = self.store.oldest_messages(MESSAGES)
        return [{**shown(message), "state": self.store.state(message)} for message in oldest]


class WatchedServers(Servers):
    """The servers of a standard queue, watched."""

    def __init__(self, chance: random.Random, layout: Layout, watch: Watch) -> None:
        super().__init__(chance, layout)
        self.watch = watch

    def emptied(self) -> Self:
        """The same servers without messages, watched as before."""
        return type(self)(self.chance, self.layout, self.watch)

    def poll(self, *, short: bool) -> ServerPoll:
        """Begin a receive request, and note it down."""
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
        return WatchedPoll(poll, lambda taken: watch.polls.append({**found, **self._sorted(taken)}))

    def _sorted(self, taken: list[Message]) -> dict[str, Any]:
        """What was delivered, and what went to the dead-letter queue instead."""
        came = [m for m in taken if self.watch.store.state(m) == "in flight"]
        buried = [m for m in taken if m not in came]
        return {
            "came": [shown(message) for message in came],
            "buried": [shown(message) for message in buried[:MESSAGES]],
        }

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

    def __init__(self, poll: ServerPoll, note: Callable[[list[Message]], None]) -> None:
        self._poll = poll
        self._note = note
        self._taken: list[Message] = []

    def next(self) -> Message | None:
        """The next message, as the watched request gets it."""
        message = self._poll.next()
        if message is not None:
            self._taken.append(message)
        return message

    def close(self) -> None:
        """Note the outcome."""
        self._note(self._taken)


def shown(message: Message) -> dict[str, Any]:
    """What is shown of a message."""
    return {"id": message.id, "body": message.body[:BODY], "server": message.server}


def check_places(places: Sequence[int], count: int) -> list[int]:
    """Different numbers of servers that exist; ValueError otherwise."""
    found = [int(place) for place in places]
    if not found or len(set(found)) < len(found) or not all(0 <= p < count for p in found):
        raise ValueError(f"different numbers from 0 to {count - 1} are wanted, not {places}")
    return found
