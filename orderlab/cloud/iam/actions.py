"""What a call of the AWS API needs: one or several actions, each on a resource.

Mostly the action has the operation's name; here stand the exceptions.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from orderlab.cloud.contracts import Call, Parameters
from orderlab.cloud.iam.resources import resource_arn, rest_parameters, table_arn


class Need(NamedTuple):
    """A permission that a call needs."""

    action: str
    resource: str


# services whose actions have another prefix than the service's name
_PREFIXES = {"dynamodbstreams": "dynamodb", "resourcegroupstaggingapi": "tag"}
_RENAMED = {
    ("sqs", "SendMessageBatch"): "SendMessage",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
    ("sns", "PublishBatch"): "Publish",
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
    ("lambda", "InvokeWithResponseStream"): "InvokeFunction",
    ("lambda", "GetLayerVersionByArn"): "GetLayerVersion",
    ("s3", "HeadBucket"): "ListBucket",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "ListBuckets"): "ListAllMyBuckets",
}
# any caller may ask these
_FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}
# the trust policy of the role decides, not the caller's policies alone
_DECIDED_ELSEWHERE = {("sts", "AssumeRole")}
_TRANSACT = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_DATA = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
_RESTORES = ("RestoreTableFromBackup", "RestoreTableToPointInTime")
_REPLICAS = {
    "Create": ("CreateTable", "CreateTableReplica", *_DATA),
    "Delete": ("DeleteTable", "DeleteTableReplica"),
}
# the list of names in a call, and what one of them is called elsewhere
_SEVERAL_OF_CLOUDWATCH = {
    "DeleteAlarms": ("AlarmNames", "AlarmName"),
    "DisableAlarmActions": ("AlarmNames", "AlarmName"),
    "EnableAlarmActions": ("AlarmNames", "AlarmName"),
    "DeleteDashboards": ("DashboardNames", "DashboardName"),
}
_PARTIQL = {
    "SELECT": "PartiQLSelect",
    "INSERT": "PartiQLInsert",
    "UPDATE": "PartiQLUpdate",
    "DELETE": "PartiQLDelete",
    "EXISTS": "PartiQLSelect",
}
_PARTIQL_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?([\w.-]+)\"?", re.IGNORECASE)


def needs(call: Call, parameters: Parameters, account_id: str) -> tuple[Need, ...]:
    """The permissions that a call needs; none where everyone may make it."""
    key = (call.service, call.operation)
    if key in _FREE or key in _DECIDED_ELSEWHERE:
        return ()
    if call.service in ("apigateway", "apigatewayv2"):
        return (_gateway(call),)
    if call.service == "dynamodb":
        several = tuple(_tables(call, parameters, account_id))
        if several:
            return several
    if call.service == "cloudwatch" and call.operation in _SEVERAL_OF_CLOUDWATCH:
        return _named_in_a_list(call, parameters, account_id)
    if call.service == "events" and call.operation == "PutEvents":
        return _buses(call, parameters, account_id)
    prefix = _PREFIXES.get(call.service, call.service)
    action = f"{prefix}:{_RENAMED.get(key, call.operation)}"
    if call.service == "lambda":
        parameters = rest_parameters(call.request, parameters)
        # whoever owns the account may make any: nothing to read for
        if call.operation == "CreateFunction" and call.principal.kind != "account":
            parameters = {**parameters, **_name_in(call.request.body)}
    resource = resource_arn(call.service, call.operation, parameters, call.region, account_id)
    return (Need(action, resource),)


def _name_in(body: bytes) -> dict[str, str]:
    """The function that CreateFunction names, which no other call does in its body."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    name = given.get("FunctionName") if isinstance(given, dict) else None
    return {"FunctionName": name} if isinstance(name, str) else {}


def _gateway(call: Call) -> Need:
    """Actions of API Gateway's control plane are HTTP methods, resources its paths.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
    """
    path = call.request.path.rstrip("/").removeprefix("/v2")
    resource = f"arn:aws:apigateway:{call.region}::{path}"
    return Need(f"apigateway:{call.request.method}", resource)


def _named_in_a_list(call: Call, parameters: Parameters, account_id: str) -> tuple[Need, ...]:
    """A permission on each alarm or dashboard that a call names."""
    listed, member = _SEVERAL_OF_CLOUDWATCH[call.operation]
    names = parameters.get(listed)
    return tuple(
        Need(
            f"cloudwatch:{call.operation}",
            resource_arn("cloudwatch", call.operation, {member: name}, call.region, account_id),
        )
        for name in (names if isinstance(names, list) else ())
    )


def _buses(call: Call, parameters: Parameters, account_id: str) -> tuple[Need, ...]:
    """PutEvents needs a permission on each bus that its entries name."""
    entries = parameters.get("Entries")
    names = {
        entry.get("EventBusName") or "default"
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    }
    return tuple(
        Need(
            "events:PutEvents",
            resource_arn("events", "PutEvents", {"Name": name}, call.region, account_id),
        )
        for name in sorted(map(str, names)) or ["default"]
    )


def _tables(call: Call, parameters: Parameters, account_id: str) -> Iterator[Need]:
    """Calls about several tables need a permission on each."""
    if call.operation in ("BatchGetItem", "BatchWriteItem"):
        items = parameters.get("RequestItems")
        for name in items if isinstance(items, dict) else ():
            arn = table_arn(str(name), call.region, account_id)
            yield Need(f"dynamodb:{call.operation}", arn)
    elif call.operation in ("TransactWriteItems", "TransactGetItems"):
        yield from _transaction(parameters.get("TransactItems"), call.region, account_id)
    elif call.operation in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        yield from _statements(parameters, call.region, account_id)
    elif call.operation in _RESTORES:
        yield from _restore(call, parameters, account_id)
    elif call.operation == "UpdateTable" and parameters.get("ReplicaUpdates"):
        yield from _replicas(call, parameters, account_id)


def _restore(call: Call, parameters: Parameters, account_id: str) -> Iterator[Need]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html"""
    target = table_arn(str(parameters.get("TargetTableName", "*")), call.region, account_id)
    source = parameters.get("BackupArn") or parameters.get("SourceTableArn")
    if not source:
        name = str(parameters.get("SourceTableName", "*"))
        source = table_arn(name, call.region, account_id)
    yield Need(f"dynamodb:{call.operation}", str(source))
    for action in (call.operation, *_DATA):
        yield Need(f"dynamodb:{action}", target)


def _replicas(call: Call, parameters: Parameters, account_id: str) -> Iterator[Need]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html"""
    name = str(parameters.get("TableName", "*"))
    yield Need("dynamodb:UpdateTable", table_arn(name, call.region, account_id))
    updates = parameters["ReplicaUpdates"]
    for update in updates if isinstance(updates, list) else ():
        for kind, content in update.items() if isinstance(update, dict) else ():
            if kind in _REPLICAS and isinstance(content, Mapping):
                arn = table_arn(name, str(content.get("RegionName", "*")), account_id)
                yield from (Need(f"dynamodb:{action}", arn) for action in _REPLICAS[kind])


def _transaction(items: Any, region: str, account_id: str) -> Iterator[Need]:
    found = set()
    for item in items if isinstance(items, list) else ():
        for kind, content in item.items() if isinstance(item, dict) else ():
            if kind in _TRANSACT and isinstance(content, Mapping):
                arn = table_arn(str(content.get("TableName", "")), region, account_id)
                found.add((_TRANSACT[kind], arn))
    yield from (Need(f"dynamodb:{action}", arn) for action, arn in sorted(found))


def _statements(parameters: Parameters, region: str, account_id: str) -> Iterator[Need]:
    texts = [parameters.get("Statement")]
    for name in ("Statements", "TransactStatements"):
        several = parameters.get(name)
        if isinstance(several, list):
            texts += [s.get("Statement") for s in several if isinstance(s, dict)]
    for text in texts:
        if isinstance(text, str) and text.strip():
            action = _PARTIQL.get(text.split(None, 1)[0].upper(), "PartiQLSelect")
            table = _PARTIQL_TABLE.search(text)
            arn = table_arn(table[1] if table else "*", region, account_id)
            yield Need(f"dynamodb:{action}", arn)
