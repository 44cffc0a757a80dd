"""Orders as items of the table, and how large they are."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from functools import cache
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from orderlab.orders.reading import SAMPLE, OrderLine, read_orders

_to_attribute = TypeSerializer().serialize
_from_attribute = TypeDeserializer().deserialize
FIELDS = ("order_id", "customer_id", "store_id", "placed_at", "coupon_cents", "lines")
# 13 digits, the clock's milliseconds; a fixed one keeps sizes the same in every run
ACCEPTED_MS = 1_513_555_341_000


def item_of(order: dict[str, Any]) -> dict[str, Any]:
    """An order as the table keeps it: what the client sent, and four attributes of ours."""
    goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
    stored = {
        **order,
        "status": "ACCEPTED",
        "total_cents": max(0, goods - order["coupon_cents"]),
        "accepted_ms": ACCEPTED_MS,
        "open_at_store": order["store_id"],
    }
    return {name: _to_attribute(value) for name, value in stored.items()}


def order_in(item: dict[str, Any]) -> dict[str, Any]:
    """The order as the client sent it, out of an item; for comparing."""
    return {name: _from_attribute(item[name]) for name in FIELDS if name in item}


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """Any item, image or key as plain Python values; whole numbers are int, others float."""
    return {name: _plain(_from_attribute(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


def item_size(item: dict[str, Any]) -> int:
    """Bytes of an item: its attributes' names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict[str, Any]) -> int:
    """Bytes of one value: text as UTF-8, numbers by their digits, 3 and 1 for nesting."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return math.ceil(len(content.strip("-").strip("0")) / 2) + 1
    if kind == "L":
        return 3 + sum(1 + value_size(each) for each in content)
    if kind == "M":
        return 3 + sum(1 + len(n.encode()) + value_size(v) for n, v in content.items())
    return 1


@cache
def sample_orders() -> tuple[dict[str, Any], ...]:
    """The orders of the real week."""
    return tuple(json.loads(o.body) for o in read_orders(SAMPLE) if isinstance(o, OrderLine))


def write_units(order: dict[str, Any]) -> int:
    """Write units of storing a new order: the table, `customer-orders` with all attributes,
    and `open-orders` with keys only, each rounded up by itself."""
    whole = math.ceil(item_size(item_of(order)) / 1024)
    return whole + whole + 1
