"""Items without DynamoDB's types."""

from __future__ import annotations

import json

from orderlab.practice.items import item_of, plain

LINE = {"sku": "sku-1", "name": "Äpfel", "quantity": 3, "unit_price_cents": 199}
ORDER = {
    "order_id": "o-1",
    "customer_id": "c-1",
    "store_id": "s-1",
    "placed_at": "2017-12-18T09:00:00Z",
    "coupon_cents": 50,
    "lines": [LINE, {**LINE, "sku": "sku-2"}],
}


def test_an_order_comes_back_as_it_was_sent_and_can_be_json() -> None:
    found = plain(item_of(ORDER))
    assert {name: found[name] for name in ORDER} == ORDER
    assert json.loads(json.dumps(found)) == found


def test_whole_numbers_are_int_and_others_float() -> None:
    found = plain({"a": {"N": "3"}, "b": {"N": "2.5"}, "c": {"L": [{"N": "4"}]}})
    assert found == {"a": 3, "b": 2.5, "c": [4]}
    assert type(found["a"]) is int


def test_a_key_alone_is_an_item_too() -> None:
    assert plain({"order_id": {"S": "o-1"}}) == {"order_id": "o-1"}
