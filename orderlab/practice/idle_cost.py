"""What a consumer costs that waits at an empty queue, from requests that the cloud metered."""

from __future__ import annotations

import itertools
import math
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.parts.roles import allow
from orderlab.orders.prices import TABLE
from orderlab.practice import functions
from orderlab.practice.removal import remove_function
from orderlab.showing.exportable import Exportable
from orderlab.showing.picture import Picture
from orderlab.showing.plots import bar_plot
from orderlab.showing.sign_of_life import sign_of_life
from orderlab.showing.table import Table
from orderlab.threads import side_by_side

MONTH_SECONDS = 30 * 24 * 3600
MAPPING = "mapping"
# A mapping asks with long polls of 20 s.
_MAPPING_WAIT = 20
_PRICE = next(price for price in TABLE if price.item == "sqs.requests")
_HANDLER = "def handler(event, context):\n    return None\n"
_POLL_METER_SECONDS = 0.02
_PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Metered:
    """Requests that were metered in so many of AWS's seconds."""

    consumer: str
    requests: float
    seconds: float

    @property
    def a_month(self) -> float:
        return self.requests / self.seconds * MONTH_SECONDS

    @property
    def usd_a_month(self) -> float:
        return self.a_month / _PRICE.per * _PRICE.usd


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """AWS's seconds: they pass as fast as the cloud's waits."""

    speed: float

    def now(self) -> float:
        return time.monotonic() * self.speed

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds / self.speed)


class IdleCost(Exportable):
    """Requests and cost a month of consumers that wait at empty queues."""

    def __init__(self, metered: dict[int | str, Metered]) -> None:
        self.metered = metered

    def requests(self, consumer: int | str) -> float:
        """Requests a month; `consumer` is a wait in seconds, or "mapping"."""
        return self._of(consumer).a_month

    def usd(self, consumer: int | str) -> float:
        """US dollars a month, without a free tier."""
        return self._of(consumer).usd_a_month

    def _of(self, consumer: int | str) -> Metered:
        if consumer not in self.metered:
            known = ", ".join(map(repr, self.metered))
            raise LearnerError(f"{consumer!r} was not measured.", advice=f"There are: {known}.")
        return self.metered[consumer]

    def table(self) -> Table:
        """The consumers beside each other."""
        rows = [
            {
                "consumer": each.consumer,
                "requests": f"{each.requests:,.0f} metered",
                "in": f"{each.seconds:,.0f} s",
                "at this rate": f"{each.a_month:,.0f} a month",
                "cost a month": f"$ {each.usd_a_month:,.2f}",
            }
            for each in self.metered.values()
        ]
        return Table(
            rows,
            caption=f"Idle consumers; $ {_PRICE.usd:.2f} a million requests, second-hand price",
        )

    def plot(self) -> Picture:
        """What each consumer would cost in a month."""
        return bar_plot(
            "What an idle consumer costs",
            {each.consumer: each.usd_a_month for each in self.metered.values()},
            y_label="US dollars a month",
            form="{:.2f}",
            seconds=max(each.seconds for each in self.metered.values()),
        )

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def idle_cost(
    target: Target, waits: Sequence[int], *, pause: float, seconds: float, mapping: bool
) -> IdleCost:
    """Let a consumer for each wait poll an empty queue of its own, all at the same time.

    `pause` and `seconds` are AWS's seconds: between two receives without a wait, and how long to
    measure at least.
    """
    _check(waits, pause, seconds)
    clock = ScaledClock(float(target.page("health")["speed"]))
    names = {wait: f"idle-{wait}-{uuid.uuid4().hex[:6]}" for wait in waits}
    works: dict[int | str, Callable[[], Metered]] = {
        wait: _poller(target, clock, name, wait, pause, seconds) for wait, name in names.items()
    }
    if mapping:
        works[MAPPING] = lambda: _idle_mapping(target, clock, seconds)
    with sign_of_life("Metering consumers at empty queues ..."):
        metered = side_by_side(lambda work: work(), works.values(), len(works))
    return IdleCost(dict(zip(works, metered, strict=True)))


def _check(waits: Sequence[int], pause: float, seconds: float) -> None:
    if any(wait not in range(21) for wait in waits) or len(set(waits)) < len(waits):
        raise LearnerError(
            f"waits={list(waits)} cannot be measured.", advice="Take different ones from 0 to 20."
        )
    if not 0 < seconds <= 3600 or not 0 <= pause <= 60:
        raise LearnerError(
            "This cannot be measured.", advice="Take `seconds` up to 3,600 and `pause` up to 60."
        )


def _poller(
    target: Target, clock: ScaledClock, name: str, wait: int, pause: float, seconds: float
) -> Callable[[], Metered]:
    """A consumer as written by hand: receive, and if nothing came, receive again."""
    between = 0.0 if wait else pause
    words = f"long poll, {wait} s" if wait else f"short poll every {pause:g} s"

    def work() -> Metered:
        with _queue(target, name) as url:
            queues, before, began = target.client("sqs"), _meter(target, name), clock.now()
            for polls in itertools.count(1):
                queues.receive_message(QueueUrl=url, WaitTimeSeconds=wait)
                # on the clock, so that what a receive takes is no further pause
                clock.sleep(began + polls * between - clock.now())
                if clock.now() - began >= seconds:
                    break
            passed = clock.now() - began
            return Metered(words, _meter(target, name) - before, passed)

    return work


def _idle_mapping(target: Target, clock: ScaledClock, seconds: float) -> Metered:
    """A Lambda mapping of an empty queue, from the end of one poll to the end of another."""
    name = f"idle-mapping-{uuid.uuid4().hex[:6]}"
    polls = max(1, math.ceil(seconds / _MAPPING_WAIT))
    with _queue(target, name), _mapping(target, name):
        _next_poll(target, name, _meter(target, name))
        first, began = _meter(target, name), clock.now()
        last = first
        for _ in range(polls):
            last = _next_poll(target, name, last)
        return Metered("Lambda mapping", last - first, clock.now() - began)


def _next_poll(target: Target, name: str, known: float) -> float:
    """Wait until more was metered; what it is then."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (metered := _meter(target, name)) <= known:
        if time.monotonic() > deadline:
            raise LearnerError("The mapping did not poll its queue.", advice="Run the cell again.")
        time.sleep(_POLL_METER_SECONDS)
    return metered


@contextmanager
def _queue(target: Target, name: str) -> Iterator[str]:
    queues: Any = target.client("sqs")
    url = queues.create_queue(QueueName=target.name(name))["QueueUrl"]
    try:
        yield str(url)
    finally:
        queues.delete_queue(QueueUrl=url)


@contextmanager
def _mapping(target: Target, name: str) -> Iterator[None]:
    """A function that reads the queue of its own name."""
    arn = f"arn:aws:sqs:{target.region}:{target.account_id}:{target.name(name)}"
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    functions.deploy(target, name, _HANDLER, allowed=[allow(actions, arn)])
    try:
        target.client("lambda").create_event_source_mapping(
            EventSourceArn=arn, FunctionName=target.name(name)
        )
        yield
    finally:
        remove_function(target, name)


def _meter(target: Target, name: str) -> float:
    """SQS requests metered of a queue so far."""
    known = target.page("meter")["resources"].get("sqs.requests", {})
    return float(known.get(target.name(name), 0.0))
