"""EventBridge: buses, archives, pipes, schedules."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.endpoints.behaviours.behaviour import (
    Behaviour,
    comes,
    expect,
    open_queue,
    queue,
    received,
    until,
)
from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import queue_arn
from orderlab.orders.parts.roles import allow, ensure_role

_NOW_AND_THEN = 75.0  # a schedule has the precision of a minute


def _bus(target: Target, name: str) -> str:
    """A new bus; its ARN."""
    return str(target.client("events").create_event_bus(Name=target.name(name))["EventBusArn"])


def _rule(target: Target, bus: str, to: str, pattern: dict[str, Any], **how: Any) -> None:
    events = target.client("events")
    names = {"EventBusName": target.name(bus)}
    events.put_rule(Name=target.name(f"{bus}-rule"), EventPattern=json.dumps(pattern), **names)
    put = events.put_targets(
        Rule=target.name(f"{bus}-rule"), Targets=[{"Id": "1", "Arn": to, **how}], **names
    )
    expect(not put["FailedEntryCount"], put)


def _put(target: Target, bus: str, detail: dict[str, Any]) -> None:
    entry = {"Source": "shop", "DetailType": "OrderPlaced", "Detail": json.dumps(detail),
             "EventBusName": target.name(bus)}  # fmt: skip
    put = target.client("events").put_events(Entries=[entry])
    expect(not put["FailedEntryCount"], put)


def a_rule_chooses_and_changes(target: Target) -> None:
    url = open_queue(target, "large-orders", "events.amazonaws.com")
    _bus(target, "choosing")
    pattern = {"detail": {"total": [{"numeric": [">=", 200]}], "store": [{"anything-but": "s9"}]}}
    transformer = {"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": '{"order": <id>}'}
    _rule(target, "choosing", queue_arn(target, "large-orders"), pattern,
          InputTransformer=transformer)  # fmt: skip
    for number, (total, store) in enumerate(((100, "s1"), (300, "s9"), (300, "s1"))):
        _put(target, "choosing", {"id": number, "total": total, "store": store})
    bodies = [comes(target, url)["Body"], *[m["Body"] for m in received(target, url, 1)]]
    expect([json.loads(each) for each in bodies] == [{"order": 2}], f"what came was {bodies}")


def a_rule_needs_the_queues_leave(target: Target) -> None:
    url = queue(target, "shut")
    _bus(target, "knocking")
    _rule(target, "knocking", queue_arn(target, "shut"), {"source": ["shop"]})
    _put(target, "knocking", {"id": 1})
    expect(not received(target, url, 2), "the event got into a queue without a policy")


def what_was_is_sent_again(target: Target) -> None:
    events, url = target.client("events"), open_queue(target, "once-more", "events.amazonaws.com")
    bus = _bus(target, "kept")
    name = target.name("kept-events")
    archive = events.create_archive(ArchiveName=name, EventSourceArn=bus)["ArchiveArn"]
    _put(target, "kept", {"id": 1})
    until(
        lambda: events.describe_archive(ArchiveName=name)["EventCount"] == 1,
        "the archive counts no event",
    )
    _rule(target, "kept", queue_arn(target, "once-more"), {"source": ["shop"]})
    now = datetime.now(UTC)
    events.start_replay(
        ReplayName=target.name("once-more"),
        EventSourceArn=archive,
        EventStartTime=now - timedelta(hours=1),
        EventEndTime=now + timedelta(hours=1),
        Destination={"Arn": bus},
    )
    body = json.loads(comes(target, url)["Body"])
    expect("replay-name" in body, f"the event that came was no replayed one: {body}")


def a_pipe_filters(target: Target) -> None:
    source, url = queue(target, "piped"), queue(target, "piped-on")
    arns = [queue_arn(target, name) for name in ("piped", "piped-on")]
    reads = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    role = ensure_role(target, "pipe-role", "pipes.amazonaws.com",
                       [allow(reads, arns[0]), allow("sqs:SendMessage", arns[1])])  # fmt: skip
    pipes = target.client("pipes")
    pattern = json.dumps({"body": {"kind": ["new"]}})
    pipes.create_pipe(
        Name=target.name("sorting"),
        RoleArn=role,
        Source=arns[0],
        Target=arns[1],
        SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": pattern}]}},
        TargetParameters={"InputTemplate": '{"took": "<$.body.kind>"}'},
    )
    until(
        lambda: pipes.describe_pipe(Name=target.name("sorting"))["CurrentState"] == "RUNNING",
        "the pipe did not begin to run",
    )
    for kind in ("old", "new"):
        target.client("sqs").send_message(QueueUrl=source, MessageBody=json.dumps({"kind": kind}))
    bodies = [comes(target, url)["Body"], *[m["Body"] for m in received(target, url, 1)]]
    expect([json.loads(each) for each in bodies] == [{"took": "new"}], f"what came was {bodies}")


def a_schedule_comes_once(target: Target) -> None:
    url, arn = queue(target, "woken"), queue_arn(target, "woken")
    role = ensure_role(
        target, "waking-role", "scheduler.amazonaws.com", [allow("sqs:SendMessage", arn)]
    )
    moment = datetime.now(UTC) + timedelta(seconds=2)
    target.client("scheduler").create_schedule(
        Name=target.name("wake"),
        ScheduleExpression=f"at({moment:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": role, "Input": '{"order": 1}'},
    )
    body = comes(target, url, _NOW_AND_THEN)["Body"]
    expect(json.loads(body) == {"order": 1}, f"what came was {body}")


def schemas_are_found(target: Target) -> None:
    schemas = target.client("schemas")
    bus = _bus(target, "described")
    schemas.create_discoverer(SourceArn=bus)
    _put(target, "described", {"id": 1})
    until(
        lambda: schemas.list_schemas(RegistryName="discovered-schemas")["Schemas"],
        "no schema was discovered",
    )


BEHAVIOURS = (
    Behaviour("EventBridge", "A rule chooses by numbers and exceptions, and changes what it sends",
              a_rule_chooses_and_changes),
    Behaviour("EventBridge", "A rule reaches a queue only if the queue's policy lets it",
              a_rule_needs_the_queues_leave),
    Behaviour("EventBridge", "An archive's events are sent again", what_was_is_sent_again),
    Behaviour("EventBridge", "A pipe filters and changes what it passes on", a_pipe_filters),
    Behaviour("EventBridge", "A schedule comes at its time", a_schedule_comes_once),
    Behaviour("EventBridge", "A discoverer finds the schemas of events", schemas_are_found),
)  # fmt: skip
