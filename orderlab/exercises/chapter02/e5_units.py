"""2.5: what calls cost, by arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import mapping, number

READ, WRITE = 4096, 1024
CALLS = {
    "a": "GetItem, strongly consistent, of an item of 5,000 bytes",
    "b": "GetItem, eventually consistent, of the same item",
    "c": "20 GetItem, eventually consistent, of items of 700 bytes, together",
    "d": "one Query, eventually consistent, that returns these 20 items",
    "e": "the same Query with a FilterExpression that lets 1 of the 20 through",
    "f": "PutItem of a new item of 2,500 bytes, table alone",
    "g": "the same PutItem with customer-orders (ALL) and open-orders (KEYS_ONLY, 90 bytes)",
}
TRUTH = {"a": 2.0, "b": 1.0, "c": 10.0, "d": 2.0, "e": 2.0, "f": 3.0, "g": 7.0}
_RULE = "reads: 4 KB a unit, half if eventually consistent; writes: 1 KB a unit"


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    if answer is None or (
        isinstance(answer, Mapping) and all(value is None for value in answer.values())
    ):
        return untouched("No units were handed over yet.", next='{"a": 2, "b": ...}')
    given = mapping(answer, CALLS, what="a dictionary with a number for each of the seven calls")
    left = [key for key in CALLS if given[key] is None]
    if left:
        return wrong(
            "something is open",
            f"No number yet for: {', '.join(left)}.",
            expected="a number of units for each",
        )
    return _judge({key: number(given[key], f"a number of units for {key}") for key in CALLS})


def _judge(given: dict[str, float]) -> Outcome:
    off = [key for key in CALLS if abs(given[key] - TRUTH[key]) > 1e-6]
    if not off:
        return right(
            "A query adds the sizes first and rounds once; single reads round each by itself, five "
            "times as dear here. Filters save nothing, and each index is a write of its own.",
            looked_at="your seven numbers against the rules",
        )
    for name, wrong_values, message, step in _MISTAKES:
        # 1.22 for 1.2207: what somebody wrote who rounded the digits
        near = 0.06 if name == "no rounding" else 1e-6
        if any(key in off and abs(given[key] - wrong_values[key]) < near for key in wrong_values):
            return _wrong(name, message, step, given, off)
    return _wrong(
        "another number",
        f"These are not right yet: {', '.join(off)}.",
        "The table's write, and one for each index that holds the item: each has a size of its own."
        if off == ["g"]
        else "Size, divided by the unit, rounded up; then halved if eventually consistent.",
        given,
        off,
    )


def _wrong(name: str, message: str, step: str, given: dict[str, float], off: list[str]) -> Outcome:
    return wrong(
        name,
        message,
        looked_at=CALLS[off[0]],
        expected=_RULE,
        got=f"{off[0]}: {given[off[0]]:g}" + (f"; also {', '.join(off[1:])}" if off[1:] else ""),
        next=step,
    )


# in this order: the first that explains a wrong number is told
_MISTAKES: tuple[tuple[str, dict[str, float], str, str], ...] = (
    (
        "1 KB for reads",
        {"a": math.ceil(5000 / WRITE), "b": math.ceil(5000 / WRITE) / 2},
        "That is the unit of writes, 1 KB. A read unit is 4 KB: reading is cheaper than writing.",
        "Divide by 4,096 for reads.",
    ),
    (
        "4 KB for writes",
        {"f": math.ceil(2500 / READ)},
        "That is the unit of reads, 4 KB. A write unit is 1 KB.",
        "Divide by 1,024 for writes.",
    ),
    (
        "eventual costs the same",
        {"b": 2.0, "d": 4.0, "c": 20.0},
        "An eventually consistent read costs half a unit for each 4 KB; you counted whole ones.",
        "Halve after rounding.",
    ),
    (
        "no rounding",
        {"a": 5000 / READ, "b": 5000 / READ / 2, "f": 2500 / WRITE, "d": 14000 / READ / 2},
        "There are no fractions of 4 KB or 1 KB: what was begun is counted.",
        "Round up, then halve if eventually consistent.",
    ),
    (
        "rounded before summing",
        {"d": 10.0, "e": 10.0},
        "You rounded each of the 20 items by itself. A Query adds the bytes of all items and rounds "
        "once: that is why it is so much cheaper than 20 reads.",
        "20 times 700 bytes first, then 4 KB a unit.",
    ),
    (
        "summed the single reads",
        {"c": 2.0},
        "Twenty GetItem calls are twenty bills: each is rounded up to half a unit by itself.",
        "What does one of them cost? Times 20.",
    ),
    (
        "a filter saves",
        {"e": 0.5},
        "A FilterExpression takes away what was read already. You pay for the 20, and get 1.",
        "What was read before the filter?",
    ),
    (
        "indexes are free",
        {"g": 3.0},
        "Each index that holds the item is written too, and has a bill of its own.",
        "The table, plus customer-orders with the whole item, plus open-orders with keys.",
    ),
    (
        "one index forgotten",
        {"g": 6.0},
        "That is the table and customer-orders. open-orders holds the item too, with its keys.",
        "How many indexes hold the item?",
    ),
    (
        "all indexes hold all",
        {"g": 9.0},
        "open-orders holds keys only: its entry is small, so it costs the smallest write.",
        "An index is billed by what it projects.",
    ),
)


def _with(**changes: float) -> Any:
    return lambda _: {**TRUTH, **changes}


UNITS = Exercise(
    id="2.5",
    title="Units by arithmetic",
    check=_check,
    solve=lambda _: dict(TRUTH),
    answer_name="units",
    material=CALLS,
    solution="""units = {
    "a": 2,  # 5,000 / 4,096, rounded up
    "b": 1,  # half of that
    "c": 10,  # each 700 bytes: half a unit, 20 times
    "d": 2,  # 14,000 bytes together: 4 units, halved
    "e": 2,  # the filter works after the reading
    "f": 3,  # 2,500 / 1,024, rounded up
    "g": 7,  # table 3, customer-orders 3, open-orders 1
}
""",
    hints=(
        "Which unit is it, 4 KB or 1 KB, and how many have been begun?",
        "Round up; halve if eventually consistent. A Query rounds once, on the sum of what it read.",
        "a: ceil(5000/4096). c: 20 * 0.5. d: ceil(20*700/4096) / 2. g: the table and two indexes.",
    ),
    proofs=(
        Proof("1 KB for reads", _with(a=5, b=2.5), says="unit of writes, 1 KB"),
        Proof("4 KB for writes", _with(f=1, g=3), says="unit of reads, 4 KB"),
        Proof("eventual costs the same", _with(b=2), says="counted whole ones"),
        Proof("no rounding", _with(a=5000 / 4096), says="no fractions"),
        Proof("rounded before summing", _with(d=10, e=10), says="rounds once"),
        Proof("summed the single reads", _with(c=2), says="twenty bills"),
        Proof("a filter saves", _with(e=0.5), says="You pay for the 20"),
        Proof("indexes are free", _with(g=3), says="Each index that holds"),
        Proof("one index forgotten", _with(g=6), says="open-orders holds the item too"),
        Proof("all indexes hold all", _with(g=9), says="smallest write"),
        Proof("another number", _with(a=17), says="not right yet"),
        Proof("something is open", lambda _: {**TRUTH, "g": None}, says="No number yet"),
        Proof(
            "pairs of texts", lambda _: [(k.upper(), f"{v:g}") for k, v in TRUTH.items()], "right"
        ),
        Proof("decimals", lambda _: {k: Decimal(str(v)) for k, v in TRUTH.items()}, "right"),
    ),
)
