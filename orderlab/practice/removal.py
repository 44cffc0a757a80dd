"""Take away what was made for practice: by name, whatever kind of resource has it."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.aws_target.lacking import lacks
from orderlab.orders.parts.functions import remove_mappings, wait_until_gone
from orderlab.orders.parts.messaging import free_queue_names
from orderlab.orders.parts.names import log_group, queue_arn
from orderlab.orders.parts.roles import remove_role

_PIPE_SECONDS = 15
_CLUSTER_SECONDS = 15.0
_GONE = {
    "ResourceNotFoundException",
    "NotFoundException",
    "NoSuchEntity",
    "NotFound",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
}


def remove(target: Target, *names: str) -> list[str]:
    """Remove every resource with one of these names; returns what was removed, kind and name.

    Looks at functions (with their mappings, role and log group), tables, queues and topics (with
    their subscriptions), REST and HTTP APIs, usage plans, API keys, layers, log groups, roles,
    alarms, pipes, event buses (with their rules), DAX's clusters and parameter groups;
    `function/statement` names a statement of a function's resource policy. A name that nothing has
    is passed over. The name of a removed queue is free again when this returns.
    """
    removed = []
    for name in names:
        for kind, take_away in _KINDS.items():
            if not _may_have(kind, name):
                continue
            if _succeeds(take_away, target, name):
                removed.append(f"{kind} {name}")
    if any(each.startswith("queue ") for each in removed):
        free_queue_names(target)
    return removed


def remove_function(target: Target, name: str) -> bool:
    """Take away a function with its mappings, role and log group; whether there was one."""
    return _succeeds(_function, target, name)


def _may_have(kind: str, name: str) -> bool:
    """Whether resources of this kind can have such a name."""
    if "/" in name:
        return kind in ("log group", "permission")
    return kind in ("queue", "topic") or not name.endswith(".fifo")


def _succeeds(take_away: Callable[[Target, str], bool], target: Target, name: str) -> bool:
    try:
        return take_away(target, name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE and not lacks(error):
            raise
        return False


def _function(target: Target, name: str) -> bool:
    functions = target.client("lambda")
    # they outlive their function, and would read for the next one of that name
    wait_until_gone(target, remove_mappings(target, name))
    functions.get_function_configuration(FunctionName=target.name(name))
    functions.delete_function(FunctionName=target.name(name))
    with contextlib.suppress(target.client("logs").exceptions.ResourceNotFoundException):
        target.client("logs").delete_log_group(logGroupName=log_group(target, name))
    remove_role(target, f"{name}-role")
    return True


def _table(target: Target, name: str) -> bool:
    tables = target.client("dynamodb")
    tables.delete_table(TableName=target.name(name))
    tables.get_waiter("table_not_exists").wait(
        TableName=target.name(name), WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    return True


def _queue(target: Target, name: str) -> bool:
    queues = target.client("sqs")
    address = queues.get_queue_url(QueueName=target.name(name))["QueueUrl"]
    queues.delete_queue(QueueUrl=address)
    _end_subscriptions(target, queue_arn(target, name))
    return True


def _end_subscriptions(target: Target, endpoint: str) -> None:
    """AWS keeps the subscriptions of a queue that is gone; a topic would go on sending to it."""
    topics = target.client("sns")
    pages = topics.get_paginator("list_subscriptions").paginate()
    for each in [entry for page in pages for entry in page["Subscriptions"]]:
        if each["Endpoint"] == endpoint:
            with contextlib.suppress(ClientError):
                topics.unsubscribe(SubscriptionArn=each["SubscriptionArn"])


def _alarm(target: Target, name: str) -> bool:
    metrics, full_name = target.client("cloudwatch"), target.name(name)
    if not metrics.describe_alarms(AlarmNames=[full_name])["MetricAlarms"]:
        return False
    metrics.delete_alarms(AlarmNames=[full_name])
    return True


def _topic(target: Target, name: str) -> bool:
    topics = target.client("sns")
    arn = f"arn:aws:sns:{target.region}:{target.account_id}:{target.name(name)}"
    topics.get_topic_attributes(TopicArn=arn)
    for page in topics.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn):
        for each in page["Subscriptions"]:
            with contextlib.suppress(ClientError):
                topics.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    topics.delete_topic(TopicArn=arn)
    return True


def _api(target: Target, name: str) -> bool:
    gateway = target.client("apigateway")
    found = [a for a in gateway.get_rest_apis(limit=500)["items"] if a["name"] == target.name(name)]
    for api in found:
        for plan in gateway.get_usage_plans(limit=500)["items"]:
            _leave_plan(gateway, plan, api["id"])
        gateway.delete_rest_api(restApiId=api["id"])
    return bool(found)


def _http_api(target: Target, name: str) -> bool:
    gateway = target.client("apigatewayv2")
    found = [
        api
        for page in gateway.get_paginator("get_apis").paginate()
        for api in page["Items"]
        if api["Name"] == target.name(name)
    ]
    for api in found:
        gateway.delete_api(ApiId=api["ApiId"])
    return bool(found)


def _leave_plan(gateway: Any, plan: dict[str, Any], api_id: str) -> None:
    for stage in plan.get("apiStages", ()):
        if stage["apiId"] == api_id:
            value = f"{api_id}:{stage['stage']}"
            gateway.update_usage_plan(
                usagePlanId=plan["id"],
                patchOperations=[{"op": "remove", "path": "/apiStages", "value": value}],
            )


def _usage_plan(target: Target, name: str) -> bool:
    gateway = target.client("apigateway")
    plans = gateway.get_usage_plans(limit=500)["items"]
    found = [plan for plan in plans if plan["name"] == target.name(name)]
    for plan in found:
        for stage in plan.get("apiStages", ()):
            _leave_plan(gateway, plan, stage["apiId"])
        gateway.delete_usage_plan(usagePlanId=plan["id"])
    return bool(found)


def _api_key(target: Target, name: str) -> bool:
    gateway = target.client("apigateway")
    keys = gateway.get_api_keys(limit=500)["items"]
    found = [key for key in keys if key["name"] == target.name(name)]
    for key in found:
        gateway.delete_api_key(apiKey=key["id"])
    return bool(found)


def _layer(target: Target, name: str) -> bool:
    functions = target.client("lambda")
    versions = functions.list_layer_versions(LayerName=target.name(name))["LayerVersions"]
    for version in versions:
        functions.delete_layer_version(
            LayerName=target.name(name), VersionNumber=version["Version"]
        )
    return bool(versions)


def _log_group(target: Target, name: str) -> bool:
    # the client gives the last part of a path the session's prefix
    target.client("logs").delete_log_group(logGroupName=name)
    return True


def _role(target: Target, name: str) -> bool:
    target.client("iam").get_role(RoleName=target.name(name))
    remove_role(target, name)
    return True


def _permission(target: Target, name: str) -> bool:
    function, slash, statement = name.partition("/")
    if not slash or not function:
        return False
    target.client("lambda").remove_permission(
        FunctionName=target.name(function), StatementId=statement
    )
    return True


def _bus(target: Target, name: str) -> bool:
    events, bus = target.client("events"), target.name(name)
    if name == "default":
        return False
    events.describe_event_bus(Name=bus)
    remove_rules(target, name)
    events.delete_event_bus(Name=bus)
    return True


def remove_rules(target: Target, bus: str) -> None:
    """Take away all rules of an event bus, with their targets."""
    events, name = target.client("events"), target.name(bus)
    for rule in events.list_rules(EventBusName=name)["Rules"]:
        found = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=name)["Targets"]
        if found:
            events.remove_targets(
                Rule=rule["Name"], EventBusName=name, Ids=[each["Id"] for each in found]
            )
        events.delete_rule(Name=rule["Name"], EventBusName=name)


def _pipe(target: Target, name: str) -> bool:
    pipes, pipe = target.client("pipes"), target.name(name)
    pipes.delete_pipe(Name=pipe)
    deadline = time.monotonic() + _PIPE_SECONDS
    while _is_there(pipes, pipe) and time.monotonic() < deadline:
        time.sleep(0.05)
    return True


def _is_there(pipes: Any, pipe: str) -> bool:
    return any(each["Name"] == pipe for each in pipes.list_pipes(NamePrefix=pipe)["Pipes"])


def _cluster(target: Target, name: str) -> bool:
    dax = target.client("dax")
    if not _may_be_daxs(name):
        return False
    try:
        dax.delete_cluster(ClusterName=target.name(name))
    except dax.exceptions.ClusterNotFoundFault:
        return False
    deadline = time.monotonic() + _CLUSTER_SECONDS
    with contextlib.suppress(dax.exceptions.ClusterNotFoundFault):
        while time.monotonic() < deadline:
            dax.describe_clusters(ClusterNames=[target.name(name)])
            time.sleep(0.05)
    return True


def _parameter_group(target: Target, name: str) -> bool:
    dax = target.client("dax")
    if not _may_be_daxs(name):
        return False
    try:
        dax.delete_parameter_group(ParameterGroupName=target.name(name))
    except dax.exceptions.ParameterGroupNotFoundFault:
        return False
    return True


def _may_be_daxs(name: str) -> bool:
    """Whether a cluster or a parameter group can have such a name."""
    return len(name) <= 20 and bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name))


_KINDS: dict[str, Callable[[Target, str], bool]] = {
    "function": _function,
    "table": _table,
    "queue": _queue,
    "topic": _topic,
    "API": _api,
    "HTTP API": _http_api,
    "usage plan": _usage_plan,
    "API key": _api_key,
    "layer": _layer,
    "log group": _log_group,
    "role": _role,
    "permission": _permission,
    "alarm": _alarm,
    "pipe": _pipe,
    "event bus": _bus,
    "cluster": _cluster,
    "parameter group": _parameter_group,
}
