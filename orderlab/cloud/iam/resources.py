"""Which resource a call is about, as the ARN that policies name.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from orderlab.cloud.http import Request

# What an ARN is made from: parameters, Region and account, and the request where the path matters.
Maker = Callable[[Mapping[str, Any], str, str, str], str]

_STREAM = re.compile(r"arn:aws:dynamodb:[a-z0-9-]*:\d{12}:table/[\w.-]+/stream/[\w:.-]+")


def resource_arn(
    service: str, operation: str, parameters: Mapping[str, Any], region: str, account_id: str
) -> str:
    """The ARN that an operation's action is checked on; `*` where AWS has none."""
    maker = _MAKERS.get(service)
    if maker is None:
        return "*"
    return maker(parameters, operation, region, account_id)


def _text(parameters: Mapping[str, Any], *names: str) -> str:
    """The first of some parameters that is a text."""
    for name in names:
        value = parameters.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _queue(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    url = _text(parameters, "QueueUrl")
    if url:
        parts = url.rstrip("/").split("/")
        owner = parts[-2] if len(parts) > 1 and parts[-2].isdecimal() else account_id
        return f"arn:aws:sqs:{region}:{owner}:{parts[-1]}"
    name = _text(parameters, "QueueName")
    if name:
        return f"arn:aws:sqs:{region}:{account_id}:{name}"
    return _text(parameters, "SourceArn") or "*"


def _object(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    """A bucket, or an object in it; their ARNs name neither Region nor account."""
    bucket, key = _text(parameters, "Bucket"), _text(parameters, "Key")
    if not bucket:
        return "*"
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def _topic(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    arn = _text(parameters, "TopicArn", "TargetArn", "ResourceArn")
    if arn:
        return arn
    subscription = _text(parameters, "SubscriptionArn")
    if subscription:
        # permissions on a subscription are those on its topic
        return subscription.rpartition(":")[0]
    name = _text(parameters, "Name")
    return f"arn:aws:sns:{region}:{account_id}:{name}" if name else "*"


def table_arn(name: str, region: str, account_id: str) -> str:
    """The ARN of a table by its name; an ARN is given back as it is."""
    if name.startswith("arn:"):
        return name
    return f"arn:aws:dynamodb:{region}:{account_id}:table/{name}"


def _table(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    name = _text(parameters, "TableName")
    if name:
        arn = table_arn(name, region, account_id)
        index = _text(parameters, "IndexName")
        return f"{arn}/index/{index}" if index else arn
    arn = _text(parameters, "ResourceArn", "TableArn", "BackupArn", "ExportArn", "StreamArn")
    if arn:
        return arn
    if operation in ("ListTables", "ListBackups", "DescribeLimits", "DescribeEndpoints"):
        return "*"
    return f"arn:aws:dynamodb:{region}:{account_id}:table/*"


def _stream(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    if operation == "ListStreams":
        return "*"
    arn = _text(parameters, "StreamArn")
    if arn:
        return arn
    found = _STREAM.search(_text(parameters, "ShardIterator"))
    return found[0] if found else f"arn:aws:dynamodb:{region}:{account_id}:table/*/stream/*"


def function_arn(name: str, region: str, account_id: str, qualifier: str = "") -> str:
    """The ARN of a function given by name, partial ARN (`123456789012:function:name`) or ARN."""
    if not name.startswith("arn:"):
        last = name.split(":function:")[-1].removeprefix("function:")
        name = f"arn:aws:lambda:{region}:{account_id}:function:{last}"
    if qualifier and name.count(":") == 6:
        return f"{name}:{qualifier}"
    return name


def _function(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    name = _text(parameters, "FunctionName")
    if name and "EventSourceMapping" not in operation:
        qualifier = _text(parameters, "Qualifier", "Name")
        return function_arn(name, region, account_id, qualifier)
    layer = _text(parameters, "LayerName")
    if layer:
        arn = layer
        if not layer.startswith("arn:"):
            arn = f"arn:aws:lambda:{region}:{account_id}:layer:{layer}"
        version = _text(parameters, "VersionNumber")
        return f"{arn}:{version}" if version else arn
    mapping = _text(parameters, "UUID")
    if mapping:
        return f"arn:aws:lambda:{region}:{account_id}:event-source-mapping:{mapping}"
    return _text(parameters, "Resource") or "*"


def _log_group(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    name = _text(parameters, "logGroupName", "logGroupIdentifier")
    names = parameters.get("logGroupNames") or parameters.get("logGroupIdentifiers")
    if not name and isinstance(names, list) and names and isinstance(names[0], str):
        name = names[0]
    if not name:
        return _text(parameters, "resourceArn") or f"arn:aws:logs:{region}:{account_id}:log-group:*"
    here = f"arn:aws:logs:{region}:{account_id}:log-group:"
    group = name if name.startswith("arn:") else here + name
    stream = _text(parameters, "logStreamName")
    return f"{group}:log-stream:{stream}"


def _alarm(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    name = _text(parameters, "AlarmName")
    if name:
        return f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{name}"
    dashboard = _text(parameters, "DashboardName")
    if dashboard:
        return f"arn:aws:cloudwatch::{account_id}:dashboard/{dashboard}"
    return _text(parameters, "ResourceARN") or "*"


def _identity(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    arn = _text(parameters, "PolicyArn") if "Attach" not in operation else ""
    if arn and "Detach" not in operation:
        return arn
    for kind in ("Role", "User", "Group"):
        name = _text(parameters, f"{kind}Name")
        if name:
            return f"arn:aws:iam::{account_id}:{kind.lower()}/{name}"
    name = _text(parameters, "PolicyName")
    return f"arn:aws:iam::{account_id}:policy/{name}" if name else "*"


def _role(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    return _text(parameters, "RoleArn") or "*"


def _bus(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    here = f"arn:aws:events:{region}:{account_id}"
    if "Tag" in operation:
        return _text(parameters, "ResourceARN") or "*"
    if "Rule" in operation or "Target" in operation:
        bus = _text(parameters, "EventBusName").rpartition("/")[2]
        name = _text(parameters, "Rule", "Name") or "*"
        return f"{here}:rule/{name if bus in ('', 'default') else f'{bus}/{name}'}"
    for kind in ("Archive", "Replay"):
        if kind in operation:
            return f"{here}:{kind.lower()}/{_text(parameters, f'{kind}Name') or '*'}"
    if operation == "ListEventBuses" or operation == "TestEventPattern":
        return "*"
    name = _text(parameters, "EventBusName", "Name") or "default"
    return name if name.startswith("arn:") else f"{here}:event-bus/{name}"


def _cluster(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    name = _text(parameters, "ClusterName")
    if name:
        return f"arn:aws:dax:{region}:{account_id}:cache/{name.lower()}"
    return _text(parameters, "ResourceName") or "*"


def _pipe(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    name = _text(parameters, "Name")
    if name:
        return f"arn:aws:pipes:{region}:{account_id}:pipe/{name}"
    return _text(parameters, "resourceArn") or "*"


def _schedule(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    here = f"arn:aws:scheduler:{region}:{account_id}"
    name = _text(parameters, "Name")
    if not name:
        return _text(parameters, "ResourceArn") or "*"
    if "Group" in operation:
        return f"{here}:schedule-group/{name}"
    return f"{here}:schedule/{_text(parameters, 'groupName', 'GroupName') or 'default'}/{name}"


def _schema(parameters: Mapping[str, Any], operation: str, region: str, account_id: str) -> str:
    here = f"arn:aws:schemas:{region}:{account_id}"
    registry, name = _text(parameters, "registryName"), _text(parameters, "schemaName")
    discoverer = _text(parameters, "discovererId")
    if name:
        return f"{here}:schema/{registry}/{name}"
    if registry:
        return f"{here}:registry/{registry}"
    if discoverer or operation == "CreateDiscoverer":  # which has no id yet
        return f"{here}:discoverer/{discoverer or '*'}"
    return _text(parameters, "resource-arn") or "*"


_MAKERS: dict[str, Maker] = {
    "dax": _cluster,
    "s3": _object,
    "sqs": _queue,
    "sns": _topic,
    "dynamodb": _table,
    "dynamodbstreams": _stream,
    "lambda": _function,
    "logs": _log_group,
    "cloudwatch": _alarm,
    "iam": _identity,
    "sts": _role,
    "events": _bus,
    "pipes": _pipe,
    "scheduler": _schedule,
    "schemas": _schema,
}


def rest_parameters(request: Request, path_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in the path of a REST call, and those of its query string."""
    found = dict(path_parameters)
    for name, values in parse_qs(request.query_string).items():
        found.setdefault(name, values[-1])
    return found
