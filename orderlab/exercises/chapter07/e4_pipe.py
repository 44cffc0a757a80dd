"""7.4: a pipe from the orders' stream to the bus, in place of code."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter03.probes import collect, probe_id, probe_order, until
from orderlab.exercises.chapter07.shop_events import (
    BUS,
    PIPE,
    SOURCE,
    bus_arn,
    ensure_bus,
    ensure_pipe_role,
    names,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.architecture import ORDERS, SERVICES
from orderlab.orders.parts.messaging import ensure_plain_queue
from orderlab.orders.parts.names import ignoring, queue_arn
from orderlab.orders.parts.tables import stream_arn
from orderlab.practice.items import item_of
from orderlab.practice.removal import remove

_LOOKED = "two orders written to the table, then changed, then taken away; and what came to the bus"
INSERTS = {"eventName": ["INSERT"]}
TEMPLATE = (
    '{"order_id": <$.dynamodb.NewImage.order_id.S>, "store": <$.dynamodb.NewImage.store_id.S>}'
)
_TARGET = {"Source": SOURCE, "DetailType": "OrderPlaced"}


@dataclass
class Seen:
    """What the bus got of the probes."""

    orders: list[dict[str, Any]]
    events: list[dict[str, Any]] = field(default_factory=list)

    def of(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        return [each for each in self.events if order["order_id"] in json.dumps(each)]


def _prepare(workspace: Workspace) -> None:
    ensure_bus(workspace.target)
    ensure_pipe_role(workspace.target)


def _undo(workspace: Workspace) -> None:
    remove(workspace.target, PIPE)


def _pipe(workspace: Workspace) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = workspace.client("pipes").describe_pipe(Name=workspace.name(PIPE))
    except ClientError:
        return None
    return found


def _stands(workspace: Workspace) -> bool:
    found = _pipe(workspace)
    return found is not None and found["CurrentState"] == "RUNNING"


def _check(workspace: Workspace) -> Outcome:
    pipe = _pipe(workspace)
    if pipe is None:
        return untouched(
            "There is no pipe orders-to-bus yet.", next="pipes.create_pipe, as for drafts-to-bus."
        )
    until(lambda: (_pipe(workspace) or {}).get("CurrentState") in _ENDED, 25.0)
    pipe = _pipe(workspace) or pipe
    outcome = _settings(workspace, pipe)
    if outcome is not None:
        return outcome
    return _judge(_tried(workspace))


_ENDED = {"RUNNING", "STOPPED", "CREATE_FAILED", "START_FAILED"}


def _wrong(name: str, message: str, expected: str, got: str, hint: str) -> Outcome:
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=expected,
        got=got,
        next=hint,
        stands="The pipe orders-to-bus stands as it is; `ex.again()` takes it away.",
    )


def _settings(workspace: Workspace, pipe: dict[str, Any]) -> Outcome | None:
    target = workspace.target
    if pipe["Source"] != stream_arn(target, ORDERS):
        return _wrong(
            "another source",
            "The pipe reads something else than the orders' stream.",
            "the stream of the table orders",
            pipe["Source"],
            "Source=stream",
        )
    if pipe["Target"] != bus_arn(target):
        return _wrong(
            "another target",
            "The pipe sends somewhere else than to the bus.",
            bus_arn(target),
            pipe["Target"],
            'Target=arn("events", "event-bus/shop-events")',
        )
    if pipe["CurrentState"] != "RUNNING":
        return _wrong(
            "not running",
            "The pipe does not run.",
            "RUNNING",
            f"{pipe['CurrentState']}: {pipe.get('StateReason', 'no reason given')}"[:160],
            "Is it the role that the exercise prepared? Leave DesiredState out.",
        )
    started = pipe["SourceParameters"]["DynamoDBStreamParameters"]["StartingPosition"]
    if started != "LATEST":
        return _wrong(
            "yesterday's orders again",
            "The pipe began at the oldest record: every order of the last 24 hours is told again.",
            "StartingPosition LATEST",
            started,
            "Where does a reader begin that wants new records only?",
        )
    return None


def _tried(workspace: Workspace) -> Seen:
    """Write, change and remove probes; a rule of the check's own shows what the bus gets."""
    target = workspace.target
    seen = Seen([probe_order(probe_id(), cents=1000 + secrets.randbelow(900)) for _ in range(2)])
    events, sqs, tables = (workspace.client(name) for name in ("events", "sqs", "dynamodb"))
    watch, bus = f"watch-{secrets.token_hex(4)}", target.name(BUS)
    url = ensure_plain_queue(target, watch)
    door = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(target, watch),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [door]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    everything = json.dumps({"source": [{"exists": True}]})
    try:
        events.put_rule(Name=watch, EventBusName=bus, EventPattern=everything)
        targets = [{"Id": "all", "Arn": queue_arn(target, watch)}]
        events.put_targets(Rule=watch, EventBusName=bus, Targets=targets)
        _change(tables, workspace.name(ORDERS), seen.orders)
        ids = [each["order_id"] for each in seen.orders]
        # a removal has no new image: what is told of it then has empty values, and no id
        bodies = collect(target, url, [*ids, '""'], enough=2, seconds=12.0)
        bodies += collect(target, url, [*ids, '""'], enough=9, seconds=0.8)
        seen.events = [json.loads(body) for body in bodies]
    finally:
        events.remove_targets(Rule=watch, EventBusName=bus, Ids=["all"])
        events.delete_rule(Name=watch, EventBusName=bus)
        sqs.delete_queue(QueueUrl=url)
        _clean(workspace, [each["order_id"] for each in seen.orders])
    return seen


def _change(tables: Any, table: str, orders: list[dict[str, Any]]) -> None:
    for order in orders:
        tables.put_item(TableName=table, Item=item_of(order))
        key = {"order_id": {"S": order["order_id"]}}
        tables.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": {"S": "PACKED"}},
        )
        tables.delete_item(TableName=table, Key=key)


def _clean(workspace: Workspace, ids: list[str]) -> None:
    """The services did their work on the probes, as on any order: wait for it and take it away."""
    tables = workspace.client("dynamodb")

    def there(service: str, each: str) -> bool:
        key = {"order_id": {"S": each}}
        return "Item" in tables.get_item(TableName=workspace.name(service), Key=key)

    until(lambda: all(there(service, each) for service in SERVICES for each in ids), 6.0)
    for service in SERVICES:
        for each in ids:
            with ignoring("ResourceNotFoundException"):
                tables.delete_item(TableName=workspace.name(service), Key={"order_id": {"S": each}})


def _judge(seen: Seen) -> Outcome:
    first = seen.orders[0]
    came = seen.of(first)
    if not came:
        return _wrong(
            "nothing on the bus",
            "The pipe runs, and of two new orders nothing came to the bus.",
            "an event for each new order",
            "nothing about them",
            "A filter's pattern is compared with the whole record, letter by letter: eventName is at "
            "its top, INSERT is in capitals, and more than that need not be asked. Does the template "
            "name attributes that a new order has, as <$.path> without spaces?",
        )
    if len(came) > 1 or len(seen.events) > len(seen.orders):
        return _wrong(
            "every change",
            "Not only new orders are told: a change or a removal would be announced as a new order, too.",
            "one event for each new order",
            f"{len(seen.events)} events about two orders that were written, changed and removed",
            'FilterCriteria belongs into SourceParameters; the pattern is {"eventName": ["INSERT"]}.',
        )
    event = came[0]
    if (event["source"], event["detail-type"]) != (SOURCE, "OrderPlaced"):
        return _wrong(
            "another name",
            "The event is on the bus, under a name for which no rule of yours asks.",
            f"source {SOURCE}, detail-type OrderPlaced",
            f"source {event['source']}, detail-type {event['detail-type']}",
            "EventBridgeEventBusParameters in TargetParameters: Source and DetailType.",
        )
    return _detail(seen, event, first)


def _detail(seen: Seen, event: dict[str, Any], first: dict[str, Any]) -> Outcome:
    detail, wanted = event["detail"], {"order_id": first["order_id"], "store": first["store_id"]}
    expected, got = json.dumps(wanted), json.dumps(detail)[:160]
    if detail != wanted:
        if "eventSourceARN" in detail or "dynamodb" in detail:
            return _wrong(
                "the whole record",
                "The detail is the stream's record, with types, keys and the customer's whole order.",
                expected,
                got,
                "InputTemplate in TargetParameters gives it a form.",
            )
        if any(isinstance(value, dict) for value in detail.values()):
            return _wrong(
                "DynamoDB's types",
                'A value is still in DynamoDB\'s form, as in {"S": "..."}.',
                expected,
                got,
                "The path goes on to the value: <$.dynamodb.NewImage.order_id.S>.",
            )
        if "<$" in got or "<" in str(detail.get("order_id", "")):
            return _wrong("a path as text", "A path stands in the event as text.", expected, got,
                          "A variable is <$.path>, without spaces in it.")  # fmt: skip
        return _wrong(
            "another detail",
            "The detail is another one than agreed.",
            expected,
            got,
            "Two names: order_id, and store with the value of store_id.",
        )
    if len(seen.of(seen.orders[1])) != 1:
        return _wrong(
            "not every order",
            "The first new order came to the bus, and the second did not.",
            "one event for each new order",
            f"{len(seen.of(seen.orders[1]))} of the second",
            "Does the filter ask for more than eventName?",
        )
    return right(
        "No code runs between the table and the bus. The pipe keeps the stream's order and tries "
        "again by itself. It renames and carries; counting and converting it leaves to others.",
        looked_at=_LOOKED,
        got="one event for each new order, none for the changes",
    )


def _create(
    *,
    pattern: Any = INSERTS,
    start: str = "LATEST",
    template: str | None = TEMPLATE,
    named: dict[str, str] | None = None,
    **settings: Any,
) -> Any:
    def attempt(workspace: Workspace) -> None:
        _undo(workspace)
        target = workspace.target
        source: dict[str, Any] = {"DynamoDBStreamParameters": {"StartingPosition": start}}
        if pattern is not None:
            source["FilterCriteria"] = {"Filters": [{"Pattern": json.dumps(pattern)}]}
        form: dict[str, Any] = {"EventBridgeEventBusParameters": named or _TARGET}
        if template is not None:
            form["InputTemplate"] = template
        given = {
            "Name": workspace.name(PIPE),
            "RoleArn": ensure_pipe_role(target),
            "Source": stream_arn(target, ORDERS),
            "SourceParameters": source,
            "Target": bus_arn(target),
            "TargetParameters": form,
            **settings,
        }
        workspace.client("pipes").create_pipe(**given)

    return attempt


GLUE = Exercise(
    id="7.4",
    title="A pipe in place of code",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    solve=_create(),
    names=names,
    solution="""news = {"Filters": [{"Pattern": json.dumps({"eventName": ["INSERT"]})}]}
template = '''{
    "order_id": <$.dynamodb.NewImage.order_id.S>,
    "store": <$.dynamodb.NewImage.store_id.S>
}'''
reads = {
    "FilterCriteria": news,
    "DynamoDBStreamParameters": {"StartingPosition": "LATEST"},
}
name_it = {"Source": "shop.orders", "DetailType": "OrderPlaced"}
writes = {
    "EventBridgeEventBusParameters": name_it,
    "InputTemplate": template,
}
pipes.create_pipe(
    Name="orders-to-bus",
    RoleArn=role,
    Source=stream,
    SourceParameters=reads,
    Target=arn("events", "event-bus/shop-events"),
    TargetParameters=writes,
)
# What the function did in code is settings here: which records, in which form, under which name.""",
    hints=(
        "Three things are settings of the pipe: which records (source), in which form and under which "
        "name (target).",
        "SourceParameters: FilterCriteria and DynamoDBStreamParameters. TargetParameters: "
        "InputTemplate and EventBridgeEventBusParameters with Source and DetailType.",
        '{"eventName": ["INSERT"]} as the pattern, "StartingPosition": "LATEST", and paths such as '
        "<$.dynamodb.NewImage.order_id.S> in the template.",
    ),
    waits=True,
    proofs=(
        Proof("every change", _create(pattern={"eventName": ["INSERT", "REMOVE"]}), says="told"),
        Proof("yesterday's orders again", _create(start="TRIM_HORIZON"), says="told again"),
        Proof("the whole record", _create(template=None), says="stream's record"),
        Proof(
            "DynamoDB's types",
            _create(
                template='{"order_id": <$.dynamodb.NewImage.order_id>, '
                '"store": <$.dynamodb.NewImage.store_id>}'
            ),
            says="DynamoDB's form",
        ),
        Proof(
            "another name",
            _create(named={"Source": "orders", "DetailType": "OrderPlaced"}),
            says="no rule of yours",
        ),
        Proof(
            "nothing on the bus",
            _create(pattern={"dynamodb": {"eventName": ["INSERT"]}}),
            says="nothing came to the bus",
        ),
        Proof("another detail", _create(template='{"order_id": <$.dynamodb.Keys.order_id.S>}'),
              says="another one than agreed"),
        Proof("not running", _create(DesiredState="STOPPED"), says="does not run"),
        Proof(
            "the key from Keys, and a prefix",
            _create(
                pattern={"eventName": [{"prefix": "INS"}]},
                template='{"store": <$.dynamodb.NewImage.store_id.S>, '
                '"order_id": <$.dynamodb.Keys.order_id.S>}',
            ),
            "right",
        ),
        Proof(
            "a batch of one, values in quotes",
            _create(
                template='{"order_id": "<$.dynamodb.NewImage.order_id.S>", '
                '"store": "<$.dynamodb.NewImage.store_id.S>"}'
            ),
            "right",
        ),
    ),
)  # fmt: skip
