"""0.1: what a spike is, read from the real week."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, listing, mapping, number
from orderlab.orders.reading import SAMPLE, OrderLine, read_orders


@cache
def _facts() -> dict[str, Any]:
    """The right answer, and what comes of counting something else."""
    hours: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    times: Counter[str] = Counter()
    days: Counter[str] = Counter()
    for order in _orders():
        placed = order["placed_at"]
        hours[placed[:13]] += 1
        lines[placed[:13]] += len(order["lines"])
        times[placed[11:13]] += 1
        days[placed[:10]] += 1
    return {
        "hour": hours.most_common(1)[0],
        "lines": lines.most_common(1)[0],
        "hour of day": times.most_common(1)[0],
        "day": days.most_common(1)[0],
        "by hour": dict(hours),
    }


def _orders() -> Iterator[dict[str, Any]]:
    for line in read_orders(SAMPLE):
        if isinstance(line, OrderLine):
            yield json.loads(line.body)


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    if answer is None:
        return untouched(
            "No hour was handed over yet.",
            next='Give it as ("2017-12-18T09", 12): hour and orders.',
        )
    hour, count = _pair(answer)
    return _judge(_hour(hour), number(count, "a number of orders"))


def _pair(answer: Any) -> tuple[Any, Any]:
    """Hour and count from a pair, from two answers, or from a dictionary with either key."""
    if isinstance(answer, Mapping):
        if len(answer) == 1:
            return next(iter(answer.items()))
        if len(answer) > 2:
            raise CannotRead(_many(len(answer)))
        read = mapping(answer, ("hour", "orders"), synonyms={"count": "orders", "number": "orders"})
        return read["hour"], read["orders"]
    found = listing(answer, 'a pair such as ("2017-12-18T09", 12)')
    if len(found) == 1 and isinstance(found[0], list | tuple):
        found = list(found[0])
    if len(found) > 2:
        raise CannotRead(_many(len(found)))
    if len(found) != 2:
        raise CannotRead('I expected an hour and a number, such as ("2017-12-18T09", 12).')
    return found[0], found[1]


def _many(entries: int) -> str:
    return f"I expected one hour and its orders; yours has {entries} entries. Which is the largest?"


def _hour(value: Any) -> str:
    """The hour, whether it came as text with a space, with minutes, or as a datetime."""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value).strip()
    return text.upper().replace(" ", "T")[:13]


def _judge(hour: str, count: Any) -> Outcome:
    facts = _facts()
    looked = "the 3,168 orders of the sample, counted by the hour of placed_at (UTC)"
    if hour == facts["hour"][0] and count == facts["hour"][1]:
        return right(
            f"{count:g} orders in one hour, against {3168 / 168:.0f} in the average hour of the week. "
            "A system that is sized for the average is too small several times a day.",
            looked_at=looked,
        )
    if hour == facts["hour"][0]:
        return wrong(
            "the right hour, another count",
            "That is the busiest hour. It has another number of orders.",
            looked_at=looked,
            expected="how many orders were placed in it",
            got=f"{count:g}",
            next="Count the orders whose placed_at begins with that hour.",
        )
    if hour == facts["lines"][0]:
        return wrong(
            "lines instead of orders",
            "That hour has the most order lines, not the most orders.",
            looked_at=looked,
            expected="orders",
            got=f"{hour}: one large order weighs as many",
            next="Count each order once, whatever it holds.",
        )
    if count == facts["hour of day"][1] or hour in (facts["hour of day"][0], _clock(facts)):
        return wrong(
            "the same hour of all days",
            "That adds the seven days together. No server ever saw all of them at once.",
            looked_at=looked,
            expected="one hour of one day",
            got=f"{hour}, {count:g} orders",
            next="Keep the date in the key that you count by.",
        )
    if count == facts["day"][1] or hour == facts["day"][0]:
        return wrong(
            "a day instead of an hour",
            "That is the busiest day. A spike lasts an hour, and the day hides it.",
            looked_at=looked,
            expected="an hour",
            got=f"{hour}, {count:g} orders",
            next="placed_at[:13] is the date and the hour.",
        )
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d", hour):
        return wrong(
            "not an hour of the week",
            f"I can't read {hour!r} as an hour of one day.",
            looked_at=looked,
            expected="a date and an hour, such as 2017-12-18T09",
            got=f"{hour}, {count:g} orders",
            next="Keep the date: it stands in placed_at before the hour.",
        )
    return wrong(
        "another hour",
        f"I counted {facts['by hour'].get(hour, 0)} orders in {hour}; another hour has more.",
        looked_at=looked,
        expected="the hour with the most orders, and how many",
        got=f"{hour}, {count:g}",
        next="Count all orders by a key that two orders share only if date and hour are the same.",
    )


def _clock(facts: dict[str, Any]) -> str:
    """The hour of the day, as somebody may write it: `18:00`."""
    return f"{facts['hour of day'][0]}:00"


BUSIEST_HOUR = Exercise(
    id="0.1",
    title="The busiest hour",
    check=_check,
    solve=lambda _: _facts()["hour"],
    names=lambda _: {"orders": list(_orders())},
    answer_name="busiest",
    equivalent={
        "1 -> 2": "the first of the two most common is the most common",
        "13 -> 14": "the next character is the colon of every time",
    },
    solution="""from collections import Counter

hours = Counter(order["placed_at"][:13] for order in orders)
busiest = hours.most_common(1)[0]
# The first 13 characters of an ISO time are its date and hour: one key an hour of the week.""",
    hints=(
        "What do two orders of the same hour have in common in their text?",
        "Cut placed_at after the hour: order['placed_at'][:13].",
        "Counter(order['placed_at'][:13] for order in orders).most_common(1)[0]",
    ),
    proofs=(
        Proof("lines instead of orders", lambda _: _facts()["lines"], says="most order lines"),
        Proof("the same hour of all days", lambda _: _facts()["hour of day"], says="seven days"),
        Proof("a day instead of an hour", lambda _: _facts()["day"], says="busiest day"),
        Proof("not an hour of the week", lambda _: (18, 64), says="a date and an hour"),
        Proof("another hour", lambda _: ("2017-12-20T03", 2), says="another hour has more"),
        Proof(
            "the right hour, another count", lambda _: ("2017-12-24T18", 63), says="another number"
        ),
        Proof("a list, with a space in the time", lambda _: ["2017-12-24 18:00", "64"], "right"),
        Proof("a dictionary", lambda _: {"Hour": "2017-12-24T18", "count": 64}, "right"),
    ),
)
