"""The promises of a storm, judged on records that are written down here."""

from __future__ import annotations

from collections import Counter

import pytest

from orderlab.storm.checker import PROMISES, Broken, Record, check, first_of
from orderlab.storm.evidence import Evidence, Hop
from orderlab.storm.parts import Parts, Service
from orderlab.storm.sender import Answered

SERVICES = ("inventory", "invoicing", "shipping")


def parts(*more: Service, answered_by_function: bool = True) -> Parts:
    services = [*(Service(name, name, name) for name in SERVICES), *more]
    return Parts(
        takers=["accept-order"],
        workers=list(SERVICES),
        order_table="orders",
        topics=["order-events"],
        services=services,
        answered_by_function=answered_by_function,
    )


def record(
    statuses: dict[str, int],
    *,
    stored: str | None = None,
    applied: dict[str, dict[str, int]] | None = None,
    hops: dict[str, list[Hop]] | None = None,
    deployed: Parts | None = None,
) -> Record:
    """Orders a, b, c ... with what they were answered; each is stored and applied once unless
    `stored` (their ids) and `applied` (by service) say something else."""
    chosen = deployed or parts()
    accepted = [name for name, status in statuses.items() if 200 <= status < 300]
    usual = Counter(accepted)
    evidence = Evidence(
        set(accepted) if stored is None else set(stored),
        {s.name: Counter((applied or {}).get(s.name, usual)) for s in chosen.services},
        hops or {},
    )
    answers = [Answered(n, name, s, 5.0) for n, (name, s) in enumerate(statuses.items(), 1)]
    return Record(answers, chosen, evidence)


def broken(found: Record) -> dict[str, list[int]]:
    return {
        promise: [each.number for each in orders]
        for promise, orders in check(found).items()
        if orders
    }


def put(at: float, table: str, outcome: str = "ok", action: str = "PutItem") -> Hop:
    return Hop(at, "somebody", f"{table} (table)", action, outcome, 1.0)


def test_no_promise_is_broken_if_every_order_was_applied_once() -> None:
    assert broken(record({"a": 201, "b": 202, "c": 200})) == {}


@pytest.mark.parametrize("status", [0, 400, 403, 429, 500, 502, 503, 504])
def test_an_answer_other_than_2xx_turns_a_customer_away(status: int) -> None:
    assert broken(record({"a": 201, "b": status})) == {"taken": [2]}


def test_an_accepted_order_that_is_not_stored_is_lost() -> None:
    found = record({"a": 201, "b": 201}, stored="a", applied={key: {"a": 1} for key in SERVICES})
    assert broken(found) == {"kept": [2]}
    assert check(found)["kept"][0].said == (
        "Order 2 was accepted (201), but the table orders has no record of it."
    )


def test_an_order_that_one_service_never_applied_is_lost() -> None:
    found = record({"a": 201, "b": 201}, applied={"shipping": {"a": 1}})
    assert broken(found) == {"kept": [2]}
    assert check(found)["kept"][0].services == ("shipping",)


def test_a_service_that_selects_owes_only_what_came_to_it() -> None:
    picky = Service("fraud-check", "fraud-check", "fraud-check", selects='{"total_cents": []}')
    came = [Hop(1.0, "order-events", "fraud-check (queue)", "SendMessage")]
    nothing: dict[str, dict[str, int]] = {"fraud-check": {}}
    assert broken(record({"a": 201}, deployed=parts(picky), applied=nothing)) == {}
    found = record({"a": 201}, deployed=parts(picky), applied=nothing, hops={"a": came})
    assert broken(found) == {"kept": [1]}


def test_the_customers_three_services_owe_every_order_whatever_they_select() -> None:
    deployed = parts()
    deployed.services[2] = Service("shipping", "shipping", "shipping", selects='{"x": []}')
    assert broken(record({"a": 201}, deployed=deployed, applied={"shipping": {}})) == {"kept": [1]}


def test_what_is_counted_twice_was_applied_twice() -> None:
    found = record({"a": 201, "b": 201}, applied={"invoicing": {"a": 1, "b": 3}})
    assert broken(found) == {"once": [2]}
    assert check(found)["once"][0].said == "Order 2 was applied by invoicing 3 times."


def test_an_order_that_was_refused_must_not_be_applied() -> None:
    found = record({"a": 409}, applied={"shipping": {"a": 1}})
    assert broken(found) == {"taken": [1], "accepted": [1]}


@pytest.mark.parametrize("status", [0, 500, 502, 504])
def test_an_order_whose_answer_was_an_error_may_still_be_stored_and_applied(status: int) -> None:
    everywhere = {key: {"a": 1} for key in SERVICES}
    assert broken(record({"a": status}, stored="a", applied=everywhere)) == {"taken": [1]}


def test_what_is_applied_must_be_stored() -> None:
    found = record({"a": 500}, stored="", applied={"shipping": {"a": 1}})
    assert broken(found) == {"taken": [1], "accepted": [1]}
    assert check(found)["accepted"][0].said == (
        "Order 1 was answered 500, is not in the table orders, and was applied by shipping."
    )


def test_what_is_refused_and_stored_but_not_applied_harms_nobody() -> None:
    assert broken(record({"a": 502}, stored="a")) == {"taken": [1]}


def test_an_order_is_stored_before_it_is_applied() -> None:
    hops = [put(5.0, "orders"), put(4.0, "shipping"), put(6.0, "inventory")]
    assert broken(record({"a": 202}, hops={"a": hops})) == {"in-order": [1]}
    assert check(record({"a": 202}, hops={"a": hops}))["in-order"][0].services == ("shipping",)
    later = [put(4.0, "orders"), put(5.0, "shipping")]
    assert broken(record({"a": 202}, hops={"a": later})) == {}


def test_only_writes_that_were_done_count() -> None:
    hops = [put(3.0, "shipping", "InternalServerError"), put(4.0, "orders"), put(5.0, "shipping")]
    assert broken(record({"a": 202}, hops={"a": hops})) == {}
    read = [put(3.0, "shipping", action="GetItem"), put(4.0, "orders")]
    assert broken(record({"a": 202}, hops={"a": read})) == {}


def answered(at: float) -> Hop:
    return Hop(at, "client", "api", "POST /orders", "ok", 10.0, status=201)


def test_a_function_stores_before_it_answers() -> None:
    early = [answered(1.0), put(2.0, "orders")]
    assert broken(record({"a": 201}, hops={"a": early})) == {"in-order": [1]}
    right = [answered(1.0), put(1.005, "orders")]
    assert broken(record({"a": 201}, hops={"a": right})) == {}
    queued = [answered(1.0), Hop(1.005, "accept-order", "inbox (queue)", "SendMessage")]
    assert broken(record({"a": 202}, hops={"a": [*queued, put(9.0, "orders")]})) == {}


def test_an_api_that_stores_by_itself_may_answer_before_the_table_has_it() -> None:
    deployed = parts(answered_by_function=False)
    hops = [answered(1.0), put(2.0, "orders")]
    assert broken(record({"a": 202}, hops={"a": hops}, deployed=deployed)) == {}


def test_a_function_that_hands_an_order_to_another_is_kept_by_lambda() -> None:
    hops = [answered(1.0), Hop(1.1, "accept-order", "store-order", "Invoke"), put(2.0, "orders")]
    assert broken(record({"a": 202}, hops={"a": hops})) == {}


def test_the_first_broken_promise_is_that_of_the_lowest_order() -> None:
    found = check(record({"a": 201, "b": 500, "c": 201}, applied={"shipping": {"a": 2, "c": 1}}))
    first = first_of(found)
    assert first is not None and (first.number, first.promise) == (1, "once")
    assert first_of({promise: [] for promise in PROMISES}) is None


def test_of_one_order_the_first_promise_in_the_list_counts() -> None:
    both = {promise: [Broken(promise, 1, "a", "said")] for promise in PROMISES}
    first = first_of(both)
    assert first is not None and first.promise == "taken"
