"""Whose the resources are that a request names: for each kind, how its tags are read.

What can have no tags is signed in its description (`marks.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

Client = Callable[[str], Any]
# the tags of a resource; None where nobody can tell, and then its name decides
Tags = Mapping[str, str] | None


class Absent(Exception):
    """There is no such resource."""


def tags(given: Any) -> Tags:
    if isinstance(given, Mapping):
        return dict(given)
    return {
        str(each.get("Key", each.get("key"))): str(each.get("Value", each.get("value")))
        for each in given or ()
    }


def _function(client: Client, name: str, _: Any) -> Tags:
    return tags(client("lambda").get_function(FunctionName=name).get("Tags"))


def _mapping(client: Client, uuid: str, _: Any) -> Tags:
    found = client("lambda").get_event_source_mapping(UUID=uuid)
    return _function(client, found["FunctionArn"], _)


def whose_table(client: Client, name: str, _: Any) -> Tags:
    dynamodb = client("dynamodb")
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    return tags(dynamodb.list_tags_of_resource(ResourceArn=arn).get("Tags"))


def _queue(client: Client, name: str, _: Any) -> Tags:
    sqs = client("sqs")
    url = name if "/" in name else sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return tags(sqs.list_queue_tags(QueueUrl=url).get("Tags"))


def _topic(client: Client, arn: str, of: Any) -> Tags:
    if not arn.startswith("arn:"):
        arn = of.arn("sns", arn)
    # a subscription's ARN goes on after its topic's
    topic = ":".join(arn.split(":")[:6])
    return tags(client("sns").list_tags_for_resource(ResourceArn=topic).get("Tags"))


def _role(client: Client, name: str, of: Any) -> Tags:
    path = str(client("iam").get_role(RoleName=name)["Role"]["Path"])
    return of.marks.owner if path.startswith(of.marks.role_path) else {}


def _log_group(client: Client, name: str, _: Any) -> Tags:
    logs = client("logs")
    for each in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        if each["logGroupName"] == name:
            arn = each["arn"].removesuffix(":*")
            found = tags(logs.list_tags_for_resource(resourceArn=arn).get("tags"))
            # Lambda makes them without tags where nobody made them before
            return None if not found and name.startswith("/aws/lambda/") else found
    raise Absent


def _alarm(client: Client, name: str, _: Any) -> Tags:
    metrics = client("cloudwatch")
    found = metrics.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for each in [*found.get("MetricAlarms", ()), *found.get("CompositeAlarms", ())]:
        arn = each["AlarmArn"]
        return tags(metrics.list_tags_for_resource(ResourceARN=arn).get("Tags"))
    raise Absent


def _bus(client: Client, name: str, _: Any) -> Tags:
    if name == "default":
        return None
    events = client("events")
    arn = name if name.startswith("arn:") else events.describe_event_bus(Name=name)["Arn"]
    return tags(events.list_tags_for_resource(ResourceARN=arn).get("Tags"))


def _pipe(client: Client, name: str, _: Any) -> Tags:
    return tags(client("pipes").describe_pipe(Name=name).get("Tags"))


def _cluster(client: Client, name: str, _: Any) -> Tags:
    dax = client("dax")
    arn = dax.describe_clusters(ClusterNames=[name])["Clusters"][0]["ClusterArn"]
    return tags(dax.list_tags(ResourceName=arn).get("Tags"))


def _bucket(client: Client, name: str, _: Any) -> Tags:
    try:
        return tags(client("s3").get_bucket_tagging(Bucket=name).get("TagSet"))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchTagSet":
            return {}
        raise


def _gateway(reading: str, member: str) -> Callable[[Client, str, Any], Tags]:
    def read(client: Client, identifier: str, _: Any) -> Tags:
        found = getattr(client("apigateway"), reading)(**{member: identifier})
        return tags(found.get("tags"))

    return read


def _archive(client: Client, name: str, of: Any) -> Tags:
    found = client("events").describe_archive(ArchiveName=name)
    return tags(of.marks.signed(found.get("Description")))


def _layer(client: Client, name: str, of: Any) -> Tags:
    # of one that isn't there AWS lists no versions
    versions = client("lambda").list_layer_versions(LayerName=name)["LayerVersions"]
    if not versions:
        raise Absent
    return tags(of.marks.signed(versions[0].get("Description")))


def _schedule_group(client: Client, name: str, of: Any) -> Tags:
    if name == "default":
        return None
    arn = client("scheduler").get_schedule_group(Name=name)["Arn"]
    return tags(client("scheduler").list_tags_for_resource(ResourceArn=arn).get("Tags"))


def _dax_group(reading: str, members: str, given: str) -> Callable[[Client, str, Any], Tags]:
    def read(client: Client, name: str, of: Any) -> Tags:
        found = getattr(client("dax"), reading)(**{given: [name]})[members]
        if not found:
            raise Absent
        return tags(of.marks.signed(found[0].get("Description")))

    return read


def _http_api(client: Client, identifier: str, _: Any) -> Tags:
    return tags(client("apigatewayv2").get_api(ApiId=identifier).get("Tags"))


def gateway_role(client: Client, _: str, of: Any) -> Tags:
    """The account and Region have one; setting it takes it from whoever has set it."""
    role = str(client("apigateway").get_account().get("cloudwatchRoleArn") or "")
    return {} if role and f":role{of.marks.role_path}" not in role else None


Reader = Callable[[Client, str, Any], Tags]
# by service: the members of a request that name what it changes, what that is, and how it is read
READERS: Mapping[str, Mapping[str, tuple[str, Reader]]] = {
    "lambda": {
        "FunctionName": ("function", _function),
        "UUID": ("mapping", _mapping),
        "LayerName": ("layer", _layer),
    },
    "dynamodb": {"TableName": ("table", whose_table)},
    "sqs": {"QueueName": ("queue", _queue), "QueueUrl": ("queue", _queue)},
    "sns": {"TopicArn": ("topic", _topic), "SubscriptionArn": ("topic", _topic)},
    "iam": {"RoleName": ("role", _role)},
    "logs": {"logGroupName": ("log group", _log_group)},
    "cloudwatch": {"AlarmName": ("alarm", _alarm), "AlarmNames": ("alarm", _alarm)},
    "events": {"EventBusName": ("event bus", _bus), "ArchiveName": ("archive", _archive)},
    "scheduler": {"GroupName": ("schedule group", _schedule_group)},
    "pipes": {"Name": ("pipe", _pipe)},
    "dax": {
        "ClusterName": ("DAX cluster", _cluster),
        "ParameterGroupName": (
            "DAX parameter group",
            _dax_group("describe_parameter_groups", "ParameterGroups", "ParameterGroupNames"),
        ),
        "SubnetGroupName": (
            "DAX subnet group",
            _dax_group("describe_subnet_groups", "SubnetGroups", "SubnetGroupNames"),
        ),
    },
    "s3": {"Bucket": ("bucket", _bucket)},
    "apigateway": {
        "restApiId": ("API", _gateway("get_rest_api", "restApiId")),
        "usagePlanId": ("usage plan", _gateway("get_usage_plan", "usagePlanId")),
        "apiKey": ("API key", _gateway("get_api_key", "apiKey")),
    },
    "apigatewayv2": {"ApiId": ("HTTP API", _http_api)},
}
NAMED: Mapping[str, tuple[str, Reader]] = {
    "CreateTopic": ("topic", _topic), "CreateEventBus": ("event bus", _bus),
    "UpdateEventBus": ("event bus", _bus), "DeleteEventBus": ("event bus", _bus),
    "CreateScheduleGroup": ("schedule group", _schedule_group),
    "DeleteScheduleGroup": ("schedule group", _schedule_group),
}  # fmt: skip
