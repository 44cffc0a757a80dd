"""What an experiment may do to a system: the monolith, or what is deployed."""

from __future__ import annotations

import itertools
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from orderlab.orders.reading import SAMPLE, OrderLine, read_orders
from orderlab.orders.replay import replay
from orderlab.orders.replayed import Replayed

SERVICES = ("inventory", "invoicing", "shipping")


@dataclass
class Account:
    """What a system knows of some orders: which it stored, and how often each service did its
    work for each."""

    stored: set[str] = field(default_factory=set)
    done: dict[str, Counter[str]] = field(default_factory=dict)

    def complete(self, service: str, ids: Iterable[str]) -> int:
        """How many of the orders the service has done."""
        return sum(self.done.get(service, Counter())[each] > 0 for each in ids)

    def twice(self, ids: Iterable[str]) -> int:
        """How many of the orders some service did more than once."""
        return sum(any(done[each] > 1 for done in self.done.values()) for each in ids)


class System(Protocol):
    """A running order system. Services are named as in `SERVICES`."""

    name: str
    url: str
    # how many times as fast waits pass here as on AWS, an experiment's slowness among them
    speed: float

    def break_service(self, service: str) -> None: ...

    def slow_service(self, service: str, seconds: float) -> None: ...

    def mend(self, service: str) -> None: ...

    def break_processing(self) -> None:
        """Let what processes orders fail: the function that stores them, or the shop itself."""

    def slow_processing(self, seconds: float) -> None:
        """Let processing one order take so many seconds longer, by the system's clock."""

    def mend_processing(self) -> None: ...

    def limited_processing(self, at_once: int, seconds: float) -> AbstractContextManager[None]:
        """Meanwhile only so many orders are processed at once, each for so many real seconds."""

    def alarms(self) -> tuple[list[str], list[str]]:
        """The parts that can fail: those that have an alarm, and those that have none."""

    def account(self, ids: Iterable[str]) -> Account: ...

    def patience_seconds(self, *services: str) -> float:
        """How long work that is still under way may take to arrive at these services, or in the
        store, in real seconds; 0 where one of them keeps no books, and nothing can arrive.
        """

    def components_of(self, order_id: str) -> tuple[list[str], list[str]]:
        """The parts that an order passed, and those of them that can show it in their records."""

    def add_consumer(self, name: str) -> bool:
        """Let one more service hear of every order; False if deployed code had to change."""

    def remove_consumer(self, name: str) -> None: ...

    def deployed(self) -> dict[str, str]:
        """What is deployed, by name, with a digest that changes when it is changed."""

    def always_on(self) -> list[str]:
        """What runs, and costs, while no order comes."""

    def cost(self) -> float | None:
        """US dollars of usage so far; None if nothing meters it."""


def fresh_orders(count: int) -> Iterator[OrderLine]:
    """Real orders under new ids, so that experiments do not meet each other's."""
    run = secrets.randbelow(9_000_000) + 1_000_000
    lines = (line for line in itertools.cycle(_sample()) if isinstance(line, OrderLine))
    for number, line in enumerate(itertools.islice(lines, count)):
        order_id = f"o-9{run}{number:06d}"
        order = {**json.loads(line.body), "order_id": order_id}
        yield OrderLine(number + 1, order_id, line.placed_at, json.dumps(order).encode())


def _sample() -> list[OrderLine]:
    return [line for line in read_orders(SAMPLE, 400) if isinstance(line, OrderLine)]


def send(system: System, count: int, *, connections: int = 4, attempts: int = 1) -> Replayed:
    """Send fresh orders from `connections` clients; by default a client that gives up at once."""
    return replay(system.url, fresh_orders(count), connections=connections, attempts=attempts)


def send_on_the_clock(system: System, count: int, per_second: float) -> Replayed:
    """Send fresh orders at a rate, each at its moment, whatever became of the earlier ones."""
    start = datetime(2017, 12, 18, tzinfo=UTC)
    lines = [
        OrderLine(
            line.number,
            line.order_id,
            (start + timedelta(seconds=number / per_second)).isoformat(),
            line.body,
        )
        for number, line in enumerate(fresh_orders(count))
    ]
    return replay(system.url, iter(lines), speed=1.0, connections=count, attempts=1)
