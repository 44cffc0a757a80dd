"""Leaves alone what somebody else has made under a name that would be the learner's.

Before a call changes a resource for the first time, its tags are looked at: one that stands and
does not have the learner's is refused, whoever makes the call, a builder or a notebook's cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.errors import LearnerError

Client = Callable[[str], Any]
# the tags of a resource; None where nobody can tell, and then its name decides
Tags = Mapping[str, str] | None
_READS = (
    "BatchGet", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Query", "Scan", "Search",
    "Select", "Simulate", "StartQuery", "StopQuery", "Test",
)  # fmt: skip


class _Absent(Exception):
    """There is no such resource."""


class NotOurs(LearnerError):
    """A call was about to change what somebody else has made; nothing was sent."""


def _tags(given: Any) -> Tags:
    if isinstance(given, Mapping):
        return dict(given)
    return {
        str(each.get("Key", each.get("key"))): str(each.get("Value", each.get("value")))
        for each in given or ()
    }


def _function(client: Client, name: str, _: Any) -> Tags:
    return _tags(client("lambda").get_function(FunctionName=name).get("Tags"))


def _mapping(client: Client, uuid: str, _: Any) -> Tags:
    found = client("lambda").get_event_source_mapping(UUID=uuid)
    return _function(client, found["FunctionArn"], _)


def _table(client: Client, name: str, _: Any) -> Tags:
    dynamodb = client("dynamodb")
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    return _tags(dynamodb.list_tags_of_resource(ResourceArn=arn).get("Tags"))


def _queue(client: Client, name: str, _: Any) -> Tags:
    sqs = client("sqs")
    url = name if "/" in name else sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return _tags(sqs.list_queue_tags(QueueUrl=url).get("Tags"))


def _topic(client: Client, arn: str, of: Any) -> Tags:
    if not arn.startswith("arn:"):
        arn = of.arn("sns", arn)
    # a subscription's ARN goes on after its topic's
    topic = ":".join(arn.split(":")[:6])
    return _tags(client("sns").list_tags_for_resource(ResourceArn=topic).get("Tags"))


def _role(client: Client, name: str, of: Any) -> Tags:
    path = str(client("iam").get_role(RoleName=name)["Role"]["Path"])
    return of.marks.owner if path.startswith(of.marks.role_path) else {}


def _log_group(client: Client, name: str, _: Any) -> Tags:
    logs = client("logs")
    for each in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        if each["logGroupName"] == name:
            arn = each["arn"].removesuffix(":*")
            found = _tags(logs.list_tags_for_resource(resourceArn=arn).get("tags"))
            # Lambda makes them without tags where nobody made them before
            return None if not found and name.startswith("/aws/lambda/") else found
    raise _Absent


def _alarm(client: Client, name: str, _: Any) -> Tags:
    metrics = client("cloudwatch")
    found = metrics.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for each in [*found.get("MetricAlarms", ()), *found.get("CompositeAlarms", ())]:
        arn = each["AlarmArn"]
        return _tags(metrics.list_tags_for_resource(ResourceARN=arn).get("Tags"))
    raise _Absent


def _bus(client: Client, name: str, _: Any) -> Tags:
    if name == "default":
        return None
    events = client("events")
    arn = name if name.startswith("arn:") else events.describe_event_bus(Name=name)["Arn"]
    return _tags(events.list_tags_for_resource(ResourceARN=arn).get("Tags"))


def _pipe(client: Client, name: str, _: Any) -> Tags:
    return _tags(client("pipes").describe_pipe(Name=name).get("Tags"))


def _cluster(client: Client, name: str, _: Any) -> Tags:
    dax = client("dax")
    arn = dax.describe_clusters(ClusterNames=[name])["Clusters"][0]["ClusterArn"]
    return _tags(dax.list_tags(ResourceName=arn).get("Tags"))


def _bucket(client: Client, name: str, _: Any) -> Tags:
    try:
        return _tags(client("s3").get_bucket_tagging(Bucket=name).get("TagSet"))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchTagSet":
            return {}
        raise


def _gateway(reading: str, member: str) -> Callable[[Client, str, Any], Tags]:
    def read(client: Client, identifier: str, _: Any) -> Tags:
        found = getattr(client("apigateway"), reading)(**{member: identifier})
        return _tags(found.get("tags"))

    return read


def _http_api(client: Client, identifier: str, _: Any) -> Tags:
    return _tags(client("apigatewayv2").get_api(ApiId=identifier).get("Tags"))


def _gateway_role(client: Client, _: str, of: Any) -> Tags:
    """The account and Region have one; setting it takes it from whoever has set it."""
    role = str(client("apigateway").get_account().get("cloudwatchRoleArn") or "")
    return {} if role and f":role{of.marks.role_path}" not in role else None


Reader = Callable[[Client, str, Any], Tags]
# by service: the members of a request that name what it changes, what that is, and how it is read
_READERS: Mapping[str, Mapping[str, tuple[str, Reader]]] = {
    "lambda": {"FunctionName": ("function", _function), "UUID": ("mapping", _mapping)},
    "dynamodb": {"TableName": ("table", _table)},
    "sqs": {"QueueName": ("queue", _queue), "QueueUrl": ("queue", _queue)},
    "sns": {"TopicArn": ("topic", _topic), "SubscriptionArn": ("topic", _topic)},
    "iam": {"RoleName": ("role", _role)},
    "logs": {"logGroupName": ("log group", _log_group)},
    "cloudwatch": {"AlarmName": ("alarm", _alarm), "AlarmNames": ("alarm", _alarm)},
    "events": {"EventBusName": ("event bus", _bus)},
    "pipes": {"Name": ("pipe", _pipe)},
    "dax": {"ClusterName": ("DAX cluster", _cluster)},
    "s3": {"Bucket": ("bucket", _bucket)},
    "apigateway": {
        "restApiId": ("API", _gateway("get_rest_api", "restApiId")),
        "usagePlanId": ("usage plan", _gateway("get_usage_plan", "usagePlanId")),
        "apiKey": ("API key", _gateway("get_api_key", "apiKey")),
    },
    "apigatewayv2": {"ApiId": ("HTTP API", _http_api)},
}
_NAMED: Mapping[str, tuple[str, Reader]] = {
    "CreateTopic": ("topic", _topic), "CreateEventBus": ("event bus", _bus),
    "UpdateEventBus": ("event bus", _bus), "DeleteEventBus": ("event bus", _bus),
}  # fmt: skip


class Foreign:
    """Knows what was looked at; `place` says where, in words of a sentence."""

    def __init__(self, marks: Any, client: Client, place: str, region: str, account: str) -> None:
        self.marks = marks
        self._client = client
        self._place = place
        self._here = f"{region}:{account}"
        self._ours: set[tuple[str, str]] = set()

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self._here}:{resource}"

    def refuse(self, params: Mapping[str, Any], model: Any) -> None:
        """Raise NotOurs if a call would change what is not the learner's."""
        operation, service = model.name, model.service_model.service_name
        if operation.startswith(_READS):
            return
        for member, (kind, reader) in _READERS.get(service, {}).items():
            given = params.get(member)
            for name in given if isinstance(given, list) else [given]:
                if isinstance(name, str):
                    self._look(kind, name, reader)
        if operation in _NAMED and isinstance(params.get("Name"), str):
            self._look(_NAMED[operation][0], params["Name"], _NAMED[operation][1])
        if service == "events":
            self._look_at_rule(params)
        if (service, operation) == ("apigateway", "UpdateAccount"):
            self._look("log role of API Gateway", "of all APIs", _gateway_role)

    def _look_at_rule(self, params: Mapping[str, Any]) -> None:
        rule, bus = params.get("Rule", params.get("Name")), params.get("EventBusName", "default")
        if not isinstance(rule, str) or "EventSourceArn" in params:
            return

        def read(client: Client, name: str, _: Any) -> Tags:
            events = client("events")
            arn = events.describe_rule(Name=rule, EventBusName=bus)["Arn"]
            return _tags(events.list_tags_for_resource(ResourceARN=arn).get("Tags"))

        self._look("rule", f"{bus}/{rule}", read)

    def _look(self, kind: str, name: str, reader: Reader) -> None:
        if (kind, name) in self._ours:
            return
        try:
            tags = self._read(reader, name)
        except _Absent:  # whoever makes it later is looked at then
            return
        if tags is not None and not self.marks.own(tags):
            told = name.rpartition("/")[2] if kind in ("queue", "rule") else name
            raise NotOurs(
                f"The {kind} {told} in {self._place} does not have the tags of this course's "
                f"learner {self.marks.learner}: somebody else made it, so it is left as it is.",
                advice="Set ORDERLAB_LEARNER to another name and run the first cell again, or have "
                "its owner give it another name.",
            )
        self._ours.add((kind, name))

    def _read(self, reader: Reader, name: str) -> Tags:
        try:
            return reader(self._client, name, self)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            missing = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")
            if lacks(error) or "Denied" in code:
                return None  # nobody can tell
            if any(each in code for each in missing):
                raise _Absent from None
            raise
