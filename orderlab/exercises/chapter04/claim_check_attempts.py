"""Ways to check an order in and to collect it again: right ones, and what goes wrong."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

Pair = tuple[Callable[..., Any], Callable[..., Any]]

LIMIT = 1024 * 1024
SHELF = "plans"


def by_order_id(s3: Any, shelf: str) -> Pair:
    return _made(s3, shelf)


def _made(
    s3: Any,
    shelf: str,
    *,
    limit: int = LIMIT,
    key: Callable[[dict[str, Any]], str] = lambda order: str(order["order_id"]),
    fetch: bool = True,
    text: bool = False,
) -> Pair:
    """A pair that works, with one thing different."""

    def check_in(order: dict[str, Any]) -> str:
        body, place = json.dumps(order), key(order)
        if len(body.encode()) <= limit:
            return body
        s3.put_object(Bucket=shelf, Key=place, Body=body.encode())
        return json.dumps({"waits_at": place})

    def collect(body: str) -> Any:
        found = json.loads(body)
        if "waits_at" not in found or not fetch:
            return found
        kept = s3.get_object(Bucket=shelf, Key=found["waits_at"])["Body"].read()
        return kept.decode() if text else json.loads(kept)

    return check_in, collect


def _always_sent(s3: Any, shelf: str) -> Pair:
    return json.dumps, json.loads


def _in_a_dictionary(s3: Any, shelf: str) -> Pair:
    kept: dict[str, dict[str, Any]] = {}

    def check_in(order: dict[str, Any]) -> str:
        if len(json.dumps(order)) <= LIMIT:
            return json.dumps(order)
        kept[order["order_id"]] = order
        return json.dumps({"waits_at": order["order_id"]})

    def collect(body: str) -> Any:
        found = json.loads(body)
        return kept[found["waits_at"]] if "waits_at" in found else found

    return check_in, collect


def _in_both(s3: Any, shelf: str) -> Pair:
    """Something is put on the shelf, and what is collected comes from memory."""
    kept: dict[str, dict[str, Any]] = {}

    def check_in(order: dict[str, Any]) -> str:
        if len(json.dumps(order)) <= LIMIT:
            return json.dumps(order)
        kept[order["order_id"]] = order
        s3.put_object(Bucket=shelf, Key=order["order_id"], Body=b"a plan")
        return json.dumps({"waits_at": order["order_id"]})

    def collect(body: str) -> Any:
        found = json.loads(body)
        return kept[found["waits_at"]] if "waits_at" in found else found

    return check_in, collect


def _unread(s3: Any, shelf: str) -> Pair:
    check_in, _ = _made(s3, shelf)

    def collect(body: str) -> Any:
        found = json.loads(body)
        if "waits_at" not in found:
            return found
        return s3.get_object(Bucket=shelf, Key=found["waits_at"])["Body"]

    return check_in, collect


def _in_letters(s3: Any, shelf: str) -> Pair:
    """Letters are counted for bytes, in JSON that keeps them as they are."""
    _, collect = _made(s3, shelf)

    def check_in(order: dict[str, Any]) -> str:
        body = json.dumps(order, ensure_ascii=False)
        if len(body) <= LIMIT:
            return body
        s3.put_object(Bucket=shelf, Key=order["order_id"], Body=body.encode())
        return json.dumps({"waits_at": order["order_id"]})

    return check_in, collect


def _cut(s3: Any, shelf: str) -> Pair:
    def check_in(order: dict[str, Any]) -> str:
        body = json.dumps(order)
        s3.put_object(Bucket=shelf, Key=order["order_id"], Body=body.encode())
        return body if len(body) <= LIMIT else body[: LIMIT // 2]

    return check_in, json.loads


def _without_plan(s3: Any, shelf: str) -> Pair:
    """The plan is left out on the shelf."""
    check_in, collect = _made(s3, shelf)

    def shortened(order: dict[str, Any]) -> str:
        body: str = check_in(order)
        if "waits_at" in body[:12]:
            rest = {name: value for name, value in order.items() if name != "plan"}
            s3.put_object(Bucket=shelf, Key=order["order_id"], Body=json.dumps(rest).encode())
        return body

    return shortened, collect


def _raises(s3: Any, shelf: str) -> Pair:
    check_in, _ = _made(s3, shelf)
    return check_in, lambda body: json.loads(body)["waits_at"]


def _as_an_address(s3: Any, shelf: str) -> Pair:
    """Another style: compact JSON, a random key, and a ticket that is an address."""

    def check_in(order: dict[str, Any]) -> str:
        body = json.dumps(order, separators=(",", ":"))
        if len(body.encode()) > LIMIT:
            key = f"orders/{uuid.uuid4()}"
            s3.put_object(Bucket=shelf, Key=key, Body=body)
            return f"s3://{shelf}/{key}"
        return body

    def collect(body: str) -> Any:
        if body.startswith("s3://"):
            bucket, _, key = body.removeprefix("s3://").partition("/")
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        return json.loads(body)

    return check_in, collect


def _plan_alone(s3: Any, shelf: str) -> Pair:
    """Another style: the order travels, and only its largest field waits on the shelf."""

    def check_in(order: dict[str, Any]) -> str:
        whole = json.dumps(order)
        if len(whole.encode("utf-8")) <= LIMIT:
            return whole
        name = max(order, key=lambda each: len(json.dumps(order[each])))
        key = f"{order['order_id']}/{name}"
        s3.put_object(Bucket=shelf, Key=key, Body=json.dumps(order[name]))
        return json.dumps({**order, name: None, "claim": [name, key]})

    def collect(body: str) -> Any:
        order = json.loads(body)
        if "claim" in order:
            name, key = order.pop("claim")
            order[name] = json.loads(s3.get_object(Bucket=shelf, Key=key)["Body"].read())
        return order

    return check_in, collect


Made = Callable[[Any, str], Pair]

WRONG: tuple[tuple[str, Made, str], ...] = (
    ("more than a message holds", _always_sent, "SQS takes 1,048,576"),
    ("a ticket for everything", lambda s3, b: _made(s3, b, limit=0), "although it fits"),
    ("not on the shelf", _in_a_dictionary, "holds no more objects"),
    ("kept in the kernel", _in_both, "another process"),
    ("a stream in place of an order", _unread, "nobody has read it"),
    (
        "one place for all",
        lambda s3, b: _made(s3, b, key=lambda order: str(order["customer_id"])),
        "took the place",
    ),
    ("the ticket in place of the order", lambda s3, b: _made(s3, b, fetch=False), "still on the"),
    ("text in place of an order", lambda s3, b: _made(s3, b, text=True), "not the order"),
    ("a part of it in the message", _cut, "carries a part"),
    ("another order", _without_plan, "is not the order"),
    ("it raises", _raises, "KeyError"),
    ("another limit", lambda s3, b: _made(s3, b, limit=1_000_000), "1,024 times 1,024"),
    ("a byte too much", _in_letters, "SQS refuses"),
)
RIGHT: tuple[tuple[str, Made], ...] = (
    ("an address as the ticket", _as_an_address),
    ("only the plan on the shelf", _plan_alone),
)
