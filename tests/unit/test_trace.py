"""A trace, from hops of which the truth is known."""

from __future__ import annotations

import re
from typing import Any

import pytest

from orderlab.drawing.graph import Graph
from orderlab.drawing.waterfall import parts_of
from orderlab.trace import component, trace
from tests.unit.fake_target import FakeTarget

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


def _target(hops: list[dict[str, Any]]) -> FakeTarget:
    return FakeTarget(recorder={"hops": hops})


def test_steps_are_in_time_order_and_name_the_parts() -> None:
    found = trace(_target(HOPS), "o-1")
    assert [step.what for step in found.steps] == ["SendMessage", "Invoke"]
    assert found.components == ["orders-inbox (queue)", "process-order"]
    assert found.milliseconds == pytest.approx(220.0)


def test_an_unknown_order_is_no_error() -> None:
    assert "Nothing is known of order o-2" in repr(trace(_target([]), "o-2"))


def test_an_order_that_was_forgotten_is_told_from_one_that_never_was() -> None:
    target = FakeTarget(recorder={"hops": [], "forgotten": 12, "since": 1_700_000_000.0})
    said = repr(trace(target, "o-2"))
    assert said.startswith("Nothing is known of order o-2.")
    assert "has forgotten what came before" in said


def test_the_waterfall_says_its_path_and_escapes_names() -> None:
    hop = {**HOPS[0], "action": "<script>"}
    picture = trace(_target([hop]), "o-1").waterfall()
    assert "process-order" in picture.alt and "<script>" not in picture.svg
    assert re.search(r"20\.0 ms", picture.svg)


def _call(outcome: str = "ok", **detail: Any) -> dict[str, Any]:
    return {**HOPS[0], "duration_ms": 310.0, "outcome": outcome, "detail": detail}


def test_a_cold_call_is_split_into_wait_init_and_handler() -> None:
    found = trace(_target([_call(init_ms=160.0, function_ms=110.0)]), "o-1")
    assert parts_of(found.steps[0]) == [("wait", 40.0), ("Init", 160.0), ("handler", 110.0)]
    svg = found.waterfall().svg
    assert "wait 40.0 ms, Init 160.0 ms, handler 110.0 ms" in svg
    assert all(f'<rect class="{part}"' in svg for part in ("wait", "Init", "handler"))


def test_a_warm_call_has_no_init_and_what_is_not_known_is_said() -> None:
    warm = trace(_target([_call(init_ms=None, function_ms=300.0)]), "o-1")
    assert [name for name, _ in parts_of(warm.steps[0])] == ["wait", "handler"]
    assert "the code is loaded" not in warm.waterfall().svg
    unknown = trace(_target([_call()]), "o-1")
    assert parts_of(unknown.steps[0]) == [("call", 310.0)]
    assert "parts of a call: not known" in unknown.waterfall().svg
    untimed = trace(_target([{**HOPS[1], "duration_ms": 0.0}]), "o-1")
    assert "duration not known" in untimed.waterfall().svg


def test_each_service_has_a_colour_and_stands_in_the_legend() -> None:
    svg = trace(_target(HOPS), "o-1").waterfall().svg
    assert ">Lambda</text>" in svg and ">SQS</text>" in svg and ">DynamoDB</text>" not in svg


def test_the_table_is_folded_below_the_pictures() -> None:
    shown = trace(_target(HOPS), "o-1")._repr_mimebundle_()["text/html"]
    assert shown.index("<figure") < shown.index("<details><summary>") < shown.index("<table>")


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
        ("arn:aws:dax:us-east-1:1:cache/orders", "orders (cache)"),
        ("arn:aws:events:us-east-1:1:event-bus/orders", "orders (bus)"),
        ("arn:aws:events:us-east-1:1:rule/orders/large", "large (rule)"),
        ("arn:aws:pipes:us-east-1:1:pipe/to-topic", "to-topic (pipe)"),
        ("arn:aws:scheduler:us-east-1:1:schedule/default/nightly", "nightly (schedule)"),
        ("sns.amazonaws.com", "sns.amazonaws.com"),
    ],
)
def test_an_arn_becomes_a_short_name(arn: str, name: str) -> None:
    assert component(arn) == name
