"""3.6, open: a fourth service joins, and nothing that is deployed is touched."""

from __future__ import annotations

import json
import time
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.loyalty_attempts import (
    LOYALTY,
    attempt,
    called_by_accept_order,
    table_only,
)
from orderlab.exercises.chapter03.notebook_names import names
from orderlab.exercises.chapter03.probes import forget, rows, until, url_of
from orderlab.exercises.chapter03.undoing import unsubscribe
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders import architecture
from orderlab.orders.architecture import ORDERS, SERVICES
from orderlab.orders.parts import functions
from orderlab.orders.parts.api import api_address, find_api
from orderlab.orders.parts.names import queue_arn
from orderlab.orders.replay import replay
from orderlab.practice.removal import remove
from orderlab.requirements.system import fresh_orders

COUNT = 4
_ON_ITS_WAY_SECONDS = 15.0
# so long a first environment of the publisher may need on a busy machine
_LOST_SECONDS = 20.0
DEPLOYED = ("accept-order", "publish-order-events", *SERVICES)
_LOOKED = f"sent {COUNT} orders to the API, then read the tables; compared what is deployed"
_EXPECTED = "each order once in loyalty and in the other three; nothing else changed"
_CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def _prepare(workspace: Workspace) -> None:
    """The chapter's system, if it does not stand yet, and how its functions are now."""
    target = workspace.target
    if not _system_stands(target):
        architecture.build(target, 3, alarmed=False)
    workspace.memory.setdefault("before", _deployed(target))


def _undo(workspace: Workspace) -> None:
    """The function, its table, and the queues that it reads, but for those of the three."""
    target = workspace.target
    sources = {each["EventSourceArn"].rpartition(":")[2] for each in _mappings(target)}
    own = {name for name in sources if name not in map(target.name, SERVICES)}
    queues = {LOYALTY, f"{LOYALTY}-dlq", *(n.removeprefix(target.name("")) for n in own)}
    for queue in queues:
        unsubscribe(target, queue)
    # a mapping that is still being deleted would refuse the next one of the same queue
    functions.remove_mappings(target, LOYALTY)
    until(lambda: not _mappings(target), 30.0)
    remove(target, *sorted(queues))


def _done(workspace: Workspace) -> bool:
    """Whether the service stands, as far as a look at its parts tells."""
    target = workspace.target
    known = target.client("dynamodb").list_tables()["TableNames"]
    return target.name(LOYALTY) in known and _fed(target)


def _system_stands(target: Target) -> bool:
    """Whether the stream feeds the topic's publisher, and each service has its queue."""
    client = target.client("lambda")
    found = client.list_event_source_mappings()["EventSourceMappings"]
    fed = {each["FunctionArn"].rpartition(":")[2] for each in found}
    return {target.name(name) for name in ("publish-order-events", *SERVICES)} <= fed


def _deployed(target: Target) -> dict[str, str]:
    """Code, settings and sources of each function that was there before."""
    client = target.client("lambda")
    found: dict[str, str] = {}
    for name in DEPLOYED:
        try:
            each = client.get_function_configuration(FunctionName=target.name(name))
        except client.exceptions.ResourceNotFoundException:
            found[name] = "gone"
            continue
        settings = (each["CodeSha256"], each.get("Environment"), each.get("Layers"))
        found[name] = json.dumps(settings, sort_keys=True)
    return found


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    before = workspace.memory.get("before") or {}
    changed = [name for name, was in before.items() if _deployed(target).get(name) != was]
    if changed:
        return wrong(
            "touched what was deployed",
            f"{', '.join(changed)} changed. The next service would change it again, and so would the "
            "one after that.",
            looked_at="code, layers and environment of the functions that were there before",
            expected="not one of them different",
            got=f"changed: {', '.join(changed)}",
            next="Who may subscribe to order-events without asking its publisher? What was changed "
            "by hand has to be changed back by hand.",
        )
    shared = _on_a_shared_queue(target)
    if shared:
        return wrong(
            "a queue shared",
            f"Two functions read the queue {shared}. A message goes to one reader: each gets some of "
            "the orders, and neither gets all.",
            looked_at="the event source mappings",
            expected="a queue for each service",
            got=f"two consumers of {shared}",
            next="A copy for each service is what the topic makes; a queue gives each message once.",
        )
    if find_api(target) is None:
        return wrong("no way in", "There is no API order-api any more, so no order can be sent.")
    if not _begun(target):
        return untouched(
            "There is no sign of loyalty yet: no table, no function, no subscription.",
            next="What does every service that hears of orders have?",
        )
    return _another_key(target) or _try(target)


def _another_key(target: Target) -> Outcome | None:
    client = target.client("dynamodb")
    try:
        found = client.describe_table(TableName=target.name(LOYALTY))["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None
    keys = [part["AttributeName"] for part in found["KeySchema"]]
    if keys == ["order_id"]:
        return None
    return wrong(
        "a table with another key",
        f"The table loyalty has the key {' + '.join(keys)}, so no order is found by its id alone.",
        looked_at="the key of the table loyalty",
        expected="order_id, as the tables of the other services have it",
        got=" + ".join(keys),
        next="A key can't be changed: `ex.again()` takes the table away.",
    )


def _on_a_shared_queue(target: Target) -> str:
    found = target.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    for name in SERVICES:
        readers = [each for each in found if each["EventSourceArn"] == queue_arn(target, name)]
        if len(readers) > 1:
            return name
    return ""


def _begun(target: Target) -> bool:
    known = target.client("dynamodb").list_tables()["TableNames"]
    if target.name(LOYALTY) in known or url_of(target, LOYALTY):
        return True
    client = target.client("lambda")
    names = [each["FunctionName"] for each in client.list_functions()["Functions"]]
    return target.name(LOYALTY) in names


def _try(target: Target) -> Outcome:
    sent = replay(api_address(target), fresh_orders(COUNT), connections=2, attempts=6)
    ids = list(sent.accepted)
    if len(ids) < COUNT:
        return wrong(
            "orders are refused now",
            "The API does not take all orders any more.",
            looked_at=_LOOKED,
            got="; ".join(each.reason for each in sent.refused[:2])[:160],
        )
    began = time.monotonic()
    until(lambda: _complete(target, SERVICES, ids) or _lost(target, began), 60.0)
    # what the others needed tells how long to wait for the fourth, however busy the machine is
    patience = max(3.0, 2 * (time.monotonic() - began))
    until(lambda: _complete(target, (LOYALTY,), ids), patience)
    # what it has received and not yet done is on its way: a first environment may still start
    until(
        lambda: (
            _complete(target, (LOYALTY,), ids)
            or not _fed(target)
            or not _waiting(target, _queue_of(target))
        ),
        _ON_ITS_WAY_SECONDS,
    )
    time.sleep(0.3)  # for a second delivery, which would count an order twice
    everyone = (*SERVICES, LOYALTY)
    done = {service: rows(target, service, ids) for service in everyone}
    waiting = _waiting(target, LOYALTY)
    forget(target, (ORDERS, *everyone), ids)
    return _judge(target, done, waiting)


def _lost(target: Target, began: float) -> bool:
    """Whether nothing is on its way to the three any more, as far as their queues tell."""
    return time.monotonic() - began > _LOST_SECONDS and not any(
        _waiting(target, name) for name in SERVICES
    )


def _complete(target: Target, services: tuple[str, ...], ids: list[str]) -> bool:
    return all(len(rows(target, service, ids)) == COUNT for service in services)


def _waiting(target: Target, queue: str) -> int:
    """Messages in a queue, those that are being worked on among them."""
    url = url_of(target, queue)
    if url is None:
        return 0
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def _judge(target: Target, done: dict[str, dict[str, int]], waiting: int) -> Outcome:
    got = ", ".join(f"{name} {len(found)} of {COUNT}" for name, found in done.items())
    common = {"looked_at": _LOOKED, "expected": _EXPECTED, "got": got}
    twice = [name for name, found in done.items() if any(n > 1 for n in found.values())]
    short = [name for name in done if len(done[name]) < COUNT]
    if not short and not twice and not _reports_failures(target):
        return wrong(
            "failures are swallowed",
            "Every order came. But the mapping takes any answer of the function for success, also "
            "one that names messages that failed. They are deleted.",
            looked_at="the mapping of loyalty's queue",
            expected="ReportBatchItemFailures, as the mapping of shipping's queue has it",
            got="FunctionResponseTypes is empty",
            next="FunctionResponseTypes of the mapping.",
        )
    if not short and not twice:
        return right(
            "Loyalty hears of every order, and nobody who was there before knows it. That is R3: the "
            "topic is the only thing that both sides share.",
            looked_at=_LOOKED,
            got=got,
        )
    others = [name for name in short if name != LOYALTY]
    if others:
        return wrong("others go short", f"Now {', '.join(others)} misses orders.", **common)
    if twice:
        return wrong("twice in effect", f"{', '.join(twice)} did an order twice.", **common)
    if _fed(target):
        return wrong(
            "something on the way",
            "The function has a source and is not done with the orders: a subscription without a "
            "queue policy, an envelope it can't read, or a role that may not write the table.",
            next="The log group /aws/lambda/loyalty says what it got; no line says nothing came.",
            **common,
        )
    if waiting:
        return wrong(
            "nobody reads the queue",
            "The orders wait in the queue loyalty, and no function reads it.",
            next="create_event_source_mapping from the queue to the function.",
            **common,
        )
    return wrong(
        "only a part of it",
        "Something of loyalty stands, but no order reaches it.",
        next="Queue, queue policy, subscription, function, mapping, table: which are there?",
        **common,
    )


def _mappings(target: Target) -> list[dict[str, Any]]:
    """The mappings of loyalty; none if there is no such function."""
    client = target.client("lambda")
    try:
        found = client.list_event_source_mappings(FunctionName=target.name(LOYALTY))
    except client.exceptions.ResourceNotFoundException:
        return []
    mappings: list[dict[str, Any]] = found["EventSourceMappings"]
    return mappings


def _queue_of(target: Target) -> str:
    """The queue that loyalty reads, whatever its name."""
    for each in _mappings(target):
        return str(each["EventSourceArn"].rpartition(":")[2].removeprefix(target.name("")))
    return LOYALTY


def _fed(target: Target) -> bool:
    states = ("Enabled", "Enabling", "Creating", "Updating")
    return any(each["State"] in states for each in _mappings(target))


def _reports_failures(target: Target) -> bool:
    found = _mappings(target)
    return all("ReportBatchItemFailures" in each.get("FunctionResponseTypes", []) for each in found)


def _names(workspace: Workspace) -> dict[str, Any]:
    return {**names(workspace), "layer": functions.ensure_layer(workspace.target)}


def _solve(workspace: Workspace) -> None:
    """The whole service, from whatever half of it stands."""
    if not _done(workspace):
        _undo(workspace)
    attempt()(workspace)


LOYALTY_JOINS = Exercise(
    id="3.6",
    title="Loyalty joins (open)",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=_done,
    solve=_solve,
    names=_names,
    solution="""dynamodb.create_table(
    TableName="loyalty",
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
)
dynamodb.get_waiter("table_exists").wait(TableName="loyalty", WaiterConfig={"Delay": 1})
made = sqs.create_queue(QueueName="loyalty")
door = {
    **allow("sqs:SendMessage", arn("sqs", "loyalty")),
    "Principal": {"Service": "sns.amazonaws.com"},
    "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [door]})
sqs.set_queue_attributes(QueueUrl=queue_url("loyalty"), Attributes={"Policy": policy})
wanted = json.dumps({"event_type": ["OrderPlaced"]})
settings = {"RawMessageDelivery": "true", "FilterPolicy": wanted}
joined = sns.subscribe(
    TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "loyalty"), Attributes=settings
)
consume = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
rights = [
    allow(consume, arn("sqs", "loyalty")),
    allow("dynamodb:UpdateItem", arn("dynamodb", "table/loyalty")),
]
where = {"Variables": {"TABLE": "loyalty"}}
code = lab.customer_code("loyalty")
lab.deploy("loyalty", code, handler="loyalty.handler", Timeout=10, Layers=[layer],
           Environment=where, allowed=rights)
functions.create_event_source_mapping(
    FunctionName="loyalty",
    EventSourceArn=arn("sqs", "loyalty"),
    FunctionResponseTypes=["ReportBatchItemFailures"],
)
# Six new things, and none that was there is changed.""",
    equivalent={
        "without 'FilterPolicy'": "the function passes over other events by itself",
        "without 'Condition'": "who may send is what exercise 3.3 is about",
        "without 'Version'": "the policy has no variables, so it means the same",
        "without Timeout": "the default of 3 s is enough here",
        "10 -> 11": "any timeout that is long enough will do",
        "1 -> 2": "how often the waiter looks",
        "without WaiterConfig": "how often the waiter looks",
        "without `dynamodb.get_waiter('table_exists').wait`": "the table is there before an order",
        "without 'Delay'": "how often the waiter looks",
        "without 'event_type'": "the function passes over other events by itself",
        "without 'ArnEquals'": "who may send is what exercise 3.3 is about",
        "without 'aws:SourceArn'": "who may send is what exercise 3.3 is about",
    },
    hints=(
        "What does shipping have that makes it hear of orders? List it, from the topic to the table.",
        "A queue of its own, its policy, a subscription (raw), a function with its rights, a "
        "mapping, a table. You have seen the call for each.",
        "create_table, create_queue, set_queue_attributes and sns.subscribe as in 3.3, lab.deploy, "
        "create_event_source_mapping with the same FunctionResponseTypes as shipping's.",
    ),
    waits=True,
    needs=("3.3",),
    proofs=(
        Proof("touched what was deployed", called_by_accept_order, says="accept-order changed"),
        Proof("a queue shared", attempt(queue="shipping"), says="A message goes to one reader"),
        Proof("failures are swallowed", attempt(answers=()), says="takes any answer"),
        Proof("nobody reads the queue", attempt(mapped=False), says="no function reads it"),
        Proof("something on the way", attempt(policy=False), says="without a"),
        Proof("only a part of it", table_only, says="no order reaches it"),
        Proof(
            "another queue, and every event", attempt(queue="points", filtered=False), "right"
        ),
    ),
)  # fmt: skip
