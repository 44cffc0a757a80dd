"""2.7, open: provisioned capacity for the real week, under a limit of cost and of refusals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, number
from orderlab.practice.capacity_week import (
    HOURS,
    TIMES,
    every_hour,
    on_demand_usd,
    provisioned,
    units_by_hour,
)
from orderlab.practice.items import sample_orders

MOST_USD = 5.00
MOST_REFUSED = 0.005
_LOOKED = (
    f"the real week, {TIMES:,} times as large, minute by minute against your capacity (simulated)"
)
_EXPECTED = f"at most ${MOST_USD:.2f} for the week, and at most {MOST_REFUSED:.1%} refused"
_FORM = "a number, 24 numbers by hour of the day (UTC), or 168"


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    if answer is None or (isinstance(answer, list | tuple) and not answer):
        return untouched("No capacity was handed over yet.", next=f"Give {_FORM}.")
    if isinstance(answer, Mapping):
        answer = _values(answer)
    if isinstance(answer, str):
        if _is_on_demand(answer):
            return _on_demand()
        try:
            answer = number(answer)
        except CannotRead:
            return _another_form(answer)
    try:
        hours = every_hour(answer)
    except (TypeError, ValueError):
        return _another_form(answer)
    if not all(math.isfinite(each) and each >= 1 and each == int(each) for each in hours):
        return wrong(
            "no such capacity",
            "Provisioned capacity is a whole number of units a second, 1 or more, in every hour.",
            looked_at="your numbers",
            expected="whole numbers from 1",
            got=repr(sorted(set(hours))[:5]),
            next="Round up: math.ceil, and max(1, ...).",
        )
    return _judge(hours)


def _values(answer: Mapping[Any, Any]) -> Any:
    """What a dictionary holds: one setting under its name, or a number for each hour."""
    if len(answer) == 1:
        return next(iter(answer.values()))
    try:
        return [answer[hour] for hour in sorted(answer, key=int)]
    except (TypeError, ValueError):
        return None


def _is_on_demand(answer: str) -> bool:
    return answer.strip().upper().replace("-", "_").replace(" ", "_") in {
        "PAY_PER_REQUEST",
        "ON_DEMAND",
    }


def _another_form(answer: Any) -> Outcome:
    return wrong(
        "another form",
        "I can't read that as a capacity.",
        expected=_FORM,
        got=repr(answer)[:80],
    )


def _on_demand() -> Outcome:
    return wrong(
        "on demand is cheapest",
        "Nothing would be refused, and nothing to think about. But a unit on demand costs more than "
        "three times a provisioned one that is used all the time, and this week is known.",
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=f"${on_demand_usd():.2f}, 0.0 % refused",
        next="That price is what you pay for not knowing. Here you know the hours: use them.",
    )


def _judge(hours: list[float]) -> Outcome:
    outcome, usd = provisioned(hours)
    got = f"${usd:.2f}, {outcome.refused_share:.1%} refused"
    flat = len(set(hours)) == 1
    if outcome.refused_share > MOST_REFUSED:
        return _refusing(hours, flat, outcome.refused_share, got)
    if usd > MOST_USD:
        if flat:
            return wrong(
                "sized for the peak",
                "Hardly anything is refused. But the capacity of the busiest hour is paid for in all "
                "168, the nights too, where nobody orders.",
                looked_at=_LOOKED,
                expected=_EXPECTED,
                got=got,
                next="Capacity may follow the hour of the day: scheduled scaling. Give 24 numbers.",
            )
        peak = max(units_by_hour()) / 3600
        if min(hours) > peak:
            return wrong(
                "above the peak in every hour",
                f"Even your quietest hour has {min(hours):,.0f} units a second. The busiest hour of "
                f"the week asks for {peak:.0f}.",
                looked_at=_LOOKED,
                expected=_EXPECTED,
                got=got,
                next="The week counts units an hour; capacity is units a second.",
            )
        return wrong(
            "more than it needs",
            "It follows the day, and has more room than the limit of cost allows.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="What is the busiest of the seven days in each hour? Five minutes are saved up, too.",
        )
    return right(
        "Fitted to the hours, provisioned capacity costs about half of on-demand. You fitted it to the "
        "week it was tried on, though; the next promotion is in no table. R2 wants that nobody "
        "resizes anything: this is what it costs not to know.",
        looked_at=_LOOKED,
        got=f"{got}; on demand ${on_demand_usd():.2f}",
    )


def _refusing(hours: list[float], flat: bool, share: float, got: str) -> Outcome:
    orders_a_second = len(sample_orders()) * TIMES / (HOURS * 3600)
    units_a_second = sum(units_by_hour()) / (HOURS * 3600)
    if flat and hours[0] <= math.ceil(orders_a_second) + 1:
        return wrong(
            "orders instead of units",
            "That is about the number of orders a second. An order takes several units: the table's, "
            "and those of both indexes.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="units_by_hour() counts units.",
        )
    if flat and hours[0] <= units_a_second * 1.25:
        return wrong(
            "sized for the average",
            "On average it is enough. At night most of it lapses, since no more than five minutes "
            "are saved up, and in the evening it is missing.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="Look at the hours: how far is the evening above the average?",
        )
    return wrong(
        "refused at the busy hours",
        "In some hours more is asked for than is provided and saved up.",
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=got,
        next="For each hour of the day, take the busiest of the seven days."
        if share < 1
        else "Is it units a second?",
    )


def by_hour_of_day(room: float = 1.0) -> list[int]:
    """For each hour of the day, the units a second of the busiest of the seven days."""
    units = units_by_hour()
    return [max(1, math.ceil(room * max(units[h::24]) / 3600)) for h in range(24)]


def _orders_a_second(_: Workspace) -> int:
    return math.ceil(len(sample_orders()) * TIMES / (HOURS * 3600))


def _mean(_: Workspace) -> int:
    return math.ceil(sum(units_by_hour()) / (HOURS * 3600))


REAL_WEEK = Exercise(
    id="2.7",
    title="The real week (open)",
    check=_check,
    solve=lambda _: by_hour_of_day(),
    names=lambda _: {"week": units_by_hour()},
    answer_name="capacity",
    equivalent={
        "1 -> 2": "two units at night cost a few cents more",
        "3600 -> 3601": "rounding up gives the same numbers",
    },
    solution="""import math

capacity = [max(1, math.ceil(max(week[hour::24]) / 3600)) for hour in range(24)]
# For each hour of the day, the busiest of the seven days, in units a second: enough for all seven,
# and next to nothing at night.""",
    hints=(
        "What do you pay for at four in the morning, and what is refused at eight in the evening?",
        "24 numbers: for each hour of the day, enough for the busiest of its seven days.",
        "week[hour::24] are the seven days of one hour; divide the largest by 3,600, round up.",
    ),
    proofs=(
        Proof("orders instead of units", _orders_a_second, says="about the number of orders"),
        Proof("sized for the average", _mean, says="On average it is enough"),
        Proof(
            "sized for the peak",
            lambda _: math.ceil(max(units_by_hour()) / 3600) + 2,
            says="the nights too",
        ),
        Proof("on demand is cheapest", lambda _: "PAY_PER_REQUEST", says="for not knowing"),
        Proof("refused at the busy hours", lambda _: [40] * 12 + [44] * 12, says="In some hours"),
        Proof("more than it needs", lambda _: by_hour_of_day(1.6), says="more room than"),
        Proof(
            "above the peak in every hour",
            lambda _: [max(units_by_hour()[h::24]) for h in range(24)],
            says="units an hour",
        ),
        Proof("no such capacity", lambda _: [0] * 24, says="a whole number of units"),
        Proof("another form", lambda _: [1, 2, 3], says="can't read that"),
        Proof(
            "168 numbers, an hour each",
            lambda _: tuple(max(1, math.ceil(units / 3600) + 1) for units in units_by_hour()),
            "right",
        ),
        Proof(
            "by the names of the hours",
            lambda _: {str(h): str(units) for h, units in enumerate(by_hour_of_day())},
            "right",
        ),
        Proof("with a little room", lambda _: by_hour_of_day(1.15), "right"),
    ),
)
