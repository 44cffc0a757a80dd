"""A trace, from hops of which the truth is known."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from orderlab.drawing.graph import Graph
from orderlab.trace import component, trace

HOPS = [
    {"at": 10.2, "source": "arn:aws:sqs:us-east-1:1:orders-inbox",
     "target": "arn:aws:lambda:us-east-1:1:function:process-order", "action": "Invoke",
     "outcome": "ok", "duration_ms": 20.0},
    {"at": 10.0, "source": "client", "target": "arn:aws:sqs:us-east-1:1:orders-inbox",
     "action": "SendMessage", "outcome": "ok", "duration_ms": 1.0},
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture has tests of its own; these have no cloud to draw."""
    monkeypatch.setattr("orderlab.trace.discover", lambda target, prefix: Graph((), ()))


def _target(hops: list[dict[str, Any]]) -> Any:
    return SimpleNamespace(
        can={"recorder"},
        name=str,
        page=lambda path: {"hops": hops},
        client=lambda service: SimpleNamespace(
            get_paginator=lambda name: SimpleNamespace(paginate=lambda **_: [{"logGroups": []}])
        ),
    )


def test_steps_are_in_time_order_and_name_the_parts() -> None:
    found = trace(_target(HOPS), "o-1")
    assert [step.what for step in found.steps] == ["SendMessage", "Invoke"]
    assert found.components == ["orders-inbox (queue)", "process-order"]
    assert found.milliseconds == pytest.approx(220.0)


def test_an_unknown_order_is_no_error() -> None:
    assert "Nothing is known of order o-2" in repr(trace(_target([]), "o-2"))


def test_an_order_that_was_forgotten_is_told_from_one_that_never_was() -> None:
    target = _target([])
    target.page = lambda path: {"hops": [], "forgotten": 12, "since": 1_700_000_000.0}
    said = repr(trace(target, "o-2"))
    assert said.startswith("Nothing is known of order o-2.")
    assert "has forgotten what came before" in said


def test_the_waterfall_says_its_path_and_escapes_names() -> None:
    hop = {**HOPS[0], "action": "<script>"}
    picture = trace(_target([hop]), "o-1").waterfall()
    assert "process-order" in picture.alt and "<script>" not in picture.svg
    assert re.search(r"20\.0 ms", picture.svg)


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:dynamodb:us-east-1:1:table/orders", "orders (table)"),
        (
            "arn:aws:dynamodb:us-east-1:1:table/orders/stream/2026-01-01T00:00:00.000",
            "orders (stream)",
        ),
        ("arn:aws:dynamodb:us-east-1:1:table/orders/index/by-customer", "orders (table)"),
        ("arn:aws:lambda:us-east-1:1:function:process-order:live", "process-order"),
        ("arn:aws:sns:us-east-1:1:order-events", "order-events"),
        ("sns.amazonaws.com", "sns.amazonaws.com"),
    ],
)
def test_short_names(arn: str, name: str) -> None:
    assert component(arn) == name
