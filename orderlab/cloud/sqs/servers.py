"""The servers of a standard queue: each message lies on one of them.

A long poll asks all servers. A short poll asks a few, chosen at random by weight, and takes only
a share of what each holds: with few messages it may find part of them, or none.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
"""

from __future__ import annotations

import random
from collections import OrderedDict
from dataclasses import dataclass
from typing import Self

from orderlab.cloud.sqs.message import Message

SERVERS = 8
# how many servers a short poll asks
SAMPLE = (2, 4)
# a short poll gets one message from a server, and one more for each SHARE that it holds
SHARE = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """How many servers there are, one weight each, and how many of them a short poll asks."""

    weights: tuple[float, ...]
    sample: tuple[int, int] = SAMPLE


def usual_layout(chance: random.Random) -> Layout:
    """What a queue has if nobody asks for anything else."""
    return Layout(tuple(chance.choice((1, 1, 2, 3)) for _ in range(SERVERS)))


class Server:
    """Visible messages, oldest first; tenants (message groups) take turns.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    Differs from AWS: tenants take strict turns instead of noisy ones being detected.
    """

    def __init__(self) -> None:
        self._lanes: OrderedDict[str | None, OrderedDict[int, Message]] = OrderedDict()
        self.depth = 0

    def put(self, message: Message) -> None:
        """Add a visible message to its tenant's lane."""
        lane = self._lanes.get(message.group_id)
        if lane is None:
            lane = self._lanes[message.group_id] = OrderedDict()
        lane[message.number] = message
        self.depth += 1

    def take(self) -> Message | None:
        """The next message, of the tenant whose turn it is; None if there is none."""
        if not self._lanes:
            return None
        tenant = next(iter(self._lanes))
        lane = self._lanes[tenant]
        message = lane.popitem(last=False)[1]
        self.depth -= 1
        if not lane:
            del self._lanes[tenant]
        else:
            self._lanes.move_to_end(tenant)
        return message

    def remove(self, message: Message) -> None:
        """Take a message out, wherever it stands."""
        lane = self._lanes.get(message.group_id)
        if lane is not None and lane.pop(message.number, None) is not None:
            self.depth -= 1
            if not lane:
                del self._lanes[message.group_id]


class ServerPoll:
    """One receive request on its way round some servers, with what each may still give."""

    def __init__(self, servers: list[Server], budgets: list[int]) -> None:
        self.servers = servers
        self._budgets = budgets
        self._next = 0

    def next(self) -> Message | None:
        """The next message, from the server whose turn it is; None if none has one left to give."""
        while self.servers:
            self._next %= len(self.servers)
            place = self._next
            message = self.servers[place].take() if self._budgets[place] else None
            if message is None:
                del self.servers[place], self._budgets[place]
                continue
            self._budgets[place] -= 1
            self._next += 1
            return message
        return None

    def close(self) -> None:
        """Nothing is held by a request that has been answered."""


class Servers:
    """The visible messages of a standard queue."""

    def __init__(self, chance: random.Random, layout: Layout | None = None) -> None:
        self.chance = chance
        self.layout = layout or usual_layout(chance)
        self.servers = [Server() for _ in self.layout.weights]
        self._powers = [1 / weight for weight in self.layout.weights]

    def emptied(self) -> Self:
        """The same servers without messages."""
        return type(self)(self.chance, self.layout)

    def place(self, message: Message) -> None:
        """Choose the server on which a new message will lie."""
        message.server = self.chance.randrange(len(self.servers))

    def put(self, message: Message) -> None:
        """Make a message visible on its server."""
        self.servers[message.server].put(message)

    def remove(self, message: Message) -> None:
        """Take a visible message from its server."""
        self.servers[message.server].remove(message)

    def poll(self, *, short: bool) -> ServerPoll:
        """Begin a receive request: a short poll asks some of the servers, a long one all."""
        if short:
            asked = self._sample()
            return ServerPoll(asked, [1 + server.depth // SHARE for server in asked])
        start = self.chance.randrange(len(self.servers))
        asked = self.servers[start:] + self.servers[:start]
        return ServerPoll(asked, [server.depth for server in asked])

    def _sample(self) -> list[Server]:
        count = self.chance.randint(*self.layout.sample)
        # a weighted draw without replacement: the largest of random()^(1/weight)
        random = self.chance.random
        keys = [(random() ** power, place) for place, power in enumerate(self._powers)]
        return [self.servers[place] for _, place in sorted(keys, reverse=True)[:count]]

    def taken(self, message: Message) -> None:
        """Nothing is locked by a message in flight."""

    def released(self, message: Message) -> None:
        """Nothing was locked."""

    def depths(self) -> list[int]:
        """How many messages are visible on each server."""
        return [server.depth for server in self.servers]
