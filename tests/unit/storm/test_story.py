"""The story of one order: what is drawn of what the flight recorder saw."""

from __future__ import annotations

from collections import Counter

from orderlab.drawing.sequence import Arrow
from orderlab.storm.checker import Broken, Record
from orderlab.storm.evidence import Evidence, Hop
from orderlab.storm.parts import Parts, Service
from orderlab.storm.story import MOST_ARROWS, tell

PARTS = Parts(
    takers=["process-order"],
    publishers=["publish-order-events"],
    workers=["inventory", "shipping"],
    order_table="orders",
    topics=["order-events"],
    queues=["orders-inbox", "inventory", "shipping"],
    services=[Service(name, name, name) for name in ("inventory", "shipping")],
)
POLLER = "lambda.amazonaws.com"


def hops(*rows: tuple[str, ...]) -> list[Hop]:
    """(source, target, action, outcome, fault), a tenth of a second apart."""
    found = []
    for number, row in enumerate(rows):
        source, target, action, *rest = row
        outcome = rest[0] if rest else "ok"
        fault = rest[1] if len(rest) > 1 else ""
        status = 202 if source == "client" else 0
        found.append(Hop(number / 10, source, target, action, outcome, 1.0, fault, status))
    return found


TAKEN = (
    ("client", "api", "POST /orders"),
    ("api", "orders-inbox (queue)", "SendMessage"),
    (POLLER, "orders-inbox (queue)", "ReceiveMessage"),
    ("orders-inbox (queue)", "process-order", "Invoke"),
    ("process-order", "orders (table)", "PutItem"),
    (POLLER, "orders-inbox (queue)", "DeleteMessage"),
)
PUBLISHED = (
    ("orders (stream)", "publish-order-events", "Invoke"),
    ("publish-order-events", "order-events", "Publish"),
    ("order-events", "inventory (queue)", "SendMessage"),
    ("order-events", "shipping (queue)", "SendMessage"),
)
INVENTORY = (
    (POLLER, "inventory (queue)", "ReceiveMessage"),
    ("inventory (queue)", "inventory", "Invoke"),
    ("inventory", "inventory (table)", "UpdateItem"),
)


def story(promise: str, rows: tuple[tuple[str, ...], ...], *services: str) -> list[str]:
    evidence = Evidence({"a"}, {"inventory": Counter(), "shipping": Counter()}, {"a": hops(*rows)})
    broken = Broken(promise, 7, "a", "It went wrong.", services)
    return tell(Record([], PARTS, evidence), broken).lines()


def test_an_order_that_is_lost_in_a_service_is_followed_there_and_nowhere_else() -> None:
    lost = (
        (POLLER, "shipping (queue)", "ReceiveMessage"),
        ("shipping (queue)", "shipping", "Invoke", "InjectedFault", "error"),
        ("shipping (queue)", "shipping-dlq (queue)", "DeadLetter"),
    )
    assert story("kept", (*TAKEN, *PUBLISHED, *INVENTORY, *lost), "shipping") == [
        "1. customer → order-api (API Gateway): POST /orders",
        "2. order-api (API Gateway) → customer: answer 202",
        "3. (It is stored in orders.)",
        "4. (Its event is published to order-events.)",
        "5. order-events (SNS) → shipping (SQS): message",
        "6. shipping (SQS) → shipping (Lambda): ✗ message: InjectedFault ⚡ broken by the storm",
        "7. shipping (SQS) → shipping-dlq (SQS): moved here after too many tries",
        "✗ It went wrong.",
    ]


def test_a_copy_is_marked_where_it_is_delivered() -> None:
    twice = (
        (POLLER, "shipping (queue)", "ReceiveMessage"),
        ("shipping (queue)", "shipping", "Invoke"),
        ("shipping", "shipping (table)", "UpdateItem"),
        (POLLER, "shipping (queue)", "ReceiveMessage", "ok", "duplicate"),
        ("shipping (queue)", "shipping", "Invoke"),
        ("shipping", "shipping (table)", "UpdateItem"),
    )
    told = story("once", (*TAKEN, *PUBLISHED, *twice), "shipping")
    assert [line for line in told if "⚡" in line] == [
        "8. shipping (SQS) → shipping (Lambda): message ⚡ a copy, made by the storm"
    ]
    assert sum("UpdateItem" in line for line in told) == 2


def test_what_the_storm_did_to_the_publishing_is_drawn() -> None:
    struck = (
        ("orders (stream)", "publish-order-events", "Invoke", "Runtime.ExitError", "kill"),
        *PUBLISHED,
        ("shipping (queue)", "shipping", "Invoke"),
    )
    told = story("once", (*TAKEN, *struck), "shipping")
    assert any("✗ Runtime.ExitError ⚡ killed by the storm" in line for line in told)
    assert "3. (It is stored in orders.)" in told


def test_a_customer_who_was_turned_away_does_not_see_what_came_after() -> None:
    rows = (
        ("client", "api", "POST /orders", "502"),
        ("api", "process-order", "Invoke", "Runtime.ExitError", "kill"),
        ("process-order", "orders (table)", "PutItem"),
        *PUBLISHED,
        *INVENTORY,
    )
    told = story("taken", rows)
    assert not any("order-events" in line or "inventory" in line for line in told)
    assert any("✗ answer 202" in line for line in told)


def test_an_sdks_attempts_are_one_arrow() -> None:
    failed = ("process-order", "orders (table)", "PutItem", "InternalServerError", "error")
    told = story("taken", (*TAKEN[:4], failed, failed, failed, failed))
    assert [line for line in told if "PutItem" in line] == [
        "5. process-order (Lambda) → orders (DynamoDB): ✗ PutItem: InternalServerError "
        "(4 times) ⚡ broken by the storm"
    ]


def test_a_write_that_finds_its_own_work_done_has_not_failed() -> None:
    again = ("process-order", "orders (table)", "PutItem", "ConditionalCheckFailedException")
    told = story("taken", (*TAKEN[:5], again))
    assert told[-2].endswith("PutItem: it is there already") and "✗" not in told[-2]


def test_a_long_story_is_shortened_in_its_middle() -> None:
    tries = (
        ("shipping (queue)", "shipping", "Invoke", "InjectedFault", "error"),
        ("shipping", "shipping (table)", "UpdateItem", "InternalServerError"),
    ) * 12
    evidence = Evidence(hops={"a": hops(*TAKEN, *PUBLISHED, *tries)})
    broken = Broken("kept", 7, "a", "said", ("shipping",))
    steps = tell(Record([], PARTS, evidence), broken).steps
    assert sum(isinstance(step, Arrow) for step in steps) <= MOST_ARROWS
    assert any("steps are left out" in step.in_words for step in steps)


def test_the_story_of_an_unknown_order_has_an_ending() -> None:
    assert story("kept", ()) == ["✗ It went wrong."]
