"""What an order is. The API checks the same rules at its door; a function trusts no door."""

import json
import re

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_CENTS = range(100_000_001)
_LINE = {"sku", "name", "department", "quantity", "unit_price_cents"}

FIELDS = ("order_id", "customer_id", "store_id", "placed_at", "coupon_cents", "lines")


class InvalidOrder(ValueError):
    """The order breaks the contract; the text says where."""


def parse(text):
    """An order from JSON text. Raises InvalidOrder."""
    try:
        order = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidOrder(f"no JSON: {error}") from None
    check(order)
    return order


def check(order):
    """Raise InvalidOrder unless `order` has exactly the contract's fields, with their types."""
    _require(isinstance(order, dict), "an order is a JSON object")
    _require(set(order) == set(FIELDS), f"the fields must be {', '.join(FIELDS)}")
    for name in ("order_id", "customer_id", "store_id"):
        _require(_matches(_ID, order[name]), f"{name} is no identifier")
    _require(_matches(_TIME, order["placed_at"]), "placed_at is no UTC time")
    _require(_is_integer(order["coupon_cents"], _CENTS), "coupon_cents is no amount")
    lines = order["lines"]
    _require(isinstance(lines, list) and 1 <= len(lines) <= 500, "lines: 1 to 500 of them")
    for number, line in enumerate(lines):
        _check_line(line, f"lines[{number}]")


def _check_line(line, where):
    _require(isinstance(line, dict) and set(line) == _LINE, f"{where} has other fields")
    _require(_matches(_ID, line["sku"]), f"{where}.sku is no identifier")
    _require(_is_text(line["name"], 200), f"{where}.name is no text")
    _require(_is_text(line["department"], 100), f"{where}.department is no text")
    _require(_is_integer(line["quantity"], range(1, 10_001)), f"{where}.quantity is no number")
    _require(_is_integer(line["unit_price_cents"], _CENTS), f"{where}.unit_price_cents is wrong")


def _require(condition, reason):
    if not condition:
        raise InvalidOrder(reason)


def _matches(pattern, value):
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_text(value, longest):
    return isinstance(value, str) and 1 <= len(value) <= longest


def _is_integer(value, allowed):
    return isinstance(value, int) and not isinstance(value, bool) and value in allowed


def contract_fields(stored):
    """The order as it was placed, without what the table added."""
    return {name: stored[name] for name in FIELDS if name in stored}
