"""What a table held at any second: the changes behind it, undone.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.clock import HandTurnedClock
from orderlab.cloud.dynamodb import history as module
from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.cloud.dynamodb.history import History, undone
from orderlab.cloud.dynamodb.schema import KeySchema, TableSchema
from orderlab.cloud.dynamodb.stored import store
from orderlab.cloud.dynamodb.table import Behaviour, Table

KEYS = KeySchema(("pk",), (), {"pk": "S"})


def observed(clock: HandTurnedClock) -> tuple[Table, History]:
    table = Table("t", "arn:table", TableSchema(KEYS), Behaviour(clock))
    history = History(clock, 35)
    table.observe(history.note)
    return table, history


def write(table: Table, pk: str, note: str | None) -> None:
    """Put an item, or delete it."""
    item: dict[str, Any] = {"pk": {"S": pk}, "note": {"S": note or ""}}
    stored = None if note is None else store(item, measure_item(item))
    key = KEYS.key(item)
    table.apply(table.change(key, stored, None if note is None else item, KEYS.prefix(item)))


def content(items: Any) -> dict[str, str]:
    return {key[1]: stored.item()["note"]["S"] for key, stored in items.items()}


steps = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from([None, "x", "y"]), st.sampled_from([0.0, 0.4, 1.7])
    ),
    max_size=30,
)


@given(steps)
def test_every_second_can_be_restored(sequence: list[tuple[str, str | None, float]]) -> None:
    clock = HandTurnedClock()
    table, history = observed(clock)
    model: dict[str, str] = {}
    at_the_end_of: dict[int, dict[str, str]] = {int(clock.wall()): {}}
    for pk, note, pause in sequence:
        write(table, pk, note)
        if note is None:
            model.pop(pk, None)
        else:
            model[pk] = note
        at_the_end_of[int(clock.wall())] = dict(model)
        clock.advance(pause)
    for second, expected in at_the_end_of.items():
        assert content(undone(table.rows.copy(), history.since(second))) == expected
    assert content(table.rows.copy()) == model


def test_what_is_beyond_the_budget_cannot_be_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10_000)
    clock = HandTurnedClock()
    table, history = observed(clock)
    began = history.earliest
    for number in range(100):
        write(table, "a", str(number))
        clock.advance(2)
    assert began < history.earliest < history.latest
    second = history.earliest
    (note,) = content(undone(table.rows.copy(), history.since(second))).values()
    # the note of a second tells it: one was written every two seconds
    assert int(note) == (second - began) // 2


def test_the_period_ends_it_too() -> None:
    clock = HandTurnedClock()
    _, history = observed(clock)
    history.days = 1
    began = history.earliest
    clock.advance(3 * 24 * 3600)
    assert history.earliest == began + 2 * 24 * 3600
