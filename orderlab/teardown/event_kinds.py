"""What EventBridge keeps: rules, buses, archives, pipes, schedules, and registries of schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orderlab.aws_target.marks import Marks
from orderlab.teardown.found import Client, Found, Kind, pages, signed, tags_of

DEFAULT = "default"


def _all(client: Any, listing: str, member: str) -> Iterator[Any]:
    """All entries of a listing that has no paginator in boto3."""
    more = dict[str, str]()
    while True:
        page = getattr(client, listing)(**more)
        yield from page[member]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _find_rules(client: Client, _: Marks) -> Iterator[Found]:
    events = client("events")
    for bus in _all(events, "list_event_buses", "EventBuses"):
        for each in pages(events, "list_rules", "Rules", EventBusName=bus["Name"]):
            # AWS's own rules, such as an archive's, go with what they are of
            if not each.get("ManagedBy"):
                tags = tags_of(events.list_tags_for_resource, "Tags", ResourceARN=each["Arn"])
                yield Found("rule", each["Name"], bus["Name"], tags)


def _find_buses(client: Client, _: Marks) -> Iterator[Found]:
    events = client("events")
    for each in _all(events, "list_event_buses", "EventBuses"):
        if each["Name"] != DEFAULT:
            tags = tags_of(events.list_tags_for_resource, "Tags", ResourceARN=each["Arn"])
            yield Found("event bus", each["Name"], each["Name"], tags)


def _find_archives(client: Client, marks: Marks) -> Iterator[Found]:
    # an archive can have no tags
    events = client("events")
    for each in _all(events, "list_archives", "Archives"):
        name = each["ArchiveName"]
        tags = signed(marks, name, events.describe_archive, ArchiveName=name)
        yield Found("archive", name, name, tags)


def _find_pipes(client: Client, _: Marks) -> Iterator[Found]:
    pipes = client("pipes")
    for each in pages(pipes, "list_pipes", "Pipes"):
        if each["CurrentState"] != "DELETING":
            tags = tags_of(pipes.list_tags_for_resource, "tags", resourceArn=each["Arn"])
            yield Found("pipe", each["Name"], each["Name"], tags)


def _find_schedules(client: Client, marks: Marks) -> Iterator[Found]:
    # a schedule can have no tags, only its group can
    scheduler = client("scheduler")
    for each in pages(scheduler, "list_schedules", "Schedules"):
        name, group = each["Name"], each["GroupName"]
        tags = signed(marks, name, scheduler.get_schedule, Name=name, GroupName=group)
        yield Found("schedule", name, group, tags)


def _find_groups(client: Client, _: Marks) -> Iterator[Found]:
    scheduler = client("scheduler")
    for each in pages(scheduler, "list_schedule_groups", "ScheduleGroups"):
        if each["Name"] != DEFAULT and each.get("State") != "DELETING":
            tags = tags_of(scheduler.list_tags_for_resource, "Tags", ResourceArn=each["Arn"])
            yield Found("schedule group", each["Name"], each["Name"], tags)


def _find_discoverers(client: Client, _: Marks) -> Iterator[Found]:
    for each in pages(client("schemas"), "list_discoverers", "Discoverers"):
        # it is named after the bus that it watches
        name = str(each["SourceArn"]).rpartition("/")[2]
        yield Found("schema discoverer", name, each["DiscovererId"], each.get("Tags", {}))


def _find_registries(client: Client, _: Marks) -> Iterator[Found]:
    for each in pages(client("schemas"), "list_registries", "Registries", Scope="LOCAL"):
        # `discovered-schemas` and the like are AWS's own, and can't be deleted
        name, tags = each["RegistryName"], each.get("Tags", {})
        yield Found("schema registry", name, name, tags)


def _delete_rule(client: Client, found: Found) -> None:
    events, of = client("events"), {"Rule": found.name, "EventBusName": found.key}
    targets = [each["Id"] for each in pages(events, "list_targets_by_rule", "Targets", **of)]
    if targets:
        events.remove_targets(Ids=targets, **of)
    events.delete_rule(Name=found.name, EventBusName=found.key)


def _delete_schedule(client: Client, found: Found) -> None:
    client("scheduler").delete_schedule(Name=found.name, GroupName=found.key)


def _delete_registry(client: Client, found: Found) -> None:
    schemas = client("schemas")
    for each in list(pages(schemas, "list_schemas", "Schemas", RegistryName=found.key)):
        schemas.delete_schema(RegistryName=found.key, SchemaName=each["SchemaName"])
    schemas.delete_registry(RegistryName=found.key)


EVENT_KINDS = (
    Kind("schedule", _find_schedules, _delete_schedule),
    Kind("schedule group", _find_groups,
         lambda client, it: client("scheduler").delete_schedule_group(Name=it.key)),
    Kind("pipe", _find_pipes, lambda client, it: client("pipes").delete_pipe(Name=it.key)),
    Kind("schema discoverer", _find_discoverers,
         lambda client, it: client("schemas").delete_discoverer(DiscovererId=it.key)),
    Kind("archive", _find_archives,
         lambda client, it: client("events").delete_archive(ArchiveName=it.key)),
    Kind("rule", _find_rules, _delete_rule),
    Kind("event bus", _find_buses,
         lambda client, it: client("events").delete_event_bus(Name=it.key)),
    Kind("schema registry", _find_registries, _delete_registry),
)  # fmt: skip
