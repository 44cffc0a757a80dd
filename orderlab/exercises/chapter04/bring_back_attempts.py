"""Ways to bring dead letters back: the right ones, and those that lose, repeat or leave some."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

BringBack = Callable[..., Any]


def mended(body: str) -> str | None:
    """The order as it should be; None for what is no order."""
    try:
        order = json.loads(body)
        coupon = order["coupon_cents"]
    except (ValueError, KeyError, TypeError):
        return None
    if isinstance(coupon, str):
        order["coupon_cents"] = round(100 * float(coupon.strip("$")))
    return json.dumps(order)


def _received(sqs: Any, dead: str, **how: Any) -> list[dict[str, Any]]:
    wanted = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 5, **how}
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=dead, **wanted).get("Messages", [])
    return found


def bring_back(sqs: Any, dead: str, inbox: str) -> int:
    sent: int = _with(mended)(sqs, dead, inbox)
    return sent


def _with(mend: Callable[[str], str | None], *, delete: bool = True, keep: bool = True) -> Any:
    """Receive until nothing comes, send what `mend` gives; with `keep` false, delete the rest."""

    def function(sqs: Any, dead: str, inbox: str) -> int:
        sent = 0
        while got := _received(sqs, dead):
            for message in got:
                body = mend(message["Body"])
                if body is not None:
                    sqs.send_message(QueueUrl=inbox, MessageBody=body)
                    sent += 1
                if (body is not None and delete) or (body is None and not keep):
                    sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        return sent

    return function


def _as_they_are(body: str) -> str | None:
    return body


def _whole_ones(body: str) -> str | None:
    good = mended(body)
    return good if good and not isinstance(json.loads(body)["coupon_cents"], str) else None


def _still_texts(body: str) -> str | None:
    return body if mended(body) else None


def _truncated(body: str) -> str | None:
    order = json.loads(mended(body) or "null")
    if order is None:
        return None
    text = json.loads(body)["coupon_cents"]
    if isinstance(text, str):
        order["coupon_cents"] = int(float(text.strip("$")) * 100)
    return json.dumps(order)


def _in_dollars(body: str) -> str | None:
    order = json.loads(mended(body) or "null")
    if order is None:
        return None
    text = json.loads(body)["coupon_cents"]
    if isinstance(text, str):
        order["coupon_cents"] = round(float(text.strip("$")))
    return json.dumps(order)


def _without_coupon(body: str) -> str | None:
    order = json.loads(mended(body) or "null")
    if order is None:
        return None
    if isinstance(json.loads(body)["coupon_cents"], str):
        del order["coupon_cents"]
    return json.dumps(order)


def _new_ids(body: str) -> str | None:
    order = json.loads(mended(body) or "null")
    return None if order is None else json.dumps({**order, "customer_id": "c-mended"})


def _no_guard(body: str) -> str | None:
    order = json.loads(body)
    if isinstance(order["coupon_cents"], str):
        order["coupon_cents"] = round(100 * float(order["coupon_cents"].strip("$")))
    return json.dumps(order)


def _once(sqs: Any, dead: str, inbox: str) -> int:
    sent = 0
    for message in _received(sqs, dead):
        body = mended(message["Body"])
        if body:
            sqs.send_message(QueueUrl=inbox, MessageBody=body)
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            sent += 1
    return sent


def _short_polls(sqs: Any, dead: str, inbox: str) -> int:
    """Short polls, so many that nothing is left, as good luck would have it."""
    sent = 0
    for _ in range(60):
        for message in _received(sqs, dead, WaitTimeSeconds=0):
            body = mended(message["Body"])
            if body:
                sqs.send_message(QueueUrl=inbox, MessageBody=body)
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
                sent += 1
    return sent


def _delete_first(sqs: Any, dead: str, inbox: str) -> int:
    sent = 0
    while got := _received(sqs, dead):
        for message in got:
            body = mended(message["Body"])
            if body:
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
                sqs.send_message(QueueUrl=inbox, MessageBody=body)
                sent += 1
    return sent


def _purged(sqs: Any, dead: str, inbox: str) -> int:
    sent = 0
    for message in _received(sqs, dead):
        body = mended(message["Body"])
        if body:
            sqs.send_message(QueueUrl=inbox, MessageBody=body)
            sent += 1
    sqs.purge_queue(QueueUrl=dead)
    return sent


def _for_ever(sqs: Any, dead: str, inbox: str) -> int:
    sent, left = 0, 1
    while left:
        for message in _received(sqs, dead, VisibilityTimeout=0):
            body = mended(message["Body"])
            if body:
                sqs.send_message(QueueUrl=inbox, MessageBody=body)
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
                sent += 1
        counted = sqs.get_queue_attributes(
            QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        left = int(counted["ApproximateNumberOfMessages"])
    return sent


def _uncounted(sqs: Any, dead: str, inbox: str) -> None:
    bring_back(sqs, dead, inbox)


def _by_decimal_in_batches(sqs: Any, dead: str, inbox: str) -> int:
    """Another style: read all first, count with Decimal, send and delete in batches."""
    letters: dict[str, dict[str, Any]] = {}
    while got := _received(sqs, dead, WaitTimeSeconds=1):
        letters.update((message["MessageId"], message) for message in got)
    good = []
    for message in letters.values():
        try:
            order = dict(json.loads(message["Body"]))
            order["coupon_cents"] = (
                int(Decimal(str(order["coupon_cents"]).strip("$")))
                if isinstance(order["coupon_cents"], int)
                else int(Decimal(order["coupon_cents"].lstrip("$")) * 100)
            )
        except (ValueError, KeyError, TypeError):
            continue
        good.append((message, json.dumps(order)))
    for begin in range(0, len(good), 10):
        part = list(enumerate(good[begin : begin + 10]))
        sqs.send_message_batch(
            QueueUrl=inbox, Entries=[{"Id": str(n), "MessageBody": b} for n, (_, b) in part]
        )
        sqs.delete_message_batch(
            QueueUrl=dead,
            Entries=[{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, (m, _) in part],
        )
    return len(good)


def _one_at_a_time(sqs: Any, dead: str, inbox: str) -> int:
    """Another style: one message a receive, an integer from the digits, the others shown again."""
    sent, others = 0, []
    while got := _received(sqs, dead, MaxNumberOfMessages=1):
        message, body = got[0], got[0]["Body"]
        order = json.loads(body) if body.startswith("{") else {}
        if "coupon_cents" not in order:
            others.append(message["ReceiptHandle"])
            continue
        if isinstance(order["coupon_cents"], str):
            order["coupon_cents"] = int(order["coupon_cents"].replace("$", "").replace(".", ""))
        sqs.send_message(QueueUrl=inbox, MessageBody=json.dumps(order))
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        sent += 1
    for handle in others:
        sqs.change_message_visibility(QueueUrl=dead, ReceiptHandle=handle, VisibilityTimeout=0)
    return sent


def _waiting(sqs: Any, dead: str, inbox: str) -> Any:
    """A generator: calling it runs nothing."""
    yield bring_back(sqs, dead, inbox)


def _falsy(body: str) -> str | None:
    good = mended(body)
    return good if good and json.loads(good)["coupon_cents"] else None


def _by_count(sqs: Any, dead: str, inbox: str) -> int:
    """Another style: as often as the queue has letters, with long polls."""
    counted = sqs.get_queue_attributes(
        QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    sent = 0
    for _ in range(int(counted["ApproximateNumberOfMessages"])):
        for message in _received(sqs, dead, MaxNumberOfMessages=1, WaitTimeSeconds=1):
            body = mended(message["Body"])
            if body:
                sqs.send_message(QueueUrl=inbox, MessageBody=body)
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
                sent += 1
    return sent


WRONG: tuple[tuple[str, BringBack, str], ...] = (
    ("nothing was run", _waiting, "has a `yield`"),
    ("the queues exchanged", lambda s, dead, inbox: bring_back(s, inbox, dead), "never asked"),
    ("another client", lambda s, dead, inbox: 14, "no call with the client"),
    ("it raises at once", lambda s, dead: 14, "not read a letter yet"),
    ("no order in the inbox", _with(lambda body: str(mended(body))), "is no order: process"),
    ("nought is no coupon", _with(_falsy), "coupon is 0"),
    ("sent round again", _with(_as_they_are), "will lie here again"),
    ("only the whole ones", _with(_whole_ones), "whose coupon is a text"),
    ("still a text", _with(_still_texts), "process-order fails on that"),
    ("a cent short", _with(_truncated), "int() cuts"),
    ("another amount", _with(_in_dollars), "another amount"),
    ("other fields", _with(_without_coupon), "lost a field"),
    ("another order", _with(_new_ids), "something else than its coupon"),
    ("a false empty", _short_polls, "only some of the queue's servers"),
    ("copied, and still there", _with(mended, delete=False), "goes on ringing"),
    ("thrown away", _with(mended, keep=False), "ask its sender"),
    ("it stops half way", _with(_no_guard), "were not read"),
    ("stopped too early", _once, "still in the dead-letter queue"),
    ("deleted before it is sent", _delete_first, "between two calls"),
    ("orders are lost", _purged, "in neither queue"),
    ("it never ends", _for_ever, "had not returned"),
    ("another count", _uncounted, "returned None"),
)
RIGHT: tuple[tuple[str, BringBack], ...] = (
    ("Decimal, and batches", _by_decimal_in_batches),
    ("as often as the queue has letters", _by_count),
    ("one at a time, and cents from the digits", _one_at_a_time),
)
