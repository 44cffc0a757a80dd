"""EventBridge: buses with their rules and archives, pipes, schedules, schemas.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.exporting.reading import Reading
from orderlab.exporting.references import To
from orderlab.exporting.template import loose, picked, tag_list

_PIPE = (
    "Name", "Description", "DesiredState", "RoleArn", "Source", "SourceParameters", "Enrichment",
    "EnrichmentParameters", "Target", "TargetParameters", "LogConfiguration",
)  # fmt: skip
_SCHEDULE = (
    "Name", "Description", "State", "ScheduleExpression", "ScheduleExpressionTimezone",
    "FlexibleTimeWindow", "Target",
)  # fmt: skip
# registries that every account has
_OF_AWS = ("aws.events", "discovered-schemas")


def read_buses(found: Reading) -> None:
    """Add the buses with their policies, rules and archives."""
    buses = {
        each["Name"]: each for each in found.listed("events", "list_event_buses", "EventBuses")
    }
    for name in sorted(buses):
        bus: To | str = name
        if name != "default":
            if not found.is_ours(name):
                continue
            bus = _add_bus(found, name)
        _add_rules(found, name, bus)
    archives = found.listed("events", "list_archives", "Archives")
    for each in sorted((a for a in archives if found.is_ours(a["ArchiveName"])), key=_named):
        archive = found.client("events").describe_archive(ArchiveName=each["ArchiveName"])
        properties = {
            **picked(archive, "ArchiveName", "Description", "RetentionDays"),
            "SourceArn": archive["EventSourceArn"],
            "EventPattern": _read(archive.get("EventPattern")),
        }
        found.template.add("AWS::Events::Archive", found.friendly(each["ArchiveName"]), properties)


def _named(each: Mapping[str, Any]) -> str:
    return str(each.get("ArchiveName") or each.get("Name"))


def _add_bus(found: Reading, name: str) -> To:
    events = found.client("events")
    bus = events.describe_event_bus(Name=name)
    tags = found.asked(events.list_tags_for_resource, ResourceARN=bus["Arn"]) or {}
    properties = {
        **picked(bus, "Name", "Description", "DeadLetterConfig"),
        "Tags": tag_list(tags.get("Tags")),
    }
    friendly = found.friendly(name)
    added = found.template.add("AWS::Events::EventBus", friendly, properties, arn=bus["Arn"])
    for statement in (_read(bus.get("Policy")) or {}).get("Statement", ()):
        given = {
            "EventBusName": To(added),
            "StatementId": statement["Sid"],
            "Statement": loose({k: v for k, v in statement.items() if k != "Sid"}),
        }
        found.template.add("AWS::Events::EventBusPolicy", f"{friendly} {statement['Sid']}", given)
    return To(added)


def _add_rules(found: Reading, bus_name: str, bus: To | str) -> None:
    events = found.client("events")
    listed = found.listed("events", "list_rules", "Rules", EventBusName=bus_name)
    for rule in sorted(listed, key=lambda each: str(each["Name"])):
        if rule.get("ManagedBy") or not found.is_ours(rule["Name"]):
            continue
        which = {"Rule": rule["Name"], "EventBusName": bus_name}
        targets = found.listed("events", "list_targets_by_rule", "Targets", **which)
        tags = found.asked(events.list_tags_for_resource, ResourceARN=rule["Arn"]) or {}
        properties = {
            "Name": rule["Name"],
            "EventBusName": bus if bus != "default" else None,
            **picked(rule, "Description", "ScheduleExpression", "State", "RoleArn"),
            "EventPattern": _read(rule.get("EventPattern")),
            "Targets": sorted(targets, key=lambda each: str(each["Id"])),
            "Tags": tag_list(tags.get("Tags")),
        }
        friendly = found.friendly(rule["Name"])
        found.template.add("AWS::Events::Rule", friendly, properties, arn=rule["Arn"])


def read_pipes(found: Reading) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Pipes.html"""
    listed = found.listed("pipes", "list_pipes", "Pipes")
    for each in sorted((p for p in listed if found.is_ours(p["Name"])), key=_named):
        pipe = found.client("pipes").describe_pipe(Name=each["Name"])
        tags = {k: v for k, v in (pipe.get("tags") or {}).items() if not k.startswith("aws:")}
        properties = {**picked(pipe, *_PIPE), "Tags": dict(sorted(tags.items()))}
        found.template.add("AWS::Pipes::Pipe", found.friendly(each["Name"]), properties)


def read_schedules(found: Reading) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Scheduler.html"""
    groups: dict[str, To] = {}
    listed = found.listed("scheduler", "list_schedule_groups", "ScheduleGroups")
    for each in sorted(listed, key=_named):
        name = each["Name"]
        if name != "default" and found.is_ours(name):
            added = found.template.add(
                "AWS::Scheduler::ScheduleGroup", found.friendly(name), {"Name": name}
            )
            groups[name] = To(added)
    listed = found.listed("scheduler", "list_schedules", "Schedules")
    ours = [each for each in listed if found.is_ours(each["Name"])]
    for each in sorted(ours, key=lambda it: (it["GroupName"], it["Name"])):
        which = {"Name": each["Name"], "GroupName": each["GroupName"]}
        schedule = found.client("scheduler").get_schedule(**which)
        times = {
            key: schedule[key].isoformat() for key in ("StartDate", "EndDate") if schedule.get(key)
        }
        properties = {
            **picked(schedule, *_SCHEDULE),
            "GroupName": groups.get(each["GroupName"]),
            **times,
        }
        found.template.add("AWS::Scheduler::Schedule", found.friendly(each["Name"]), properties)


def read_schemas(found: Reading) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EventSchemas.html"""
    registries = found.listed("schemas", "list_registries", "Registries")
    names = [each["RegistryName"] for each in registries]
    ours = [name for name in names if found.is_ours(name) and name not in _OF_AWS]
    for registry in sorted(ours):
        given = found.client("schemas").describe_registry(RegistryName=registry)
        properties = picked(given, "RegistryName", "Description")
        added = found.template.add(
            "AWS::EventSchemas::Registry", found.friendly(registry), properties
        )
        listed = found.listed("schemas", "list_schemas", "Schemas", RegistryName=registry)
        for each in sorted(listed, key=lambda it: str(it["SchemaName"])):
            which = {"RegistryName": registry, "SchemaName": each["SchemaName"]}
            schema = found.client("schemas").describe_schema(**which)
            properties = {
                "RegistryName": registry,
                **picked(schema, "SchemaName", "Type", "Description", "Content"),
            }
            found.template.add(
                "AWS::EventSchemas::Schema", each["SchemaName"], properties, after=[added]
            )


def _read(text: str | None) -> Any:
    return json.loads(text) if text else None
