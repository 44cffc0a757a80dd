"""3.2: from a stream record to an event that subscribers can read and filter."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.exercises.chapter03.event_attempts import (
    TYPES,
    but,
    from_the_item,
    goods,
    to_publish_right,
    totalled,
    with_more,
)
from orderlab.exercises.chapter03.foreign_topic import door
from orderlab.exercises.chapter03.probes import (
    collect,
    probe_id,
    probe_order,
    record,
    total_cents,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.items import FIELDS, plain
from orderlab.target.base import Target

_LOOKED = (
    "records of orders that nobody has seen, with several lines and a coupon: inserted, changed "
    "and removed; each published to a topic of mine"
)


class _Found(Exception):
    """A verdict reached inside the trial."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def _check(workspace: Workspace) -> Outcome:
    convert = workspace.answer
    if convert is None or convert is Ellipsis:
        return untouched("to_publish is not a function yet.", next="def to_publish(record): ...")
    if not callable(convert):
        return wrong(
            "not a function",
            "I call it with stream records, so I need the function itself.",
            expected="ex.check(to_publish), without brackets behind it",
            got=type(convert).__name__,
        )
    try:
        return _try(workspace.target, convert)
    except _Found as found:
        return found.outcome


def _try(target: Target, convert: Callable[[Any], Any]) -> Outcome:
    cases = [
        (name, order, _request(convert, name, order))
        for name in TYPES
        for order in (probe_order(probe_id()), probe_order(probe_id()))
    ]
    if all(request is None for _, _, request in cases):
        return untouched("The function returns nothing yet.", next='return {"Message": ..., ...}')
    with _topic(target) as (topic, queue):
        for name, order, request in cases:
            _publish(target, topic, name, request)
            _body(name, order, request)
        wanted = [order["order_id"] for _, order, _ in cases]
        bodies = collect(target, queue, wanted, enough=len(cases), seconds=5.0)
    for name, order, request in cases:
        _attributes(name, order, request)
    return right(
        "Subscribers read the body. SNS reads the attributes, so that nobody is sent what it would "
        "throw away.",
        looked_at=_LOOKED,
        got=f"{len(bodies)} events, each with its order, its type and its total",
    )


def _request(convert: Callable[[Any], Any], name: str, order: dict[str, Any]) -> Any:
    try:
        return convert(copy.deepcopy(record(name, order)))
    except Exception as error:
        got = f"{type(error).__name__}: {error}"[:120]
    if name == "REMOVE":
        raise _Found(
            wrong(
                "an image after a removal",
                "It raises for a REMOVE record. After a removal there is no new image, only the key.",
                looked_at="a REMOVE record of the view type NEW_IMAGE",
                expected="an event with the order_id from Keys",
                got=got,
                next='Look at record["dynamodb"]["Keys"], which every record has.',
            )
        )
    raise _Found(
        wrong(
            "it raises",
            f"It raises for a record with the eventName {name}.",
            looked_at=_LOOKED,
            got=got,
            next='Call it yourself: to_publish(sample). The change is under record["dynamodb"].',
        )
    )


def _publish(target: Target, topic: str, name: str, request: Any) -> None:
    try:
        target.client("sns").publish(**{**request, "TopicArn": topic})
    except (BotoCoreError, ClientError, TypeError, ValueError) as error:
        raise _Found(
            wrong(
                "a request that SNS refuses",
                f"SNS does not take what comes of a record with the eventName {name}.",
                looked_at=_LOOKED,
                expected='{"Message": text, "MessageAttributes": {...}}',
                got=str(error)[:200],
                next="Message is a text: json.dumps of the event. A StringValue is a text, too.",
            )
        ) from None


def _body(name: str, order: dict[str, Any], request: dict[str, Any]) -> None:
    event = _read(request["Message"])
    if not isinstance(event, dict):
        raise _wrong(
            "a body that is not JSON",
            "The message's body is not a JSON object.",
            str(request["Message"])[:120],
            "json.dumps makes JSON of a dictionary; str does not.",
        )
    if isinstance(event.get("order_id"), dict) or _typed(event.get("order")):
        raise _wrong(
            "DynamoDB's own JSON",
            "The event speaks DynamoDB's typed JSON, so every subscriber would have to know where "
            "the order is kept.",
            json.dumps(event)[:120],
            "lab.plain(item) turns typed values into plain ones.",
        )
    if name != "INSERT" and event.get("event_type") == TYPES["INSERT"]:
        raise _wrong(
            "every change is a new order",
            f"A record with the eventName {name} is announced as OrderPlaced: shipping would ship "
            "that order.",
            json.dumps(event)[:120],
            'record["eventName"] says what happened.',
        )
    if event.get("event_type") != TYPES[name] or event.get("order_id") != order["order_id"]:
        raise _wrong(
            "other fields",
            "The body does not say what happened to which order in the agreed words.",
            json.dumps({k: v for k, v in event.items() if k != "order"})[:120],
            f"event_type {TYPES[name]!r} for {name}, and order_id.",
        )
    if name != "REMOVE":
        _order(order, event.get("order"))


def _order(order: dict[str, Any], told: Any) -> None:
    if not isinstance(told, dict):
        raise _wrong(
            "an event without the order",
            "The event names the order and does not hold it. Three services would have to ask the "
            "table for it, all at the same moment.",
            f"order: {json.dumps(told)[:80]}",
            "The new image is the whole order.",
        )
    missing = [field for field in FIELDS if told.get(field) != order[field]]
    if missing:
        raise _wrong(
            "a part of the order",
            f"In the event's order, {', '.join(missing)} is not as in the image.",
            json.dumps({field: told.get(field) for field in missing})[:120],
            "Hand on the whole image: a subscriber may need any field.",
        )


def _attributes(name: str, order: dict[str, Any], request: dict[str, Any]) -> None:
    given = request.get("MessageAttributes") or {}
    if not given:
        raise _wrong(
            "nothing to filter by",
            "The events arrive, and they have no message attributes, so no subscription can choose "
            "by them.",
            "no MessageAttributes",
            "MessageAttributes with event_type and total_cents.",
        )
    kind = given.get("event_type", {})
    if kind.get("StringValue") != TYPES[name] or not _is(kind, "String"):
        raise _wrong(
            "another type in the attribute",
            f"The attribute event_type of a record {name} is not the String {TYPES[name]}.",
            json.dumps(kind, default=str)[:100],
            "Body and attributes say the same.",
        )
    total = given.get("total_cents")
    if name == "REMOVE":
        return
    if total is None:
        raise _wrong(
            "no total",
            "There is no attribute total_cents, so the fraud desk cannot ask for large orders.",
            ", ".join(given),
            "total_cents: the goods less coupon_cents.",
        )
    if not _is(total, "Number"):
        raise _wrong(
            "a number as text",
            f"The total travels as {total.get('DataType')}. A numeric filter matches only "
            "attributes of the type Number.",
            json.dumps(total, default=str)[:100],
            '"DataType": "Number" (its StringValue stays a text).',
        )
    if str(total.get("StringValue")) != str(total_cents(order)):
        raise _Found(_another_total(order, str(total.get("StringValue"))))


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
        looked_at=_LOOKED,
        expected=f"{total_cents(order)} for {len(lines)} lines and a coupon of "
        f"{order['coupon_cents']}",
        got=said,
        next="The sum of quantity times unit_price_cents over all lines, less coupon_cents.",
    )


def _wrong(name: str, message: str, got: str, next: str) -> _Found:
    return _Found(wrong(name, message, looked_at=_LOOKED, got=got, next=next))


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


@contextmanager
def _topic(target: Target) -> Iterator[tuple[str, str]]:
    """A topic of the check's own with a queue that gets all; its ARN and the queue's URL."""
    sns, sqs = target.client("sns"), target.client("sqs")
    name = probe_id()
    topic = sns.create_topic(Name=name)["TopicArn"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    queue = found["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": door(queue, topic)})
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"}
    )
    try:
        yield topic, url
    finally:
        sns.delete_topic(TopicArn=topic)
        sqs.delete_queue(QueueUrl=url)


def _names(_: Workspace) -> dict[str, Any]:
    class Lab:
        plain = staticmethod(plain)

    return {"lab": Lab, "json": json, "TYPES": TYPES}


EVENT = Exercise(
    id="3.2",
    title="An event that can be filtered",
    check=_check,
    solve=lambda _: to_publish_right,
    stands=lambda _: True,
    names=_names,
    answer_name="to_publish",
    solution="""def to_publish(record):
    kind, change = TYPES[record["eventName"]], record["dynamodb"]
    event = {"event_type": kind, "order_id": change["Keys"]["order_id"]["S"]}
    attributes = {"event_type": {"DataType": "String", "StringValue": kind}}
    if "NewImage" in change:
        order = event["order"] = lab.plain(change["NewImage"])
        goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
        total = str(goods - order["coupon_cents"])
        attributes["total_cents"] = {"DataType": "Number", "StringValue": total}
    return {"Message": json.dumps(event), "MessageAttributes": attributes}
# The body is for the subscriber. The attributes are for SNS, which filters by them.""",
    hints=(
        "What does a REMOVE record hold under NEW_IMAGE, and what of a message can SNS look at "
        "without opening its body?",
        'record["dynamodb"] has Keys always and NewImage sometimes; lab.plain(...) makes plain '
        "values of an image.",
        'MessageAttributes: {"total_cents": {"DataType": "Number", "StringValue": str(total)}, ...}'
        ", and Message is json.dumps(event).",
    ),
    waits=True,
    proofs=(
        Proof(
            "an image after a removal",
            lambda _: lambda r: {"Message": json.dumps(plain(r["dynamodb"]["NewImage"]))},
            says="only the key",
        ),
        Proof("nothing to filter by", but(lambda r, e, a: a.clear()), says="no message attributes"),
        Proof("no total", but(lambda r, e, a: a.pop("total_cents", 0)), says="no attribute total"),
        Proof(
            "a number as text",
            but(lambda r, e, a: a.get("total_cents", {}).update(DataType="String")),
            says="travels as String",
        ),
        Proof(
            "DynamoDB's own JSON",
            but(lambda r, e, a: e.update(order=r["dynamodb"].get("NewImage", {}))),
            says="typed JSON",
        ),
        Proof(
            "every change is a new order",
            but(lambda r, e, a: e.update(event_type="OrderPlaced")),
            says="would ship",
        ),
        Proof(
            "another type in the attribute",
            but(lambda r, e, a: a["event_type"].update(StringValue="OrderPlaced")),
            says="is not the String",
        ),
        Proof("an event without the order", but(lambda r, e, a: e.pop("order", 0)), says="ask the"),
        Proof(
            "a part of the order",
            but(lambda r, e, a: e.get("order", {}).pop("lines", 0)),
            says="lines is not as",
        ),
        Proof(
            "the coupon is not taken off",
            totalled(lambda order: goods(order, order["lines"])),
            says="without the coupon",
        ),
        Proof(
            "the first line only",
            totalled(lambda o: goods(o, o["lines"][:1]) - o["coupon_cents"]),
            says="first line",
        ),
        Proof(
            "each article once",
            totalled(lambda o: sum(x["unit_price_cents"] for x in o["lines"]) - o["coupon_cents"]),
            says="whatever the quantity",
        ),
        Proof(
            "a request that SNS refuses",
            lambda _: lambda r: {"Message": {"a": 1}},
            says="SNS does not take",
        ),
        Proof("not a function", lambda _: {"Message": "x"}, says="function itself"),
        Proof("with a subject and more attributes", lambda _: with_more, "right"),
        Proof("compact JSON", lambda _: from_the_item, "right"),
    ),
)
