"""6.4: from how many reads on the nodes of a cache pay for themselves."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import number
from orderlab.exercises.engine.own_function import no_function
from orderlab.orders.prices import TABLE

_PRICES = {price.item: price.usd / price.per for price in TABLE}
READ_USD = _PRICES["dynamodb.read_units"]
NODE_USD = _PRICES["dax.node_hours"]
EXAMPLE = (4, 1.0, 3)
_LOOKED = "items of 0.3 to 40 KB, hit ratios from 0.2 to 1, and 1 to 11 nodes"
Case = tuple[float, float, int]
Rule = Callable[[float, float, int], float]


def truth(kilobytes: float, hit_ratio: float, nodes: int) -> float:
    """Reads a second."""
    saved = hit_ratio * math.ceil(kilobytes / 4) / 2 * READ_USD
    return nodes * NODE_USD / 3600 / saved


def _cases() -> list[Case]:
    found: list[Case] = [EXAMPLE]
    while len(found) < 30:
        size = (3 + secrets.randbelow(400)) / 10
        if size % 4:
            found.append((size, (2 + secrets.randbelow(8)) / 10, 1 + secrets.randbelow(11)))
    return found


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    missing = no_function(
        answer, "break_even(kilobytes, hit_ratio, nodes)", "I call it for many settings"
    )
    if missing is not None:
        return missing
    cases = _cases()
    said: list[Any] = []
    try:
        for case in cases:
            said.append(answer(*case))
    except Exception as error:
        size, ratio, nodes = cases[len(said)]
        if isinstance(error, ZeroDivisionError):
            return wrong(
                "divided by zero",
                "The function divides by zero for a setting that can be. Where all reads are hits, the "
                "most is saved, and what a read saves is not zero.",
                looked_at=_LOOKED,
                got=f"ZeroDivisionError for {size:g} KB, hit ratio {ratio:g}, {nodes} nodes",
                next="Which reads are saved: the hits or the misses?",
            )
        return wrong(
            "it raises",
            "The function raises for a setting that can be.",
            looked_at=_LOOKED,
            got=f"{type(error).__name__}: {error}"[:120],
            next=f"Call it yourself: break_even({size:g}, {ratio:g}, {nodes}).",
        )
    if all(each is None for each in said):
        return untouched("The function returns nothing yet.", next="return ...")
    return _judge(cases, [number(each, "reads a second") for each in said])


def _judge(cases: list[Case], said: list[float]) -> Outcome:
    if _follow(cases, said, truth):
        return right(
            "What is saved is the share of the reads that never reaches the table, and each of those by "
            "its size. Nodes cost the same in every second, so the reads must come in every second, too.",
            looked_at=_LOOKED,
            got=f"4 KB, all of them hits, 3 nodes: {truth(*EXAMPLE):,.0f} reads a second",
        )
    name, message, hint = _mistake(cases, said)
    place = next(n for n, case in enumerate(cases) if not _same(said[n], truth(*case)))
    size, ratio, nodes = cases[place]
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=f"{size:g} KB, hit ratio {ratio:g}, {nodes} nodes: "
        f"{truth(size, ratio, nodes):,.1f} reads a second",
        got=f"{said[place]:,.1f}",
        next=hint,
    )


def _same(one: float, other: float) -> bool:
    if math.isclose(one, other, rel_tol=1e-6):
        return True
    if not math.isfinite(one):
        return False
    # whole reads are as good, and so are tenths of them
    return any(
        math.isclose(one * step, round(one * step), rel_tol=1e-9) and abs(one - other) * step <= 1
        for step in (1, 10, 100, 1000)
    )


def _follow(cases: list[Case], said: list[float], rule: Rule) -> bool:
    return all(_same(mine, rule(*case)) for mine, case in zip(said, cases, strict=True))


def _mistake(cases: list[Case], said: list[float]) -> tuple[str, str, str]:
    for name, rule, message, hint in _MISTAKES:
        if _follow(cases, said, rule):
            return name, message, hint
    factors = [mine / truth(*case) for mine, case in zip(said, cases, strict=True)]
    if 0 < factors[0] < math.inf and all(
        math.isclose(each, factors[0], rel_tol=1e-3) for each in factors
    ):
        return (
            "always the same factor",
            f"Your numbers are right but for a factor: always {factors[0]:.4g} times as many.",
            "A second, an hour, a month; a share of 0.9 or 90 %: which unit is off?",
        )
    return (
        "another number",
        "For some settings the nodes cost more or less than the reads that are saved.",
        "What does one hit save, in dollars? What do the nodes cost in one second?",
    )


def _saved(kilobytes: float, hit_ratio: float) -> float:
    return hit_ratio * math.ceil(kilobytes / 4) / 2 * READ_USD


_MISTAKES: tuple[tuple[str, Rule, str, str], ...] = (
    (
        "every read is a hit",
        lambda size, ratio, nodes: nodes * NODE_USD / 3600 / _saved(size, 1),
        "Your numbers don't change with the hit ratio. A miss is read from the table and saves nothing.",
        "Which share of the reads saves something?",
    ),
    (
        "the price of a strong read",
        lambda size, ratio, nodes: truth(size, ratio, nodes) / 2,
        "Half as many reads as it takes: each of yours saves a whole unit for 4 KB.",
        "What does an eventually consistent read cost?",
    ),
    (
        "one node",
        lambda size, ratio, nodes: truth(size, ratio, 1),
        "Your numbers don't change with the number of nodes.",
        "Each node costs by the hour.",
    ),
    (
        "an hour for a second",
        lambda size, ratio, nodes: truth(size, ratio, nodes) * 3600,
        "So many reads it takes in an hour. The question is how many a second.",
        "An hour has 3,600 seconds.",
    ),
    (
        "a part of a unit",
        lambda size, ratio, nodes: nodes * NODE_USD / 3600 / (ratio * size / 8 * READ_USD),
        "Your reads are charged by the byte. DynamoDB charges each 4 KB begun.",
        "math.ceil(kilobytes / 4)",
    ),
    (
        "a unit whatever the size",
        lambda size, ratio, nodes: nodes * NODE_USD / 3600 / (ratio / 2 * READ_USD),
        "Your numbers don't change with the size of an item.",
        "A unit reads 4 KB. How many does an item of 9 KB take?",
    ),
    (
        "misses that save",
        lambda size, ratio, nodes: nodes * NODE_USD / 3600 / _saved(size, 1 - ratio)
        if ratio < 1
        else math.inf,
        "Your numbers get larger when more reads are hits.",
        "Which reads are saved: the hits or the misses?",
    ),
)  # fmt: skip


def _by_month(kilobytes: float, hit_ratio: float, nodes: int) -> str:
    """Reads a month, divided by its seconds, and rounded up; as a text."""
    month = 30 * 24
    units = nodes * NODE_USD * month / READ_USD
    reads = units / (hit_ratio * -(-kilobytes // 4) * 0.5)
    return f"{math.ceil(reads / month / 3600):,}"


def _as_whole(kilobytes: float, hit_ratio: float, nodes: int) -> int:
    return round(truth(kilobytes, hit_ratio, nodes))


def _as_tenths(kilobytes: float, hit_ratio: float, nodes: int) -> float:
    return round(truth(kilobytes, hit_ratio, nodes), 1)


def _by_the_minute(kilobytes: float, hit_ratio: float, nodes: int) -> float:
    return truth(kilobytes, hit_ratio, nodes) * 60


def _by_misses(kilobytes: float, hit_ratio: float, nodes: int) -> float:
    """Raises where all reads are hits."""
    return nodes * NODE_USD / 3600 / _saved(kilobytes, 1 - hit_ratio)


def _with_kilobytes_squared(kilobytes: float, hit_ratio: float, nodes: int) -> float:
    return truth(kilobytes, hit_ratio, nodes) * kilobytes


def _wrong_rule(name: str) -> Callable[[Workspace], Any]:
    rule = next(rule for known, rule, _, _ in _MISTAKES if known == name)
    return lambda _: rule


BREAK_EVEN = Exercise(
    id="6.4",
    title="Where the lines cross",
    check=_check,
    solve=lambda _: truth,
    stands=lambda _: True,
    names=lambda _: {"math": math, "READ_USD": READ_USD, "NODE_USD": NODE_USD},
    answer_name="break_even",
    solution="""def break_even(kilobytes, hit_ratio, nodes):
    units = math.ceil(kilobytes / 4) / 2
    a_hit_saves = units * READ_USD
    a_read_saves = hit_ratio * a_hit_saves
    nodes_a_second = nodes * NODE_USD / 3600
    return nodes_a_second / a_read_saves
# What one read saves on average, and how many of those the nodes cost in a second.""",
    hints=(
        "What does a hit save, and what does a miss save?",
        "On average a read saves hit_ratio times its units times READ_USD. The nodes cost nodes * "
        "NODE_USD an hour.",
        "units = math.ceil(kilobytes / 4) / 2; divide nodes * NODE_USD / 3600 by hit_ratio * units * "
        "READ_USD.",
    ),
    proofs=(
        *(
            Proof(name, _wrong_rule(name), says=says)
            for name, says in (
                ("every read is a hit", "change with the hit ratio"),
                ("the price of a strong read", "a whole unit"),
                ("one node", "change with the number of nodes"),
                ("an hour for a second", "in an hour"),
                ("a part of a unit", "by the byte"),
                ("a unit whatever the size", "change with the size"),
                ("misses that save", "when more reads are hits"),
            )
        ),
        Proof("always the same factor", lambda _: _by_the_minute, says="always 60 times"),
        Proof("divided by zero", lambda _: _by_misses, says="divides by zero"),
        Proof("another number", lambda _: _with_kilobytes_squared, says="more or less"),
        Proof("it raises", lambda _: lambda kilobytes: 3, says="raises for a setting"),
        Proof("not a function", lambda _: 530, says="function itself"),
        Proof("by the month, rounded up, as text", lambda _: _by_month, "right"),
        Proof("whole reads", lambda _: _as_whole, "right"),
        Proof("tenths of a read", lambda _: _as_tenths, "right"),
        Proof("to the cent", lambda _: lambda *case: round(truth(*case), 2), "right"),
    ),
)
