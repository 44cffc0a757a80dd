"""4.2's check of what the customer is told when an order was taken."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs

from orderlab.exercises.engine import Outcome, wrong
from orderlab.practice.http import Answer

# AWS's clock and this machine's
_CLOCKS_DIFFER = 900
LOOKED = (
    "sent orders with &, +, %, quotes and umlauts to POST /orders, one as text/plain, and one while "
    "the queue refused"
)
EXPECTED = "each order in orders-inbox exactly as it was sent, and 202; 503 while the queue refuses"


def wrong_door(name: str, message: str, got: str, next: str) -> Outcome:
    return wrong(name, message, looked_at=LOOKED, expected=EXPECTED, got=got[:200], next=next)


def answered(answer: Answer, order_id: str, defined: str) -> Outcome | None:
    """What is wrong with the answer; `defined` is the status that the definition has for a 200."""
    got = f"{answer.status} {answer.text.strip()[:150]}"
    if answer.status != 202 and defined == "202":
        return wrong_door(
            "an older deployment",
            f"The order is in the queue, and the customer reads {answer.status}. The definition "
            "answers 202: the stage serves an older one.",
            got,
            "create_deployment(restApiId=api, stageName='live'), after the answers.",
        )
    if answer.status == 503:
        return wrong_door(
            "sorry for what was taken",
            "The order is in the queue, and the customer reads 503 and sends it again.",
            got,
            "SQS answers 200 to what it took. Does the selectionPattern of 202 match that?",
        )
    if answer.status != 202:
        return wrong_door(
            "another status",
            f"The order is in the queue, and the customer reads {answer.status}. Nothing is done yet; "
            "202 is the status that says so.",
            got,
            'answer_with(POST_ORDERS, "202", ...)',
        )
    if "SendMessageResponse" in answer.text:
        return wrong_door(
            "SQS's own answer",
            "The customer reads what SQS said to the gateway.",
            got,
            "The response template makes the answer.",
        )
    try:
        said = json.loads(answer.text)
    except ValueError:
        return wrong_door(
            "no JSON",
            "The answer is not JSON.",
            got,
            "Quotes around names and texts, commas between, and no $ left over.",
        )
    if not isinstance(said, dict) or said.get("order_id") != order_id:
        return wrong_door(
            "no order_id",
            "The answer doesn't name the order. The response template sees SQS's answer, and the order "
            "isn't in it.",
            got,
            "Put the id aside in the request template, in $context.requestOverride.path.",
        )
    if said.get("status") != "ACCEPTED":
        return wrong_door(
            "another word", "The answer's status is not ACCEPTED.", got, '"status": "ACCEPTED"'
        )
    return _where_to_ask(str(said.get("status_url", "")), order_id, got)


def _where_to_ask(url: str, order_id: str, got: str) -> Outcome | None:
    path, _, query = url.partition("?")
    said = parse_qs(query).get("accepted", [])
    if path != f"/orders/{order_id}/status" or len(said) != 1:
        return wrong_door(
            "nowhere to ask",
            "The answer doesn't say where to ask for this order.",
            got,
            '"status_url": "/orders/$id/status?accepted=..."',
        )
    when = said[0]
    if not (when.isdigit() and len(when) == 13):
        return wrong_door(
            "no time",
            "status_url doesn't hold the time of the request in milliseconds.",
            got,
            "$context.requestTimeEpoch",
        )
    if abs(int(when) / 1000 - time.time()) > _CLOCKS_DIFFER:
        return wrong_door(
            "another time",
            "status_url holds a time, and it isn't that of this request.",
            got,
            "$context.requestTimeEpoch",
        )
    return None
