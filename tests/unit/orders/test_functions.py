"""What the services compute, and how a batch is settled: rules without a cloud."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import orderlab.orders
from tests.unit.orders.test_contract import ORDER, changed

HERE = Path(orderlab.orders.__file__).parent
Load = Callable[..., Any]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Import a handler, or a module of the layer, as an execution environment does."""
    monkeypatch.syspath_prepend(str(HERE / "layer" / "python"))
    monkeypatch.syspath_prepend(str(HERE / "handlers"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    loaded: list[str] = []

    def import_one(name: str, **environment: str) -> Any:
        for key, value in environment.items():
            monkeypatch.setenv(key, value)
        loaded.append(name)
        return importlib.import_module(name)

    yield import_one
    for name in list(sys.modules):
        if name in loaded or name.split(".")[0] == "orderlib":
            del sys.modules[name]


def lines(*given: tuple[str, str, int, int]) -> list[dict[str, Any]]:
    return [
        {"sku": s, "name": "n", "department": d, "quantity": q, "unit_price_cents": p}
        for s, d, q, p in given
    ]


def test_inventory_reserves_one_figure_for_each_sku(load: Load) -> None:
    order = changed(lines=lines(("a", "Deli", 2, 1), ("b", "Deli", 1, 1), ("a", "Deli", 3, 1)))
    found = load("inventory", TABLE="t").reserve(order)
    assert (found["reserved"], found["units"]) == ({"a": 5, "b": 1}, 6)


def test_invoicing_takes_the_coupon_from_the_goods(load: Load) -> None:
    order = changed(coupon_cents=150, lines=lines(("a", "Deli", 2, 199), ("b", "Deli", 1, 52)))
    found = load("invoicing", TABLE="t").invoice(order)
    assert (found["goods_cents"], found["total_cents"]) == (450, 300)


def test_a_coupon_above_the_goods_makes_nothing_owed_to_the_customer(load: Load) -> None:
    order = changed(coupon_cents=10_000)
    assert load("invoicing", TABLE="t").invoice(order)["total_cents"] == 0


def test_shipping_packs_cold_goods_apart(load: Load) -> None:
    order = changed(lines=lines(("a", "Meat", 21, 1), ("b", "Grocery", 20, 1)))
    found = load("shipping", TABLE="t").pack(order)
    assert (found["cold_parcels"], found["parcels"], found["units"]) == (2, 3, 41)


def test_an_item_comes_back_as_it_was(load: Load) -> None:
    items = load("orderlib.items")
    value = {**ORDER, "flag": True, "nothing": None, "nested": {"list": [1, "a", {}]}}
    assert items.from_item(items.to_item(value)) == value
    with pytest.raises(TypeError):
        items.to_item({"price": 1.5})


def test_a_batch_names_only_the_messages_that_failed(load: Load) -> None:
    batches = load("orderlib.batches")

    def handle(record: dict[str, Any]) -> None:
        if record["body"] == "bad":
            raise ValueError("no good")

    records = [{"messageId": str(n), "body": body} for n, body in enumerate(["x", "bad", "y"])]
    reply = batches.each_message({"Records": records}, handle)
    assert reply == {"batchItemFailures": [{"itemIdentifier": "1"}]}


class Topic:
    """Takes every entry but those whose order id it was told to refuse."""

    def __init__(self, refused: set[str]) -> None:
        self.refused = refused
        self.calls: list[list[str]] = []

    def publish_batch(
        self, TopicArn: str, PublishBatchRequestEntries: list[dict[str, Any]]
    ) -> dict[str, Any]:
        import json

        ids = {e["Id"]: json.loads(e["Message"])["order_id"] for e in PublishBatchRequestEntries}
        self.calls.append(list(ids.values()))
        failed = [{"Id": key, "Code": "x"} for key, order in ids.items() if order in self.refused]
        return {"Failed": failed}


def stream_batch(items: Any, count: int, name: str = "x") -> dict[str, Any]:
    def record(number: int) -> dict[str, Any]:
        order = changed(order_id=f"o-{number}", lines=lines((name, "d" * 60, 1, 1)) * 400)
        return {
            "eventID": f"e{number}",
            "eventName": "INSERT",
            "dynamodb": {
                "SequenceNumber": str(1000 + number),
                "Keys": items.to_item({"order_id": order["order_id"]}),
                "NewImage": items.to_item(order),
            },
        }

    return {"Records": [record(number) for number in range(count)]}


def test_publishing_keeps_calls_below_the_limits_of_a_call(load: Load) -> None:
    module = load("publish_order_events", TOPIC_ARN="arn:aws:sns:us-east-1:123456789012:t")
    module.sns = Topic(set())
    assert module.handler(stream_batch(load("orderlib.items"), 12), None) == {
        "batchItemFailures": []
    }
    assert sum(map(len, module.sns.calls)) == 12
    # 400 lines of 150 bytes make 60 KB an order: no more than three or four fit into a call
    assert max(map(len, module.sns.calls)) < 10


def test_a_refused_event_is_named_and_nothing_after_its_call_is_published(load: Load) -> None:
    module = load("publish_order_events", TOPIC_ARN="arn:aws:sns:us-east-1:123456789012:t")
    module.sns = Topic({"o-1"})
    reply = module.handler(stream_batch(load("orderlib.items"), 12), None)
    assert reply == {"batchItemFailures": [{"itemIdentifier": "1001"}]}
    assert len(module.sns.calls) == 1


def test_a_removed_order_is_told_by_its_key_alone(load: Load) -> None:
    module = load("publish_order_events", TOPIC_ARN="arn:aws:sns:us-east-1:123456789012:t")
    change = {"SequenceNumber": "1", "Keys": {"order_id": {"S": "o-9"}}}
    event = module.order_event({"eventID": "e", "eventName": "REMOVE", "dynamodb": change})
    assert (event["event_type"], event["order_id"]) == ("OrderRemoved", "o-9")


def test_a_page_token_of_another_customers_list_is_refused(load: Load) -> None:
    module = load("read_orders", ORDERS_TABLE="orders")
    items = load("orderlib.items")
    key = items.to_item({"order_id": "o", "customer_id": "c-1", "placed_at": "t"})
    assert module.start_key(module.token(key), "c-1") == key
    for given in (module.token(key)[:-4], "%%%", "", "bm8", "e30="):
        with pytest.raises(module.BadRequest):
            module.start_key(given, "c-1")
    with pytest.raises(module.BadRequest):
        module.start_key(module.token(key), "c-2")
