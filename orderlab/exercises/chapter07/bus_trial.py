"""Events put on the learner's bus, and what of them the two queues get."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import collect, probe_id, url_of
from orderlab.exercises.chapter07.shop_events import BUS, FRAUD, LIMIT, PARTNER, SOURCE
from orderlab.orders.parts.messaging import ensure_plain_queue
from orderlab.orders.parts.names import queue_arn

LOOKED = (
    "twelve events on the bus: new orders of exactly $200.00, a cent less and others at random; a "
    "changed, a returned and a packed order; events of another source and of other types"
)


@dataclass
class Sent:
    """One event: its kind in words, what it says, and whether each queue shall have it."""

    words: str
    source: str
    kind: str
    detail: dict[str, Any]
    fraud: bool = False
    partner: bool = True

    @property
    def id(self) -> str:
        return str(self.detail["order_id"])


@dataclass
class Trial:
    """What was sent, and the bodies that came, by queue."""

    sent: list[Sent]
    bodies: dict[str, list[str]] = field(default_factory=dict)

    def at(self, queue: str) -> set[str]:
        """The kinds of events that came to a queue, in words."""
        return {
            each.words for each in self.sent if any(each.id in body for body in self.bodies[queue])
        }

    def body(self, queue: str, sent: Sent) -> str:
        """The first body about that event."""
        return next((body for body in self.bodies[queue] if sent.id in body), "")


def _detail(cents: int) -> dict[str, Any]:
    return {
        "order_id": probe_id(),
        "customer_id": f"c-{secrets.token_hex(3)}",
        "store_id": f"s-{secrets.token_hex(2)}",
        "total_cents": cents,
        "lines": 2 + secrets.randbelow(9),
    }


def _events() -> list[Sent]:
    large = LIMIT + 1 + secrets.randbelow(900_000)
    small = 300 + secrets.randbelow(5_000)
    return [
        Sent("far above", SOURCE, "OrderPlaced", _detail(LIMIT * 20 + large), fraud=True),
        Sent("somewhat above", SOURCE, "OrderPlaced", _detail(LIMIT + 1 + small), fraud=True),
        Sent("just at it", SOURCE, "OrderPlaced", _detail(LIMIT), fraud=True),
        Sent("just below", SOURCE, "OrderPlaced", _detail(LIMIT - 1)),
        Sent("small", SOURCE, "OrderPlaced", _detail(small)),
        Sent("a changed large one", SOURCE, "OrderChanged", _detail(large)),
        Sent("a returned one", SOURCE, "OrderReturned", _detail(small + 7)),
        Sent("a packed large one", SOURCE, "OrderPacked", _detail(large + 3)),
        Sent("of another source", "shop.test", "OrderPlaced", _detail(large + 5), partner=False),
        Sent("not of an order", SOURCE, "StockCounted", _detail(large + 9), partner=False),
        Sent("an offer", SOURCE, "OfferMade", _detail(large + 13), partner=False),
        Sent("a reorder", SOURCE, "ReOrderPlaced", _detail(large + 11), partner=False),
    ]


def trial(target: Target) -> Trial:
    """Put the events, and collect what comes; a rule of the check's own tells when all are through."""
    done = Trial(_events())
    wanted = [each.id for each in done.sent]
    events, sqs = target.client("events"), target.client("sqs")
    control = f"control-{secrets.token_hex(4)}"
    url = ensure_plain_queue(target, control)
    bus = target.name(BUS)
    opened = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}
    policy = {**opened, "Resource": queue_arn(target, control)}
    sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [policy]})},
    )
    try:
        events.put_rule(
            Name=control,
            EventBusName=bus,
            EventPattern=json.dumps({"source": [{"prefix": "shop"}]}),
        )
        events.put_targets(
            Rule=control,
            EventBusName=bus,
            Targets=[{"Id": "all", "Arn": queue_arn(target, control)}],
        )
        _put(events, bus, done.sent)
        collect(target, url, wanted, enough=len(wanted), seconds=20.0)
        for queue in (FRAUD, PARTNER):
            place = url_of(target, queue) or ""
            enough = 3 if queue == FRAUD else 8
            found = collect(target, place, wanted, enough=enough, seconds=1.5)
            done.bodies[queue] = found + collect(target, place, wanted, enough=9, seconds=0.3)
    finally:
        events.remove_targets(Rule=control, EventBusName=bus, Ids=["all"])
        events.delete_rule(Name=control, EventBusName=bus)
        sqs.delete_queue(QueueUrl=url)
    return done


def _put(events: Any, bus: str, sent: list[Sent]) -> None:
    for each in sent:
        entry = {
            "Source": each.source,
            "DetailType": each.kind,
            "EventBusName": bus,
            "Detail": json.dumps(each.detail),
        }
        events.put_events(Entries=[entry])
