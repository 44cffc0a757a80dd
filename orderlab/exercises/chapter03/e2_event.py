"""3.2: from a stream record to an event that subscribers can read and filter."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.event_attempts import (
    TYPES,
    but,
    from_the_item,
    goods,
    to_publish_right,
    totalled,
    with_more,
)
from orderlab.exercises.chapter03.event_judged import (
    LOOKED,
    Found,
    judge_attributes,
    judge_body,
    refused,
)
from orderlab.exercises.chapter03.foreign_topic import door
from orderlab.exercises.chapter03.probes import (
    collect,
    probe_id,
    probe_order,
    record,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.own_function import no_function
from orderlab.practice.items import plain


def _check(workspace: Workspace) -> Outcome:
    convert = workspace.answer
    missing = no_function(convert, "to_publish(record)", "I call it with stream records")
    if missing is not None:
        return missing
    try:
        return _try(workspace.target, convert)
    except Found as found:
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
            judge_body(name, order, request)
        wanted = [order["order_id"] for _, order, _ in cases]
        bodies = collect(target, queue, wanted, enough=len(cases), seconds=5.0)
    for name, order, request in cases:
        judge_attributes(name, order, request)
    return right(
        "Subscribers read the body. SNS reads the attributes, so that nobody is sent what it would "
        "throw away.",
        looked_at=LOOKED,
        got=f"{len(bodies)} events, each with its order, its type and its total",
    )


def _request(convert: Callable[[Any], Any], name: str, order: dict[str, Any]) -> Any:
    try:
        return convert(copy.deepcopy(record(name, order)))
    except Exception as error:
        got = f"{type(error).__name__}: {error}"[:120]
    if name == "REMOVE":
        raise Found(
            wrong(
                "an image after a removal",
                "It raises for a REMOVE record. After a removal there is no new image, only the key.",
                looked_at="a REMOVE record of the view type NEW_IMAGE",
                expected="an event with the order_id from Keys",
                got=got,
                next='Look at record["dynamodb"]["Keys"], which every record has.',
            )
        )
    raise Found(
        wrong(
            "it raises",
            f"It raises for a record with the eventName {name}.",
            looked_at=LOOKED,
            got=got,
            next='Call it yourself: to_publish(sample). The change is under record["dynamodb"].',
        )
    )


def _publish(target: Target, topic: str, name: str, request: Any) -> None:
    if request is None:
        raise refused(
            "nothing for some records",
            f"For a record with the eventName {name} your function returns nothing.",
            "None",
            "Each record becomes an event; its type says what happened.",
        )
    if not isinstance(request, dict):
        raise refused(
            "not the parameters of a call",
            f"Your function returns a {type(request).__name__}. I call sns.publish(**request) with "
            "what it returns.",
            repr(request)[:120],
            'Return a dictionary: {"Message": ..., "MessageAttributes": ...}.',
        )
    try:
        target.client("sns").publish(**{**request, "TopicArn": topic})
    except (BotoCoreError, ClientError, TypeError, ValueError) as error:
        raise Found(
            wrong(
                "a request that SNS refuses",
                f"SNS does not take what comes of a record with the eventName {name}.",
                looked_at=LOOKED,
                expected='{"Message": text, "MessageAttributes": {...}}',
                got=str(error)[:200],
                next="Message is a text: json.dumps of the event. A StringValue is a text, too.",
            )
        ) from None


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
    title="From record to event",
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
        Proof(
            "nothing for some records",
            lambda _: lambda r: to_publish_right(r) if r["eventName"] == "INSERT" else None,
            says="returns nothing",
        ),
        Proof(
            "not the parameters of a call",
            lambda _: lambda r: json.dumps(to_publish_right(r)),
            says="returns a str",
        ),
        Proof(
            "JSON within JSON",
            but(lambda r, e, a: e.update(order=json.dumps(e.get("order")))),
            says="read JSON twice",
        ),
        Proof("not a function", lambda _: {"Message": "x"}, says="function itself"),
        Proof("with a subject and more attributes", lambda _: with_more, "right"),
        Proof("compact JSON", lambda _: from_the_item, "right"),
    ),
)
