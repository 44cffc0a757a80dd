"""Which members of which requests hold a resource's name, and the prefix that they get.

A plan is made once for an operation from botocore's model: the way to each member that holds a
name or an ARN. What holds data (items, messages, payloads) is not on the way, so never read.

https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from orderlab.aws_target.written_names import Names

Change = Callable[[Names, Any], Any]


def _plain(longest: int = 255) -> Change:
    return lambda names, value: _name_or_arn(names, value, longest)


def _name_or_arn(names: Names, value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return names.in_text(value) if value.startswith("arn:") else names.of(value, longest)
    if isinstance(value, list):
        return [_name_or_arn(names, each, longest) for each in value]
    if isinstance(value, dict):  # the tables of a batch, by name
        return {_name_or_arn(names, name, longest): each for name, each in value.items()}
    return value


def _texts(change: Callable[[Names, str], str]) -> Change:
    """For a text, or a list or map of texts."""

    def changed(names: Names, value: Any) -> Any:
        if isinstance(value, str):
            return change(names, value)
        if isinstance(value, list):
            return [changed(names, each) for each in value]
        if isinstance(value, dict):
            return {key: changed(names, each) for key, each in value.items()}
        return value

    return changed


_FUNCTION = _texts(Names.of_function)
_LOG_GROUP = _texts(Names.of_log_group)
_TEMPLATE = _texts(Names.in_template)
_TEXT = _texts(Names.in_text)
# variables of a function that hold the name of a resource, or names with commas between them
_VARIABLE = re.compile(r"(?:TABLE|QUEUE|TOPIC|BUCKET|FUNCTION|BUS)S?(?:_NAME)?$|^SERVICES$")


def _environment(names: Names, value: Any) -> Any:
    """A function's variables: ARNs, and names in variables that are called so (`TABLE`)."""
    if not isinstance(value, dict) or not isinstance(value.get("Variables"), dict):
        return value
    variables = {
        key: _variable(names, key, text) if isinstance(text, str) else text
        for key, text in value["Variables"].items()
    }
    return {**value, "Variables": variables}


def _variable(names: Names, key: str, text: str) -> str:
    if _VARIABLE.search(key) and re.fullmatch(r"[\w.-]+(?:,[\w.-]+)*", text):
        return ",".join(names.of(each) for each in text.split(","))
    return names.in_text(text)


# dimensions of AWS's own metrics that name a resource
_DIMENSIONS: Mapping[str, Change] = {
    "FunctionName": _FUNCTION, "Resource": _FUNCTION, "LogGroupName": _LOG_GROUP,
    **dict.fromkeys(("QueueName", "TableName", "TopicName", "ApiName", "RuleName", "EventBusName",
                     "PipeName", "ScheduleGroup", "BucketName"), _plain()),
}  # fmt: skip


def _dimensions(names: Names, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {**each, "Value": _DIMENSIONS[each["Name"]](names, each["Value"])}
        if isinstance(each, dict) and each.get("Name") in _DIMENSIONS and each.get("Value")
        else each
        for each in value
    ]


def _copied(names: Names, value: Any) -> Any:
    """What is copied: `bucket/key`, or these two as members."""
    if isinstance(value, dict) and isinstance(value.get("Bucket"), str):
        return {**value, "Bucket": names.of(value["Bucket"], 63)}
    return names.of(value, 1200) if isinstance(value, str) else value


def _in_partiql(names: Names, value: Any) -> Any:
    """The table of a PartiQL statement, after FROM, INTO or UPDATE."""
    if not isinstance(value, str):
        return value
    table = r"(?i)(\b(?:FROM|INTO|UPDATE)\s+\"?)([A-Za-z0-9_][A-Za-z0-9_.-]*)"
    return re.sub(table, lambda at: at[1] + names.of(at[2]), value)


_MEMBERS: Mapping[str, Mapping[str, Change]] = {
    "lambda": {
        "FunctionName": _FUNCTION, "LayerName": _plain(140), "Environment": _environment,
        "Layers": _TEXT, "LogGroup": _LOG_GROUP,
    },
    "dynamodb": {
        "TableName": _plain(), "RequestItems": _plain(), "Statement": _in_partiql,
        "SourceTableName": _plain(), "TargetTableName": _plain(), "GlobalTableName": _plain(),
        "BackupName": _plain(),
    },
    "dynamodbstreams": {"TableName": _plain()},
    "sqs": {"QueueName": _plain(80), "QueueNamePrefix": _plain(), "Attributes": _TEXT},
    "sns": {"Attributes": _TEXT, "AttributeValue": _TEXT, "Endpoint": _TEXT},
    "iam": {"RoleName": _plain(64)},
    "logs": {
        "logGroupName": _LOG_GROUP, "logGroupNames": _LOG_GROUP, "logGroupNamePrefix": _LOG_GROUP,
        "logGroupIdentifier": _LOG_GROUP, "logGroupIdentifiers": _LOG_GROUP,
    },
    "cloudwatch": {
        "AlarmName": _plain(), "AlarmNames": _plain(), "AlarmNamePrefix": _plain(),
        "Dimensions": _dimensions, "AlarmRule": _texts(Names.in_alarm_rule),
        "DashboardName": _plain(), "DashboardNames": _plain(), "DashboardNamePrefix": _plain(),
    },
    "events": {
        "EventBusName": _plain(), "Rule": _plain(64), "ArchiveName": _plain(48),
        "NamePrefix": _plain(), "EventPattern": _TEXT, "ReplayName": _plain(64),
    },
    "pipes": {"Name": _plain(64), "NamePrefix": _plain(), "Pattern": _TEXT, "Source": _TEXT,
              "Target": _TEXT, "Enrichment": _TEXT},
    "scheduler": {"Name": _plain(64), "GroupName": _plain(64), "ScheduleGroup": _plain(64),
                  "NamePrefix": _plain()},
    "schemas": {"RegistryName": _plain(64), "SourceArnPrefix": _TEXT},
    "dax": {"ClusterName": _plain(20), "ClusterNames": _plain(20), "ParameterGroupName": _plain(),
            "ParameterGroupNames": _plain(), "SubnetGroupName": _plain(),
            "SubnetGroupNames": _plain(), "ResourceName": _TEXT},
    "s3": {"Bucket": _plain(63), "CopySource": _copied},
    # a change of one has it as its value
    "apigateway": {"requestTemplates": _TEMPLATE, "uri": _TEXT, "credentials": _TEXT,
                   "value": _TEMPLATE},
    "apigatewayv2": {"IntegrationUri": _TEXT, "AuthorizerUri": _TEXT, "Target": _TEXT},
}  # fmt: skip
# for these operations a plain `Name` or `name` is the resource's
_NAMED: Mapping[str, Change] = {
    "CreateTopic": _plain(256), "CreateRestApi": _plain(), "CreateApi": _plain(128),
    "UpdateApi": _plain(128), "CreateUsagePlan": _plain(),
    "CreateApiKey": _plain(), "CreateEventBus": _plain(), "DescribeEventBus": _plain(),
    "UpdateEventBus": _plain(), "DeleteEventBus": _plain(), "PutRule": _plain(64),
    "DescribeRule": _plain(64), "EnableRule": _plain(64), "DisableRule": _plain(64),
    "DeleteRule": _plain(64),
}  # fmt: skip
# by their names, members with ARNs, or with a policy that holds some
_HOLDS_ARNS = re.compile(
    r"(?i)(?:.*arns?|.*arnlist|role|resources?|principal|policy|.*policydocument|destination|"
    r".*actions|value|permissionsboundary)$"
)

_plans: dict[tuple[str, str], Any] = {}


def rename(params: dict[str, Any], model: Any, names: Names) -> None:
    """Give what a request names the prefix, in place; nested values are replaced, not changed."""
    service = model.service_model.service_name
    key = (service, model.name)
    if key not in _plans:
        _plans[key] = _plan(model.input_shape, _members(service, model.name), ())
    params.update(_changed(params, _plans[key], names))


def _members(service: str, operation: str) -> dict[str, Change]:
    members = dict(_MEMBERS.get(service, {}))
    if operation == "CreatePolicy":  # in others it is the name of a part of a role
        members["PolicyName"] = _plain(128)
    if operation in _NAMED:
        members["Name"] = members["name"] = _NAMED[operation]
    return members


def _plan(shape: Any, members: Mapping[str, Change], above: tuple[str, ...]) -> Any:
    """A change for a leaf, or for a structure what is planned for its members; None for nothing."""
    if shape is None or shape.name in above or shape.name == "AttributeValue":
        return None
    inside = (*above, shape.name)
    if shape.type_name == "structure":
        found = {name: _of_member(name, each, members, inside)
                 for name, each in shape.members.items()}  # fmt: skip
        return {name: each for name, each in found.items() if each is not None} or None
    if shape.type_name == "list":
        each = _plan(shape.member, members, inside)
        return None if each is None else partial(_in_list, each)
    if shape.type_name == "map":
        each = _plan(shape.value, members, inside)
        return None if each is None else partial(_in_map, each)
    return None


def _of_member(name: str, shape: Any, members: Mapping[str, Change], above: Any) -> Any:
    if name in members:
        return members[name]
    texts = shape.type_name == "string" or (
        shape.type_name == "list" and shape.member.type_name == "string"
    )
    if texts:
        return _TEXT if _HOLDS_ARNS.match(name) else None
    return _plan(shape, members, above)


def _changed(value: Any, plan: Any, names: Names) -> Any:
    if plan is None:
        return value
    if isinstance(plan, dict):
        if not isinstance(value, dict):
            return value
        return {
            name: _changed(each, plan[name], names) if name in plan else each
            for name, each in value.items()
        }
    return plan(names, value)


def _in_list(plan: Any, names: Names, value: Any) -> Any:
    return [_changed(each, plan, names) for each in value] if isinstance(value, list) else value


def _in_map(plan: Any, names: Names, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _changed(each, plan, names) for key, each in value.items()}
