"""The contract, and the functions' own check of it: two guards that must not disagree."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import orderlab.orders
from orderlab.orders.contract import violation
from orderlab.orders.reading import SAMPLE, OrderLine, read_orders

LAYER = Path(orderlab.orders.__file__).parent / "layer" / "python"

ORDER: dict[str, Any] = {
    "order_id": "o-1",
    "customer_id": "c-1",
    "store_id": "s-1",
    "placed_at": "2017-12-18T00:02:21Z",
    "coupon_cents": 0,
    "lines": [
        {
            "sku": "992599",
            "name": "Candles",
            "department": "Drug Gm",
            "quantity": 3,
            "unit_price_cents": 99,
        }
    ],
}


@pytest.fixture
def orderlib_orders(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(LAYER))
    import importlib

    yield importlib.import_module("orderlib.orders")
    for name in [name for name in sys.modules if name.split(".")[0] == "orderlib"]:
        del sys.modules[name]


def changed(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ORDER), **fields}


def line(**fields: Any) -> dict[str, Any]:
    return changed(lines=[{**ORDER["lines"][0], **fields}])


def without(name: str) -> dict[str, Any]:
    order = copy.deepcopy(ORDER)
    del order[name]
    return order


def line_without(name: str) -> dict[str, Any]:
    order = copy.deepcopy(ORDER)
    del order["lines"][0][name]
    return order


WRONG: list[Any] = [
    *[without(name) for name in ORDER],
    *[line_without(name) for name in ORDER["lines"][0]],
    changed(more=1),
    line(more=1),
    changed(order_id=""),
    changed(order_id="o 1"),
    changed(order_id="o-1\n"),
    changed(order_id="x" * 65),
    changed(order_id=1),
    changed(order_id=None),
    changed(customer_id=["c-1"]),
    changed(store_id=True),
    changed(placed_at="yesterday"),
    changed(placed_at="2017-12-18"),
    changed(placed_at="2017-12-18T00:02:21Z\n"),
    changed(coupon_cents=-1),
    changed(coupon_cents=1.5),
    changed(coupon_cents="1"),
    changed(coupon_cents=True),
    changed(coupon_cents=10**12),
    changed(lines=[]),
    changed(lines={}),
    changed(lines=None),
    changed(lines=[None]),
    changed(lines=ORDER["lines"] * 501),
    line(sku=""),
    line(sku=7),
    line(name=""),
    line(name="x" * 201),
    line(department=""),
    line(department=3),
    line(quantity=0),
    line(quantity="two"),
    line(quantity=10_001),
    line(quantity=2.5),
    line(quantity=False),
    line(unit_price_cents=-1),
    line(unit_price_cents=None),
    [],
    "order",
    None,
    7,
]
RIGHT: list[Any] = [
    ORDER,
    line(unit_price_cents=0),
    line(name="Käse & Brot — 100% ☃"),
    changed(lines=ORDER["lines"] * 500),
    changed(order_id="A.b_c-9"),
]


@pytest.mark.parametrize("order", WRONG, ids=lambda order: json.dumps(order)[:60])
def test_api_model_and_function_refuse_the_same_invalid_orders(
    order: Any, orderlib_orders: Any
) -> None:
    assert violation(order)
    with pytest.raises(orderlib_orders.InvalidOrder):
        orderlib_orders.parse(json.dumps(order))


@pytest.mark.parametrize("order", RIGHT, ids=lambda order: json.dumps(order)[:60])
def test_api_model_and_function_accept_a_valid_order(order: Any, orderlib_orders: Any) -> None:
    assert violation(order) is None
    assert orderlib_orders.parse(json.dumps(order)) == order


def test_the_sample_week_keeps_the_contract(orderlib_orders: Any) -> None:
    lines = list(read_orders(SAMPLE))
    assert len(lines) == 3168
    for found in lines:
        assert isinstance(found, OrderLine)
        orderlib_orders.parse(found.body)
    assert violation(json.loads(lines[0].body)) is None  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["", "{", "nan", "[" * 100_000, '{"order_id": "o-1"}x'])
def test_a_body_that_is_not_json_is_an_invalid_order(text: str, orderlib_orders: Any) -> None:
    with pytest.raises(orderlib_orders.InvalidOrder):
        orderlib_orders.parse(text)


def test_a_violation_says_where_it_is() -> None:
    assert (violation(line(quantity="two")) or "").startswith("lines[0].quantity: ")
