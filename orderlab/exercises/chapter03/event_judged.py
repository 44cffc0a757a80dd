"""What exercise 3.2 looks at in a request of sns.publish: the body, and the attributes."""

from __future__ import annotations

import json
from typing import Any

from orderlab.exercises.chapter03.event_attempts import TYPES
from orderlab.exercises.chapter03.probes import total_cents
from orderlab.exercises.engine import Outcome, wrong
from orderlab.practice.items import FIELDS

LOOKED = (
    "records of orders that nobody has seen, with several lines and a coupon: inserted, changed "
    "and removed; each published to a topic of mine"
)


class Found(Exception):
    """A verdict reached inside the trial."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def judge_body(name: str, order: dict[str, Any], request: dict[str, Any]) -> None:
    event = _read(request["Message"])
    if not isinstance(event, dict):
        raise refused(
            "a body that is not JSON",
            "The message's body is not a JSON object.",
            str(request["Message"])[:120],
            "json.dumps makes JSON of a dictionary; str does not.",
        )
    if isinstance(event.get("order_id"), dict) or _typed(event.get("order")):
        raise refused(
            "DynamoDB's own JSON",
            "The event speaks DynamoDB's typed JSON, so every subscriber would have to know where "
            "the order is kept.",
            json.dumps(event)[:120],
            "lab.plain(item) turns typed values into plain ones.",
        )
    if name != "INSERT" and event.get("event_type") == TYPES["INSERT"]:
        raise refused(
            "every change is a new order",
            f"A record with the eventName {name} is announced as OrderPlaced: shipping would ship "
            "that order.",
            json.dumps(event)[:120],
            'record["eventName"] says what happened.',
        )
    if event.get("event_type") != TYPES[name] or event.get("order_id") != order["order_id"]:
        raise refused(
            "other fields",
            "The body does not say what happened to which order in the agreed words.",
            json.dumps({k: v for k, v in event.items() if k != "order"})[:120],
            f"event_type {TYPES[name]!r} for {name}, and order_id.",
        )
    if name != "REMOVE":
        _order(order, event.get("order"))


def _order(order: dict[str, Any], told: Any) -> None:
    if isinstance(told, str):
        raise refused(
            "JSON within JSON",
            "The order inside the event is text. A subscriber would have to read JSON twice.",
            f"order: {told[:80]}",
            "json.dumps once, of the whole event.",
        )
    if not isinstance(told, dict):
        raise refused(
            "an event without the order",
            "The event names the order and does not hold it. Three services would have to ask the "
            "table for it, all at the same moment.",
            f"order: {json.dumps(told)[:80]}",
            "The new image is the whole order.",
        )
    missing = [field for field in FIELDS if told.get(field) != order[field]]
    if missing:
        raise refused(
            "a part of the order",
            f"In the event's order, {', '.join(missing)} is not as in the image.",
            json.dumps({field: told.get(field) for field in missing})[:120],
            "Hand on the whole image: a subscriber may need any field.",
        )


def judge_attributes(name: str, order: dict[str, Any], request: dict[str, Any]) -> None:
    given = request.get("MessageAttributes") or {}
    if not given:
        raise refused(
            "nothing to filter by",
            "The events arrive, and they have no message attributes, so no subscription can choose "
            "by them.",
            "no MessageAttributes",
            "MessageAttributes with event_type and total_cents.",
        )
    kind = given.get("event_type", {})
    if kind.get("StringValue") != TYPES[name] or not _is(kind, "String"):
        raise refused(
            "another type in the attribute",
            f"The attribute event_type of a record {name} is not the String {TYPES[name]}.",
            json.dumps(kind, default=str)[:100],
            "Body and attributes say the same.",
        )
    total = given.get("total_cents")
    if name == "REMOVE":
        return
    if total is None:
        raise refused(
            "no total",
            "There is no attribute total_cents, so the fraud desk cannot ask for large orders.",
            ", ".join(given),
            "total_cents: the goods less coupon_cents.",
        )
    if not _is(total, "Number"):
        raise refused(
            "a number as text",
            f"The total travels as {total.get('DataType')}. A numeric filter matches only "
            "attributes of the type Number.",
            json.dumps(total, default=str)[:100],
            '"DataType": "Number" (its StringValue stays a text).',
        )
    if _number(total.get("StringValue")) != total_cents(order):
        raise Found(_another_total(order, str(total.get("StringValue"))))


def _number(said: Any) -> float | None:
    try:
        return float(said)
    except (TypeError, ValueError):
        return None


def _another_total(order: dict[str, Any], said: str) -> Outcome:
    lines = order["lines"]
    goods = sum(line["quantity"] * line["unit_price_cents"] for line in lines)
    known = {
        str(goods): ("the coupon is not taken off", "That is the goods without the coupon."),
        str(sum(each["unit_price_cents"] for each in lines) - order["coupon_cents"]): (
            "each article once",
            "That is one of each article, whatever the quantity.",
        ),
        str(lines[0]["quantity"] * lines[0]["unit_price_cents"] - order["coupon_cents"]): (
            "the first line only",
            "That is the first line of the order alone.",
        ),
    }
    name, words = known.get(
        said, ("another total", f"An order's total is said to be {said}, and it is another.")
    )
    return wrong(
        name,
        words,
        looked_at=LOOKED,
        expected=f"{total_cents(order)} for {len(lines)} lines and a coupon of "
        f"{order['coupon_cents']}",
        got=said,
        next="The sum of quantity times unit_price_cents over all lines, less coupon_cents.",
    )


def refused(name: str, message: str, got: str, next: str) -> Found:
    return Found(wrong(name, message, looked_at=LOOKED, got=got, next=next))


def _is(attribute: dict[str, Any], kind: str) -> bool:
    # a custom label may follow the type: Number.int
    return str(attribute.get("DataType", "")).partition(".")[0] == kind


def _typed(found: Any) -> bool:
    return isinstance(found, dict) and isinstance(found.get("order_id"), dict)


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
