"""The kinds of resources that the course makes, in the order in which they can be deleted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.marks import Marks
from orderlab.teardown.event_kinds import EVENT_KINDS
from orderlab.teardown.found import Client, Found, Kind, pages, tags_of
from orderlab.teardown.money_kinds import BUDGET
from orderlab.teardown.rights_kinds import GATEWAY_ROLE, RIGHTS_KINDS
from orderlab.teardown.store_kinds import BUCKET, DAX_KINDS, TABLE


def _functions(client: Client, _: Marks) -> Iterator[Found]:
    functions = client("lambda")
    for each in pages(functions, "list_functions", "Functions"):
        arn = each["FunctionArn"]
        tags = tags_of(functions.list_tags, "Tags", Resource=arn)
        yield Found("function", each["FunctionName"], each["FunctionName"], tags)


def _mappings(client: Client, marks: Marks) -> Iterator[Found]:
    functions = client("lambda")
    tags = {each.name: each.tags for each in _functions(client, marks)}
    for each in pages(functions, "list_event_source_mappings", "EventSourceMappings"):
        name = each["FunctionArn"].split(":function:")[-1].split(":")[0]
        if each["State"] != "Deleting":
            # it is whose its function is; that may be gone, and then its name decides
            yield Found("event source mapping", name, each["UUID"], tags.get(name))


def _layers(client: Client, marks: Marks) -> Iterator[Found]:
    functions = client("lambda")
    for layer in pages(functions, "list_layers", "Layers"):
        name = layer["LayerName"]
        if not marks.names_it(name):  # others' versions are nothing to us
            yield Found("layer", name, str(layer["LatestMatchingVersion"]["Version"]), None)
            continue
        for each in pages(functions, "list_layer_versions", "LayerVersions", LayerName=name):
            tags = marks.signed(each.get("Description"))
            yield Found("layer", name, str(each["Version"]), tags)


def _queues(client: Client, _: Marks) -> Iterator[Found]:
    sqs = client("sqs")
    for url in pages(sqs, "list_queues", "QueueUrls"):
        tags = tags_of(sqs.list_queue_tags, "Tags", QueueUrl=url)
        yield Found("queue", url.rpartition("/")[2], url, tags)


def _topics(client: Client, _: Marks) -> Iterator[Found]:
    sns = client("sns")
    for each in pages(sns, "list_topics", "Topics"):
        arn = each["TopicArn"]
        tags = tags_of(sns.list_tags_for_resource, "Tags", ResourceArn=arn)
        yield Found("topic", arn.rpartition(":")[2], arn, tags)


def _gateway(kind: str, listing: str) -> Any:
    def find(client: Client, _: Marks) -> Iterator[Found]:
        for each in pages(client("apigateway"), listing, "items"):
            yield Found(kind, each["name"], each["id"], each.get("tags", {}))

    return find


def _http_apis(client: Client, _: Marks) -> Iterator[Found]:
    for each in pages(client("apigatewayv2"), "get_apis", "Items"):
        yield Found("HTTP API", each["Name"], each["ApiId"], each.get("Tags", {}))


def _alarms(client: Client, _: Marks) -> Iterator[Found]:
    metrics = client("cloudwatch")
    kinds = ["MetricAlarm", "CompositeAlarm"]
    for page in metrics.get_paginator("describe_alarms").paginate(AlarmTypes=kinds):
        for each in [*page.get("CompositeAlarms", ()), *page.get("MetricAlarms", ())]:
            arn = each["AlarmArn"]
            tags = tags_of(metrics.list_tags_for_resource, "Tags", ResourceARN=arn)
            yield Found("alarm", each["AlarmName"], each["AlarmName"], tags)


def _log_groups(client: Client, _: Marks) -> Iterator[Found]:
    logs = client("logs")
    for each in pages(logs, "describe_log_groups", "logGroups"):
        arn, name = each["arn"].removesuffix(":*"), each["logGroupName"]
        tags = tags_of(logs.list_tags_for_resource, "tags", resourceArn=arn)
        # Lambda makes them without tags where nobody made them before
        untagged = not tags and name.startswith("/aws/lambda/")
        yield Found("log group", name, name, None if untagged else tags)


def _delete_mapping(client: Client, found: Found) -> None:
    client("lambda").delete_event_source_mapping(UUID=found.key)


def _delete_function(client: Client, found: Found) -> None:
    client("lambda").delete_function(FunctionName=found.key)


def _delete_layer(client: Client, found: Found) -> None:
    client("lambda").delete_layer_version(LayerName=found.name, VersionNumber=int(found.key))


def _delete_topic(client: Client, found: Found) -> None:
    sns = client("sns")
    # AWS keeps subscriptions that are left for days
    listing = pages(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=found.key)
    for each in list(listing):
        with contextlib.suppress(ClientError):
            sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    sns.delete_topic(TopicArn=found.key)


def _delete_plan(client: Client, found: Found) -> None:
    gateway = client("apigateway")
    for stage in gateway.get_usage_plan(usagePlanId=found.key).get("apiStages", ()):
        value = f"{stage['apiId']}:{stage['stage']}"
        change = {"op": "remove", "path": "/apiStages", "value": value}
        gateway.update_usage_plan(usagePlanId=found.key, patchOperations=[change])
    gateway.delete_usage_plan(usagePlanId=found.key)


def _dashboards(client: Client, _: Marks) -> Iterator[Found]:
    metrics = client("cloudwatch")
    for each in pages(metrics, "list_dashboards", "DashboardEntries"):
        yield Found("dashboard", each["DashboardName"], each["DashboardName"], None)


# what reads goes before what it reads from, and roles go last: others may still need them
KINDS = (
    *EVENT_KINDS,
    *DAX_KINDS,
    Kind("event source mapping", _mappings, _delete_mapping),
    Kind("usage plan", _gateway("usage plan", "get_usage_plans"), _delete_plan),
    Kind("API", _gateway("API", "get_rest_apis"),
         lambda client, it: client("apigateway").delete_rest_api(restApiId=it.key)),
    Kind("HTTP API", _http_apis,
         lambda client, it: client("apigatewayv2").delete_api(ApiId=it.key)),
    Kind("API key", _gateway("API key", "get_api_keys"),
         lambda client, it: client("apigateway").delete_api_key(apiKey=it.key)),
    GATEWAY_ROLE,
    Kind("function", _functions, _delete_function),
    Kind("alarm", _alarms,
         lambda client, it: client("cloudwatch").delete_alarms(AlarmNames=[it.key])),
    Kind("dashboard", _dashboards,
         lambda client, it: client("cloudwatch").delete_dashboards(DashboardNames=[it.key])),
    Kind("topic", _topics, _delete_topic),
    Kind("queue", _queues, lambda client, it: client("sqs").delete_queue(QueueUrl=it.key)),
    TABLE,
    BUCKET,
    Kind("layer", _layers, _delete_layer),
    Kind("log group", _log_groups,
         lambda client, it: client("logs").delete_log_group(logGroupName=it.key)),
    *RIGHTS_KINDS,
    BUDGET,
)  # fmt: skip
