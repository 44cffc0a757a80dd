"""What stands in an account, listed by the services' own calls and by nothing of the course's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Listing:
    """A kind of resources: the call that lists them, the member of its answer, and what of an
    entry tells it from others."""

    kind: str
    service: str
    operation: str
    member: str
    names: tuple[str, ...] = ()
    asked: tuple[tuple[str, Any], ...] = ()


LISTINGS = (
    Listing("function", "lambda", "list_functions", "Functions", ("FunctionName",)),
    Listing("layer", "lambda", "list_layers", "Layers", ("LayerName",)),
    Listing("mapping", "lambda", "list_event_source_mappings", "EventSourceMappings", ("UUID",)),
    Listing("queue", "sqs", "list_queues", "QueueUrls"),
    Listing("topic", "sns", "list_topics", "Topics", ("TopicArn",)),
    Listing("subscription", "sns", "list_subscriptions", "Subscriptions", ("SubscriptionArn",)),
    Listing("table", "dynamodb", "list_tables", "TableNames"),
    Listing("backup", "dynamodb", "list_backups", "BackupSummaries", ("BackupArn",)),
    Listing("REST API", "apigateway", "get_rest_apis", "items", ("id", "name")),
    Listing("HTTP API", "apigatewayv2", "get_apis", "Items", ("ApiId", "Name")),
    Listing("usage plan", "apigateway", "get_usage_plans", "items", ("id", "name")),
    Listing("API key", "apigateway", "get_api_keys", "items", ("id", "name")),
    Listing("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", ("AlarmName",)),
    Listing("composite alarm", "cloudwatch", "describe_alarms", "CompositeAlarms",
            ("AlarmName",), (("AlarmTypes", ["CompositeAlarm"]),)),
    Listing("dashboard", "cloudwatch", "list_dashboards", "DashboardEntries", ("DashboardName",)),
    Listing("log group", "logs", "describe_log_groups", "logGroups", ("logGroupName",)),
    Listing("event bus", "events", "list_event_buses", "EventBuses", ("Name",)),
    Listing("archive", "events", "list_archives", "Archives", ("ArchiveName",)),
    Listing("pipe", "pipes", "list_pipes", "Pipes", ("Name",)),
    Listing("schedule", "scheduler", "list_schedules", "Schedules", ("GroupName", "Name")),
    Listing("schedule group", "scheduler", "list_schedule_groups", "ScheduleGroups", ("Name",)),
    Listing("schema registry", "schemas", "list_registries", "Registries", ("RegistryName",)),
    Listing("discoverer", "schemas", "list_discoverers", "Discoverers", ("DiscovererId",)),
    Listing("DAX cluster", "dax", "describe_clusters", "Clusters", ("ClusterName",)),
    Listing("DAX parameter group", "dax", "describe_parameter_groups", "ParameterGroups",
            ("ParameterGroupName",)),
    Listing("DAX subnet group", "dax", "describe_subnet_groups", "SubnetGroups",
            ("SubnetGroupName",)),
    Listing("bucket", "s3", "list_buckets", "Buckets", ("Name",)),
    Listing("role", "iam", "list_roles", "Roles", ("Path", "RoleName")),
    Listing("policy", "iam", "list_policies", "Policies", ("Arn",), (("Scope", "Local"),)),
    Listing("user", "iam", "list_users", "Users", ("UserName",)),
)  # fmt: skip


def census(client: Client) -> set[str]:
    """All that stands, as `kind name`; kinds that the server lacks have none."""
    found = {f"{listing.kind} {name}" for listing in LISTINGS for name in _names(client, listing)}
    return found | {f"rule {bus}/{rule}" for bus, rule in _rules(client)}


def kinds_of(client: Client) -> list[str]:
    """The kinds that a server can list, so that "nothing is left" says something of them."""
    return [each.kind for each in LISTINGS if _lists(client, each)]


def _lists(client: Client, listing: Listing) -> bool:
    try:
        getattr(client(listing.service), listing.operation)(**dict(listing.asked))
    except ClientError as error:
        if lacks(error):
            return False
        raise
    return True


def _names(client: Client, listing: Listing) -> Iterator[str]:
    for entry in _entries(client, listing):
        if isinstance(entry, str):
            yield entry
        else:
            yield " ".join(str(entry.get(name, "")) for name in listing.names)


def _entries(client: Client, listing: Listing) -> Iterator[Any]:
    made, asked = client(listing.service), dict(listing.asked)
    try:
        if made.can_paginate(listing.operation):
            for page in made.get_paginator(listing.operation).paginate(**asked):
                yield from page.get(listing.member) or ()
        else:
            yield from getattr(made, listing.operation)(**asked).get(listing.member) or ()
    except ClientError as error:
        if not lacks(error):
            raise


def _rules(client: Client) -> Iterator[tuple[str, str]]:
    events = client("events")
    for bus in events.list_event_buses()["EventBuses"]:
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]:
            yield bus["Name"], rule["Name"]
