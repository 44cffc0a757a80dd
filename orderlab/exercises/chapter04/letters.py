"""Dead letters for exercise 4.6: whole orders, orders to be mended, and what is no order."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Self

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import probe_id, probe_order, take, url_of
from orderlab.orders.architecture import INBOX
from orderlab.orders.parts.messaging import dead_letter_name
from orderlab.practice.orders import fresh

MARK = "orderlab-letters"
# amounts of which int(100 * float(text)) is a cent short
_AWKWARD = (29, 57, 58, 113, 114, 115, 1997, 1998, 1999)


@dataclass
class Letters:
    """The bodies of some dead letters, and what is to become of them.

    `orders` holds by id each order as it should arrive, those of `mended` after mending; `texts`
    by id the coupon as it was written; `others` are the bodies of what is no order.
    """

    bodies: list[str] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    mended: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @classmethod
    def random(cls) -> Self:
        """Eighteen letters or a few more, in any order: more than one receive gives."""
        found = cls()
        awkward = list(_AWKWARD)
        secrets.SystemRandom().shuffle(awkward)
        for _ in range(8 + secrets.randbelow(4)):
            found.add(probe_order(probe_id()))
        found.add({**probe_order(probe_id()), "coupon_cents": 0})
        for cents in [*awkward[:3], 150, 100 * (2 + secrets.randbelow(90)), 0]:
            found.add({**probe_order(probe_id()), "coupon_cents": cents}, text=True)
        found.add_other(f"Newsletter {secrets.token_hex(3)}: apples are cheaper this week.")
        found.add_other(json.dumps({"order_number": secrets.token_hex(4)}))
        found.add_other(json.dumps([secrets.randbelow(1000), "coupon_cents"]))
        secrets.SystemRandom().shuffle(found.bodies)
        return found

    def add(self, order: dict[str, Any], *, text: bool = False) -> None:
        order_id, written = order["order_id"], order
        if text:
            cents = order["coupon_cents"]
            self.texts[order_id] = f"${cents // 100}.{cents % 100:02d}"
            self.mended.append(order_id)
            written = {**order, "coupon_cents": self.texts[order_id]}
        self.orders[order_id] = order
        self.bodies.append(json.dumps(written))

    def add_other(self, body: str) -> None:
        self.others.append(body)
        self.bodies.append(body)


def lay_out(target: Target) -> None:
    """Six dead letters of the shop's own, once: a mark on the queue tells that they came."""
    sqs, url = target.client("sqs"), url_of(target, dead_letter_name(INBOX))
    if url is None or MARK in sqs.list_queue_tags(QueueUrl=url).get("Tags", {}):
        return
    letters = Letters()
    real = fresh(5)
    for order in real[:3]:
        letters.add(order)
    for order in real[3:]:
        letters.add({**order, "coupon_cents": 115 + secrets.randbelow(300)}, text=True)
    letters.add_other("Newsletter: apples are cheaper this week.")
    for body in letters.bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    # an id can stand in a tag, and so is found again after a restart
    ids = " ".join(each.rpartition("-")[2] for each in letters.orders)
    sqs.tag_queue(QueueUrl=url, Tags={MARK: ids})


def clear_away(target: Target) -> None:
    """Take the letters that `lay_out` brought out of the dead-letter queue again."""
    sqs, url = target.client("sqs"), url_of(target, dead_letter_name(INBOX))
    if url is None:
        return
    ids = sqs.list_queue_tags(QueueUrl=url).get("Tags", {}).get(MARK, "").split()
    wanted = [*ids, "Newsletter: apples"]
    while take(target, url, wanted, wait=1) if ids else False:
        pass
    sqs.untag_queue(QueueUrl=url, TagKeys=[MARK])
