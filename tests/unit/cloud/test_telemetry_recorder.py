"""The flight recorder: ids found in payloads, pages, traces, the board's edges."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.contracts import Hop
from orderlab.cloud.telemetry.correlation import MAX_PLACES
from orderlab.cloud.telemetry.latency import Latencies
from orderlab.cloud.telemetry.recorder import FlightRecorder

FIELDS = ("orderId", "order_id")


@pytest.fixture
def recorder() -> FlightRecorder:
    return FlightRecorder(FIELDS, max_hops=100)


def hop(number: int, *ids: str, outcome: str = "ok", target: str = "b") -> Hop:
    return Hop(float(number), "a", target, "Call", outcome, float(number), ids)


ORDER = {"orderId": "o-1", "lines": [{"sku": "x"}]}


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps(ORDER),
        json.dumps(ORDER, indent=2),
        json.dumps({"body": json.dumps(ORDER)}),
        json.dumps({"Message": json.dumps({"Message": json.dumps({"body": json.dumps(ORDER)})})}),
        json.dumps({"Item": {"orderId": {"S": "o-1"}}}),
        json.dumps({"a": json.dumps({"dynamodb": {"NewImage": {"order_id": {"S": "o-1"}}}})}),
        json.dumps({"orderId": {"DataType": "String", "StringValue": "o-1"}}),
        json.dumps({"orderId": {"Type": "String", "Value": "o-1"}}),
        "orderId=o-1&x=2",
        urlencode({"Action": "SendMessage", "MessageBody": json.dumps(ORDER)}),
        "MessageBody=" + quote_plus(json.dumps(ORDER)),
    ],
)
def test_an_id_is_found_in_every_form(recorder: FlightRecorder, payload: str) -> None:
    assert recorder.ids_in(payload) == ("o-1",)
    assert recorder.ids_in(payload.encode()) == ("o-1",)


@pytest.mark.parametrize(
    "payload",
    ["", "{}", '{"reorderId": "o-1"}', '{"orderId": null}', '{"orderIds": ["o-1"]}', b"\xff\xfe"],
)
def test_what_is_no_id_is_not_found(recorder: FlightRecorder, payload: Any) -> None:
    assert recorder.ids_in(payload) == ()


def test_only_so_many_places_are_looked_at(recorder: FlightRecorder) -> None:
    many = json.dumps([{"orderId": str(i)} for i in range(1000)])
    assert recorder.ids_in(many) == tuple(str(i) for i in range(MAX_PLACES))


@pytest.mark.parametrize(
    "payload",
    [
        "x" * 1_000_000 + '"orderId": "late"',
        '"orderId"' + " " * 2000 + ': "late"',
        "MessageBody=" + "%25" * 100_000 + quote_plus('{"orderId": "late"}'),
    ],
)
def test_an_id_is_found_wherever_it_stands(recorder: FlightRecorder, payload: str) -> None:
    assert recorder.ids_in(payload) == ("late",)


@pytest.mark.parametrize("cut", range(6))
def test_an_escape_that_is_cut_in_two_does_not_matter(recorder: FlightRecorder, cut: int) -> None:
    payload = quote_plus('{"orderId": "o-1"}') + "a" * cut + "%41" * 2000
    assert recorder.ids_in(payload) == ("o-1",)


def test_ids_are_distinct_and_in_their_order(recorder: FlightRecorder) -> None:
    payload = json.dumps([{"orderId": "b"}, {"order_id": "a"}, {"orderId": "b"}, {"orderId": 17}])
    assert recorder.ids_in(payload) == ("b", "a", "17")


@given(
    st.text(
        alphabet=st.characters(exclude_characters='"\\', exclude_categories=["C"]),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 4),
)
def test_an_id_is_found_however_deep_the_json_is_quoted(identifier: str, depth: int) -> None:
    payload = json.dumps({"orderId": identifier}, ensure_ascii=False)
    for _ in range(depth):
        payload = json.dumps({"body": payload}, ensure_ascii=False)
    assert identifier in FlightRecorder(FIELDS).ids_in(payload)


def test_hops_are_numbered_by_one_and_paged(recorder: FlightRecorder) -> None:
    for number in range(1, 8):
        recorder.record(hop(number))
    first = recorder.page({"after": 0, "limit": 3})
    assert [each["sequence"] for each in first["hops"]] == [1, 2, 3]
    rest = recorder.page({"after": str(first["next"]), "limit": "100"})
    assert [each["sequence"] for each in rest["hops"]] == [4, 5, 6, 7]
    assert recorder.page({"after": rest["next"]}) == {
        "hops": [], "next": 7, "last": 7, "oldest": 1,
    }  # fmt: skip


def test_what_is_too_old_is_forgotten_everywhere(recorder: FlightRecorder) -> None:
    for number in range(1, 251):
        recorder.record(hop(number, f"o-{number % 2}", f"only-{number}"))
    page = recorder.page({"after": 0, "limit": 10_000})
    assert (page["oldest"], page["last"], len(page["hops"])) == (151, 250, 100)
    assert page["hops"][0]["sequence"] == 151
    assert recorder.trace({"id": "only-150"})["hops"] == []
    assert len(recorder.trace({"id": "only-151"})["hops"]) == 1
    assert len(recorder.trace({"id": "o-1"})["hops"]) == 50


def test_a_trace_says_what_was_forgotten(recorder: FlightRecorder) -> None:
    for number in range(1, 101):
        recorder.record(hop(number, "o-1"))
    assert recorder.trace({"id": "o-2"}) == {"id": "o-2", "hops": [], "forgotten": 0, "since": 1.0}
    recorder.record(hop(101, "o-1"))
    found = recorder.trace({"id": "o-1"})
    assert (found["forgotten"], found["since"], len(found["hops"])) == (1, 2.0, 100)


def test_forgetting_in_portions_loses_nothing_else() -> None:
    recorder = FlightRecorder(FIELDS, max_hops=2000)
    for number in range(1, 5001):
        recorder.record(hop(number, f"o-{number % 7}", f"only-{number}"))
    oldest = recorder.page({"after": 0, "limit": 1})["oldest"]
    assert 2991 <= oldest <= 3001
    kept = [recorder.trace({"id": f"o-{i}"})["hops"] for i in range(7)]
    assert sorted(each["sequence"] for hops in kept for each in hops) == [*range(oldest, 5001)]
    assert recorder.trace({"id": f"only-{oldest - 1}"})["hops"] == []
    assert len(recorder.trace({"id": f"only-{oldest}"})["hops"]) == 1
    assert len(recorder._by_id) == 7 + 5001 - oldest


def test_hops_of_an_order_share_its_id(recorder: FlightRecorder) -> None:
    recorder.record(hop(1, *recorder.ids_in('{"orderId": "o-1"}')))
    assert recorder.ids_in('{"orderId": "o-1"}') is recorder.ids_in(b'{"order_id": "o-1"}')


def test_a_trace_is_in_the_order_in_which_things_began(recorder: FlightRecorder) -> None:
    for at in (3, 1, 2):
        recorder.record(hop(at, "o-1"))
    assert [each["at"] for each in recorder.trace({"id": "o-1"})["hops"]] == [1.0, 2.0, 3.0]


def test_edges_count_what_came_since_a_number_and_in_all(recorder: FlightRecorder) -> None:
    for number in range(1, 11):
        recorder.record(hop(number, outcome="ok" if number % 5 else "Throttled"))
    mark = recorder.edges({})["last"]
    recorder.record(hop(4, target="c"))
    total = {edge["target"]: edge for edge in recorder.edges({})["edges"]}
    assert (total["b"]["count"], total["b"]["errors"]) == (10, 2)
    since = recorder.edges({"since": mark})
    assert [(edge["target"], edge["count"]) for edge in since["edges"]] == [("c", 1)]
    assert recorder.edges({"since": since["last"]})["edges"] == []


@given(st.lists(st.floats(0.02, 100_000), min_size=1, max_size=200))
def test_percentiles_are_near_the_true_ones(durations: list[float]) -> None:
    latencies = Latencies()
    for duration in durations:
        latencies.add(duration)
    ordered = sorted(durations)
    for percent in (50, 95, 100):
        true = ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]
        assert true * 0.99 <= latencies.percentile(percent) <= true * 1.27
    assert latencies.largest == ordered[-1]
