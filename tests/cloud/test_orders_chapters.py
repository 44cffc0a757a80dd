"""The system at the end of each chapter, as its clients see it."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.orders import architecture
from orderlab.orders.architecture import SERVICES
from orderlab.orders.dead_letters import dead_order_ids, redrive
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.messaging import queue_url
from orderlab.orders.parts.names import function_arn
from tests.conftest import RunningCloud
from tests.unit.orders.test_contract import changed

PATIENCE_SECONDS = 20.0
NUMBERS = iter(range(1, 10_000))


@pytest.fixture
def system(cloud: RunningCloud) -> Iterator[Callable[[int], LocalTarget]]:
    """Build a chapter under a prefix of its own."""
    built: list[LocalTarget] = []

    def build(chapter: int) -> LocalTarget:
        target = LocalTarget.attach(
            cloud.endpoint,
            cloud.access_key_id,
            cloud.secret_access_key,
            prefix=f"ch{chapter}-{next(NUMBERS)}-",
        )
        built.append(target)
        architecture.build(target, chapter)
        return target

    yield build
    for target in built:
        architecture.teardown(target)
        target.stop()


@pytest.fixture(scope="module")
def finished() -> Iterator[LocalTarget]:
    """Chapter 04's system, for all the tests that only send it orders of their own.

    On a cloud where a visibility timeout of a minute passes in a second.
    """
    with LocalTarget.start(speed=60, seed=1, prefix="whole-") as target:
        architecture.build(target, 4)
        yield target


def new_order(**fields: Any) -> dict[str, Any]:
    return changed(**{"order_id": f"o-{next(NUMBERS)}", **fields})


def ask(target: LocalTarget, path: str, body: Any = None) -> tuple[int, Any]:
    """Call the deployed API; a body makes it a POST."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    request = urllib.request.Request(
        api_address(target) + path, data, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def item(target: LocalTarget, table: str, order_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        target.client("dynamodb")
        .get_item(
            TableName=target.name(table),
            Key={"order_id": {"S": order_id}},
            ConsistentRead=True,
        )
        .get("Item")
    )
    return found


def eventually(look: Callable[[], Any], what: str = "it") -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} did not come about"
        time.sleep(0.05)
    return found


def applied(target: LocalTarget, order_id: str) -> list[int]:
    """The counters of the services that have the order."""
    found = [item(target, service, order_id) for service in SERVICES]
    return [int(record["applied"]["N"]) for record in found if record]


def applied_once_each(target: LocalTarget, order_id: str) -> bool:
    return applied(target, order_id) == [1, 1, 1]


def test_chapter_1_checks_an_order_at_the_door_and_gives_a_receipt(
    system: Callable[[int], LocalTarget],
) -> None:
    target = system(1)
    status, receipt = ask(target, "/orders", new_order(order_id="o-a"))
    assert (status, receipt["order_id"], receipt["total_cents"]) == (201, "o-a", 297)
    status, refusal = ask(target, "/orders", new_order(coupon_cents="none"))
    assert status == 400 and refusal["message"] == "Invalid request body"
    assert ask(target, "/orders/o-a")[0] == 403


def test_chapter_2_stores_each_order_once_and_calls_the_services(
    system: Callable[[int], LocalTarget],
) -> None:
    target, order = system(2), new_order()
    assert ask(target, "/orders", order)[0] == 201
    assert ask(target, "/orders", order)[0] == 200
    assert ask(target, "/orders", {**order, "coupon_cents": 5})[0] == 409
    status, stored = ask(target, f"/orders/{order['order_id']}")
    assert status == 200 and stored == {**order, "status": "ACCEPTED", "total_cents": 297}
    assert applied(target, order["order_id"]) == [1, 1, 1]
    # a broken service breaks the answer; the same request heals it once the service is back
    fault = {"kind": "error", "target": target.name("invoicing")}
    target.page("faults", "POST", fault)
    second = new_order()
    assert ask(target, "/orders", second)[0] == 502
    target.page(f"faults?target={target.name('invoicing')}", "DELETE")
    assert ask(target, "/orders", second)[0] == 200
    assert applied(target, second["order_id"]) == [1, 1, 1]


def test_chapter_3_tells_the_services_by_events(system: Callable[[int], LocalTarget]) -> None:
    target, order = system(3), new_order()
    assert ask(target, "/orders", order)[0] == 201
    eventually(lambda: applied(target, order["order_id"]) == [1, 1, 1], "three records")


def test_chapter_4_accepts_into_a_queue_and_reaches_everybody(finished: LocalTarget) -> None:
    order = new_order(lines=[{**changed()["lines"][0], "name": 'Käse & Brot 100% + "Tee" ☃\''}])
    status, said = ask(finished, "/orders", order)
    path = f"/orders/{order['order_id']}"
    assert status == 202
    where = said.pop("status_url")
    assert said == {"order_id": order["order_id"], "status": "ACCEPTED"}
    assert where.startswith(f"{path}/status?accepted=1")
    eventually(lambda: ask(finished, where) == (200, {"status": "STORED"}), "the stored order")
    stored = ask(finished, path)[1]
    assert {name: stored[name] for name in order} == order
    eventually(lambda: applied(finished, order["order_id"]) == [1, 1, 1], "three records")


def test_the_status_tells_a_promise_from_an_order_that_nobody_sent(finished: LocalTarget) -> None:
    order = new_order()
    path = f"/orders/{order['order_id']}/status"
    assert ask(finished, path) == (404, {"status": "UNKNOWN"})
    assert ask(finished, f"{path}?accepted=1700000000000") == (202, {"status": "ACCEPTED"})
    inside = urllib.parse.quote('nobody"}},"TableName":"orders","x":{"y":{"z":"', safe="")
    assert ask(finished, f"/orders/{inside}/status") == (404, {"status": "UNKNOWN"})
    finished.page("faults", "POST", {"kind": "error", "target": f"table/{finished.name('orders')}"})
    assert ask(finished, path)[0] == 503
    finished.page(f"faults?target=table/{finished.name('orders')}", "DELETE")


def test_a_body_of_another_kind_does_not_slip_through_the_door(finished: LocalTarget) -> None:
    for kind in ("text/plain", "application/xml"):
        request = urllib.request.Request(
            f"{api_address(finished)}/orders", b"not an order", {"Content-Type": kind}
        )
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(request)
        assert refusal.value.code in (400, 415)
        refusal.value.close()


def test_bad_orders_are_refused_at_the_door(finished: LocalTarget) -> None:
    bad = (b"", b"{", b"[]", new_order(lines=[]), new_order(more=1), new_order(order_id="a b"))
    for body in bad:
        assert ask(finished, "/orders", body)[0] == 400, body


def test_the_same_order_many_times_is_stored_and_applied_once(finished: LocalTarget) -> None:
    order = new_order()
    for _ in range(5):
        assert ask(finished, "/orders", order)[0] == 202
    eventually(lambda: applied(finished, order["order_id"]) == [1, 1, 1], "three records")
    time.sleep(0.5)
    assert applied(finished, order["order_id"]) == [1, 1, 1]


def test_messages_delivered_twice_have_one_effect(finished: LocalTarget) -> None:
    """Each queue delivers each message twice; the events are published twice besides."""
    names = [finished.name(name) for name in ("orders-inbox", *SERVICES)]
    for name in names:
        finished.page("faults", "POST", {"kind": "duplicate", "target": name, "times": 2})
    orders = [new_order() for _ in range(5)]
    for order in orders:
        assert ask(finished, "/orders", order)[0] == 202
    for order in orders:
        eventually(partial(applied_once_each, finished, order["order_id"]), "three records")
    for name in names:
        finished.page(f"faults?target={name}", "DELETE")
    assert {tuple(applied(finished, order["order_id"])) for order in orders} == {(1, 1, 1)}


def test_an_event_told_twice_has_one_effect(finished: LocalTarget) -> None:
    image = {
        name: {"S": value} for name, value in new_order().items() if isinstance(value, str)
    } | {"coupon_cents": {"N": "0"}, "accepted_ms": {"N": "1"}}
    line = {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in changed()["lines"][0].items()
    }
    change = {
        "SequenceNumber": "1",
        "Keys": {"order_id": image["order_id"]},
        "NewImage": {**image, "lines": {"L": [{"M": line}]}},
    }
    batch = {"Records": [{"eventID": "e", "eventName": "INSERT", "dynamodb": change}]}
    for _ in range(2):
        reply = finished.client("lambda").invoke(
            FunctionName=finished.name("publish-order-events"), Payload=json.dumps(batch)
        )
        assert json.load(reply["Payload"]) == {"batchItemFailures": []}
    order_id = image["order_id"]["S"]
    eventually(lambda: applied(finished, order_id) == [1, 1, 1], "three records")


def test_what_is_no_order_ends_among_the_dead_letters_and_harms_no_other(
    finished: LocalTarget,
) -> None:
    good, conflict = new_order(), new_order()
    sqs, inbox = finished.client("sqs"), queue_url(finished, "orders-inbox")
    bodies = ["no json", json.dumps({"order_id": "o-poison"}), json.dumps(good)]
    bodies += [json.dumps(conflict)]
    entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies)]
    sqs.send_message_batch(QueueUrl=inbox, Entries=entries)
    eventually(lambda: item(finished, "orders", conflict["order_id"]), "the first of two")
    # another order under an id that is taken: nobody may choose between them but a person
    sqs.send_message(QueueUrl=inbox, MessageBody=json.dumps({**conflict, "coupon_cents": 7}))
    eventually(lambda: applied(finished, good["order_id"]) == [1, 1, 1], "three records")
    expected = ["", conflict["order_id"], "o-poison"]
    # five tries, with a visibility timeout of a minute each
    eventually(lambda: sorted(dead_order_ids(finished, "orders-inbox")) == expected, "dead letters")
    stored = item(finished, "orders", conflict["order_id"])
    assert stored and stored["coupon_cents"] == {"N": "0"}


def test_dead_letters_are_seen_without_being_taken_and_can_be_sent_back(
    finished: LocalTarget,
) -> None:
    order = new_order()
    dead = queue_url(finished, "shipping-dlq")
    event = {
        "event_type": "OrderPlaced",
        "order_id": order["order_id"],
        "accepted_ms": 1,
        "order": order,
    }
    finished.client("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps(event))
    for _ in range(2):
        assert dead_order_ids(finished, "shipping") == [order["order_id"]]
    redrive(finished, "shipping")
    eventually(lambda: item(finished, "shipping", order["order_id"]), "the record")
    assert dead_order_ids(finished, "shipping") == []


def test_a_customers_orders_come_page_by_page_the_newest_first(finished: LocalTarget) -> None:
    customer = f"c-{next(NUMBERS)}"
    orders = [
        new_order(customer_id=customer, placed_at=f"2017-12-18T00:00:0{n}Z") for n in range(5)
    ]
    for order in orders:
        assert ask(finished, "/orders", order)[0] == 202
    path = f"/customers/{customer}/orders"
    eventually(lambda: len(ask(finished, path)[1]["orders"]) == 5, "five orders")
    seen, page = [], ask(finished, f"{path}?limit=2")[1]
    while True:
        seen += [order["order_id"] for order in page["orders"]]
        if "next" not in page:
            break
        page = ask(finished, f"{path}?limit=2&next={page['next']}")[1]
    assert seen == [order["order_id"] for order in reversed(orders)]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "next=%25", "next=e30="])
def test_a_bad_page_is_the_clients_mistake(finished: LocalTarget, query: str) -> None:
    assert ask(finished, f"/customers/c-1/orders?{query}")[0] == 400


def test_an_unknown_order_is_not_found(finished: LocalTarget) -> None:
    assert ask(finished, "/orders/none")[0] == 404


def test_only_open_orders_are_in_the_sparse_index(finished: LocalTarget) -> None:
    store = f"s-{next(NUMBERS)}"
    orders = [new_order(store_id=store) for _ in range(2)]
    for order in orders:
        ask(finished, "/orders", order)

    def open_orders() -> set[str]:
        found = finished.client("dynamodb").query(
            TableName=finished.name("orders"),
            IndexName="open-orders",
            KeyConditionExpression="open_at_store = :store",
            ExpressionAttributeValues={":store": {"S": store}},
        )
        return {entry["order_id"]["S"] for entry in found["Items"]}

    eventually(lambda: len(open_orders()) == 2, "two open orders")
    finished.client("dynamodb").update_item(
        TableName=finished.name("orders"),
        Key={"order_id": {"S": orders[0]["order_id"]}},
        UpdateExpression="REMOVE open_at_store SET #s = :closed",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":closed": {"S": "CLOSED"}},
    )
    eventually(lambda: open_orders() == {orders[1]["order_id"]}, "one open order")


def test_each_function_has_its_own_role_and_no_wildcard_action(finished: LocalTarget) -> None:
    iam = finished.client("iam")
    for name in ("process-order", "read-orders", "publish-order-events", *SERVICES):
        policy = iam.get_role_policy(
            RoleName=finished.name(f"{name}-role"), PolicyName="least-privilege"
        )["PolicyDocument"]
        actions = [a for s in policy["Statement"] for a in _list(s["Action"])]
        assert not [action for action in actions if "*" in action]
        assert function_arn(finished, name).startswith("arn:aws:lambda:")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
