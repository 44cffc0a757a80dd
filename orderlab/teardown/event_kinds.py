"""What EventBridge keeps: rules and buses, pipes, schedules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orderlab.aws_target.marks import Marks
from orderlab.teardown.found import Client, Found, Kind, pages, tags_of

DEFAULT_BUS = "default"


def _buses(client: Client) -> Iterator[Any]:
    """All buses; their listing has no paginator in boto3."""
    events, more = client("events"), dict[str, str]()
    while True:
        page = events.list_event_buses(**more)
        yield from page["EventBuses"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _find_rules(client: Client, _: Marks) -> Iterator[Found]:
    events = client("events")
    for bus in _buses(client):
        for each in pages(events, "list_rules", "Rules", EventBusName=bus["Name"]):
            # AWS's own rules, such as an archive's, go with what they are of
            if not each.get("ManagedBy"):
                tags = tags_of(events.list_tags_for_resource, "Tags", ResourceARN=each["Arn"])
                yield Found("rule", each["Name"], bus["Name"], tags)


def _find_buses(client: Client, _: Marks) -> Iterator[Found]:
    events = client("events")
    for each in _buses(client):
        if each["Name"] != DEFAULT_BUS:
            tags = tags_of(events.list_tags_for_resource, "Tags", ResourceARN=each["Arn"])
            yield Found("event bus", each["Name"], each["Name"], tags)


def _find_pipes(client: Client, _: Marks) -> Iterator[Found]:
    pipes = client("pipes")
    for each in pages(pipes, "list_pipes", "Pipes"):
        if each["CurrentState"] != "DELETING":
            tags = tags_of(pipes.list_tags_for_resource, "tags", resourceArn=each["Arn"])
            yield Found("pipe", each["Name"], each["Name"], tags)


def _find_schedules(client: Client, _: Marks) -> Iterator[Found]:
    # a schedule can have no tags, only its group can
    for each in pages(client("scheduler"), "list_schedules", "Schedules"):
        yield Found("schedule", each["Name"], each["GroupName"], None)


def _delete_rule(client: Client, found: Found) -> None:
    events, of = client("events"), {"Rule": found.name, "EventBusName": found.key}
    targets = [each["Id"] for each in pages(events, "list_targets_by_rule", "Targets", **of)]
    if targets:
        events.remove_targets(Ids=targets, **of)
    events.delete_rule(Name=found.name, EventBusName=found.key)


def _delete_schedule(client: Client, found: Found) -> None:
    client("scheduler").delete_schedule(Name=found.name, GroupName=found.key)


EVENT_KINDS = (
    Kind(_find_schedules, _delete_schedule),
    Kind(_find_pipes, lambda client, it: client("pipes").delete_pipe(Name=it.key)),
    Kind(_find_rules, _delete_rule),
    Kind(_find_buses, lambda client, it: client("events").delete_event_bus(Name=it.key)),
)
