"""Real orders, and sending them: as fast as they are taken, or on the clock."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orderlab.errors import LearnerError
from orderlab.orders.figures import percentiles
from orderlab.orders.reading import SAMPLE, OrderLine, read_orders
from orderlab.orders.replay import replay
from orderlab.orders.replayed import Refused, answers_plot, answers_table
from orderlab.showing.exportable import Exportable
from orderlab.showing.picture import Picture
from orderlab.showing.table import Table

Order = dict[str, Any]
# An open loop needs a connection for every order that is still waiting for its answer.
_OPEN_LOOP = 1000


@dataclass(frozen=True)
class Sent(Exportable):
    """What became of orders that were sent. Times in milliseconds."""

    accepted: list[str]
    refused: list[Refused]
    answer_ms: list[float]
    seconds: float

    @property
    def count(self) -> int:
        return len(self.accepted) + len(self.refused)

    @property
    def p50(self) -> float:
        """Half of the accepted orders were answered within this time (ms)."""
        return percentiles(self.answer_ms).get("p50", float("nan"))

    @property
    def p99(self) -> float:
        """99 of 100 accepted orders were answered within this time (ms)."""
        return percentiles(self.answer_ms).get("p99", float("nan"))

    def exported_table(self) -> Table:
        """Each order, what became of it, and after how many milliseconds."""
        return answers_table(self.accepted, self.answer_ms, self.refused)

    def exported_plot(self) -> Picture | None:
        """The time to the answer, from the quickest order to the slowest."""
        return answers_plot(self.answer_ms, self.seconds)

    def __repr__(self) -> str:
        return f"{self.count} sent: {len(self.accepted)} accepted, {len(self.refused)} refused"


def week() -> list[Order]:
    """The orders of the sample week, as they were placed."""
    return [json.loads(line.body) for line in read_orders(SAMPLE) if isinstance(line, OrderLine)]


def fresh(count: int) -> list[Order]:
    """Real orders under ids that nobody has used."""
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 100_000:
        raise LearnerError(
            f"{count!r} is not a number of orders.", advice="Take a whole number from 1 to 100,000."
        )
    run = secrets.randbelow(9_000_000) + 1_000_000
    chosen = itertools.islice(itertools.cycle(week()), count)
    return [{**order, "order_id": f"o-9{run}{n:06d}"} for n, order in enumerate(chosen)]


def place(
    url: str,
    orders: Sequence[Order],
    *,
    clients: int = 8,
    per_second: float | None = None,
    attempts: int = 1,
) -> Sent:
    """Send orders to `{url}/orders`; with `per_second` they arrive on the clock.

    Without `per_second`, `clients` connections send one order after the other. With it, each
    order leaves at its moment, whether earlier ones were answered or not (an open loop).
    """
    lines = list(_lines(orders, per_second))
    done = replay(
        url,
        iter(lines),
        speed=1.0 if per_second else None,
        connections=min(len(lines), _OPEN_LOOP) if per_second else clients,
        attempts=attempts,
    )
    return Sent(list(done.accepted), list(done.refused), list(done.answer_ms), done.seconds)


def _lines(orders: Sequence[Order], per_second: float | None) -> Iterator[OrderLine]:
    for number, order in enumerate(orders):
        placed_at = str(order.get("placed_at", ""))
        body = json.dumps(order).encode()
        if per_second:
            placed_at = _moment(number / per_second)
        yield OrderLine(number + 1, str(order.get("order_id", "")), placed_at, body)


def _moment(seconds: float) -> str:
    """A time so many seconds after an arbitrary start, as orders carry it."""
    from datetime import UTC, datetime, timedelta

    return (datetime(2017, 12, 18, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()
