"""3.2: from a stream record to an event that subscribers can read and filter."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.exercises.chapter03.probes import collect, probe_id, probe_order
from orderlab.exercises.chapter03.stream_records import plain, record
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.target.base import Target

TYPES = {"INSERT": "OrderPlaced", "MODIFY": "OrderChanged", "REMOVE": "OrderRemoved"}
BIG = {
    "event_type": ["OrderPlaced"],
    "total_cents": [{"numeric": [">=", 10000]}],
}
_LOOKED = (
    "an INSERT, a MODIFY and a REMOVE record, published to a topic of mine with two queues: one "
    "gets all, the other filters by event_type and by total_cents as a number"
)
_TOTAL_CENTS = 12_000


def _check(workspace: Workspace) -> Outcome:
    convert = workspace.answer
    if convert is None or convert is Ellipsis:
        return untouched("No function was handed over yet.", next="ex.check(to_publish)")
    if not callable(convert):
        return wrong(
            "not a function",
            "I call it with stream records, so I need the function itself.",
            expected="ex.check(to_publish), without brackets behind it",
            got=type(convert).__name__,
        )
    order = probe_order(probe_id(), _TOTAL_CENTS)
    requests: dict[str, Any] = {}
    for name in TYPES:
        try:
            requests[name] = convert(copy.deepcopy(record(name, order)))
        except Exception as error:
            return _raised(name, error)
    if all(each is None for each in requests.values()):
        return untouched("The function returns nothing yet.", next='return {"Message": ..., ...}')
    return _published(workspace.target, order, requests)


def _raised(name: str, error: Exception) -> Outcome:
    got = f"{type(error).__name__}: {error}"[:120]
    if name == "REMOVE":
        return wrong(
            "an image after a removal",
            "It raises for a REMOVE record: after a removal there is no new image, only the key.",
            looked_at="a REMOVE record of the view type NEW_IMAGE",
            expected="an event with the order_id from Keys",
            got=got,
            next='change.get("NewImage") or change["Keys"]; a total only where there are lines.',
        )
    return wrong(
        "it raises",
        f"It raises for an {name} record.",
        looked_at=f"a record with the eventName {name}",
        got=got,
        next='Everything about the change is under record["dynamodb"].',
    )


def _published(target: Target, order: dict[str, Any], requests: dict[str, Any]) -> Outcome:
    with _topic(target) as (topic, every, filtered):
        for name, request in requests.items():
            try:
                target.client("sns").publish(**{**request, "TopicArn": topic})
            except (BotoCoreError, ClientError, TypeError) as error:
                return wrong(
                    "a request that SNS refuses",
                    f"SNS does not take what comes of a record with the eventName {name}.",
                    expected='{"Message": text, "MessageAttributes": {...}}',
                    got=str(error)[:200],
                    next="Message is a text: json.dumps of the event.",
                )
        wanted = [order["order_id"]]
        bodies = collect(target, every, wanted, enough=3, seconds=5.0)
        big = collect(target, filtered, wanted, enough=1, seconds=0.5)
    return _bodies(order, bodies) or _filtered(requests["INSERT"], big)


def _bodies(order: dict[str, Any], bodies: list[str]) -> Outcome | None:
    """What is wrong with the bodies, if anything is."""
    events = [_read(body) for body in bodies]
    if len(events) < len(TYPES) or not all(isinstance(event, dict) for event in events):
        return wrong(
            "no JSON with the order's id",
            "Not every message is a JSON object that holds the order's id.",
            looked_at=_LOOKED,
            expected="three events with event_type, order_id and order",
            got=(bodies[0] if bodies else "no message with that id")[:120],
        )
    placed = next((e for e in events if e.get("event_type") == "OrderPlaced"), events[0])
    found = placed.get("order")
    if isinstance(placed.get("order_id"), dict) or "'S'" in repr(found):
        return wrong(
            "DynamoDB's own JSON",
            "The event speaks DynamoDB's typed JSON: every subscriber would have to know where the "
            "order is kept.",
            looked_at=_LOOKED,
            expected="plain values",
            got=json.dumps(found or placed)[:100],
            next="plain(...) turns an image into plain values.",
        )
    types = sorted(str(event.get("event_type")) for event in events)
    if types == ["OrderPlaced"] * 3:
        return wrong(
            "every change is a new order",
            "A change and a removal are announced as OrderPlaced: shipping would ship them.",
            looked_at=_LOOKED,
            expected=", ".join(TYPES.values()),
            got=", ".join(types),
            next='record["eventName"] says what happened.',
        )
    if types != sorted(TYPES.values()) or placed.get("order_id") != order["order_id"]:
        return wrong(
            "other fields",
            "The events do not say what happened to which order in the words that were agreed.",
            looked_at=_LOOKED,
            expected=f"order_id, and as event_type {', '.join(TYPES.values())}",
            got=json.dumps({k: v for k, v in placed.items() if k != "order"})[:120],
        )
    if not isinstance(found, dict) or len(found.get("lines") or ()) != len(order["lines"]):
        return wrong(
            "an event without the order",
            "The event tells which order, not what is in it. Three services would have to ask the "
            "table, at the same moment.",
            looked_at=_LOOKED,
            expected="the whole order under `order`",
            got=json.dumps(placed)[:120],
        )
    return None


def _filtered(request: dict[str, Any], big: list[str]) -> Outcome:
    attributes = request.get("MessageAttributes") or {}
    if big:
        return right(
            "Subscribers read the body, and SNS reads the attributes, so that nobody is sent what it "
            "would throw away.",
            looked_at=_LOOKED,
            got="three events at the first queue; the new order over 100 dollars at the second",
        )
    if not attributes:
        return wrong(
            "nothing to filter by",
            "All events arrive, but the queue with the filter got nothing: SNS looks at message "
            "attributes, and there are none.",
            looked_at=_LOOKED,
            expected="MessageAttributes with event_type and total_cents",
            got="no MessageAttributes",
        )
    total = attributes.get("total_cents", {})
    if isinstance(total, dict) and str(total.get("DataType", "")).startswith("String"):
        return wrong(
            "a number as text",
            "The total travels as a String. A numeric filter matches only attributes of the type Number.",
            looked_at=_LOOKED,
            expected='"DataType": "Number" (its StringValue stays a text)',
            got=json.dumps(total)[:100],
        )
    return wrong(
        "other attributes",
        "The queue that filters by event_type and total_cents got nothing.",
        looked_at=_LOOKED,
        expected=f"event_type OrderPlaced and total_cents {_TOTAL_CENTS}",
        got=json.dumps(attributes, default=str)[:160],
    )


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


@contextmanager
def _topic(target: Target) -> Iterator[tuple[str, str, str]]:
    """A topic of the check's own, with a queue that gets all and one that filters."""
    sns, sqs = target.client("sns"), target.client("sqs")
    name = probe_id()
    topic = sns.create_topic(Name=name)["TopicArn"]
    urls = []
    for suffix, policy in (("all", None), ("big", BIG)):
        url = sqs.create_queue(QueueName=f"{name}-{suffix}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        endpoint = arn["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": door(endpoint, topic)})
        attributes = {"RawMessageDelivery": "true"}
        if policy:
            attributes["FilterPolicy"] = json.dumps(policy)
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=attributes)
        urls.append(url)
    try:
        yield topic, urls[0], urls[1]
    finally:
        sns.delete_topic(TopicArn=topic)
        for url in urls:
            sqs.delete_queue(QueueUrl=url)


def door(queue: str, topic: str) -> str:
    """A queue policy that lets one topic send (both ARNs)."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _event(change: dict[str, Any], name: str) -> dict[str, Any]:
    order = plain(change.get("NewImage") or change["Keys"])
    return {"event_type": TYPES[name], "order_id": order["order_id"], "order": order}


def _attributes(event: dict[str, Any], kind: str = "Number") -> dict[str, Any]:
    lines = event["order"].get("lines", [])
    described = {"event_type": {"DataType": "String", "StringValue": event["event_type"]}}
    if lines:
        total = sum(line["quantity"] * line["unit_price_cents"] for line in lines)
        total -= event["order"]["coupon_cents"]
        described["total_cents"] = {"DataType": kind, "StringValue": str(total)}
    return described


def _to_publish(each: dict[str, Any]) -> dict[str, Any]:
    event = _event(each["dynamodb"], each["eventName"])
    return {"Message": json.dumps(event), "MessageAttributes": _attributes(event)}


def _without_attributes(each: dict[str, Any]) -> dict[str, Any]:
    return {"Message": _to_publish(each)["Message"]}


def _as_text(each: dict[str, Any]) -> dict[str, Any]:
    event = _event(each["dynamodb"], each["eventName"])
    return {"Message": json.dumps(event), "MessageAttributes": _attributes(event, "String")}


def _typed_json(each: dict[str, Any]) -> dict[str, Any]:
    change = each["dynamodb"]
    image = change.get("NewImage") or change["Keys"]
    event = {"event_type": TYPES[each["eventName"]], "order_id": image["order_id"], "order": image}
    return {"Message": json.dumps(event)}


def _needs_image(each: dict[str, Any]) -> dict[str, Any]:
    return {"Message": json.dumps(plain(each["dynamodb"]["NewImage"]))}


def _always_placed(each: dict[str, Any]) -> dict[str, Any]:
    event = {**_event(each["dynamodb"], each["eventName"]), "event_type": "OrderPlaced"}
    return {"Message": json.dumps(event), "MessageAttributes": _attributes(event)}


def _only_key(each: dict[str, Any]) -> dict[str, Any]:
    event = _event(each["dynamodb"], each["eventName"])
    return {"Message": json.dumps({k: v for k, v in event.items() if k != "order"})}


def _with_more(each: dict[str, Any]) -> dict[str, Any]:
    request = _to_publish(each)
    store = {"DataType": "String.Array", "StringValue": '["s-1"]'}
    more = {**request["MessageAttributes"], "stores": store}
    return {**request, "MessageAttributes": more, "Subject": "an order"}


def _gives(function: Callable[..., Any]) -> Callable[[Workspace], Any]:
    return lambda _: function


EVENT = Exercise(
    id="3.2",
    title="An event that can be filtered",
    check=_check,
    solve=_gives(_to_publish),
    solution="""TYPES = {"INSERT": "OrderPlaced", "MODIFY": "OrderChanged", "REMOVE": "OrderRemoved"}

def to_publish(record):
    change = record["dynamodb"]
    order = plain(change.get("NewImage") or change["Keys"])       # a removal has only the key
    event = {"event_type": TYPES[record["eventName"]], "order_id": order["order_id"], "order": order}
    attributes = {"event_type": {"DataType": "String", "StringValue": event["event_type"]}}
    if "lines" in order:
        total = sum(l["quantity"] * l["unit_price_cents"] for l in order["lines"])
        total -= order["coupon_cents"]
        attributes["total_cents"] = {"DataType": "Number", "StringValue": str(total)}
    return {"Message": json.dumps(event), "MessageAttributes": attributes}
# The body is for the subscriber, the attributes are for SNS, which filters by them.""",
    hints=(
        "What does a REMOVE record hold under NEW_IMAGE, and what can SNS look at without opening a body?",
        'plain(change.get("NewImage") or change["Keys"]) is the order, or its key alone.',
        'MessageAttributes: {"total_cents": {"DataType": "Number", "StringValue": str(total)}, ...}',
    ),
    waits=True,
    proofs=(
        Proof(
            "an image after a removal", _gives(_needs_image), says="only the key"
        ),
        Proof("nothing to filter by", _gives(_without_attributes), says="there are none"),
        Proof("a number as text", _gives(_as_text), says="travels as a String"),
        Proof("DynamoDB's own JSON", _gives(_typed_json), says="typed JSON"),
        Proof("every change is a new order", _gives(_always_placed), says="would ship them"),
        Proof("an event without the order", _gives(_only_key), says="ask the"),
        Proof("a request that SNS refuses", _gives(lambda _: {"Message": {"a": 1}}), says="SNS does not take"),
        Proof("not a function", lambda _: {"Message": "x"}, says="function itself"),
        Proof("with a subject and more attributes", _gives(_with_more), "right"),
    ),
)  # fmt: skip
