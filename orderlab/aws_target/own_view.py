"""A learner's clients list what is the learner's, whatever else stands in the account.

A notebook gives an alarm to each function that it lists, and draws what is there. In an account
with other people's functions it means its own: those with the prefix. Who looks for what others
have takes a client that changes nothing.

https://docs.aws.amazon.com/boto3/latest/guide/paginators.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from orderlab.aws_target.written_names import STANDING, Names, shortened

_ASKED = "orderlab-listing"
# by service and operation: the lists in an answer, and what of an entry names it ("": it is a text)
_LISTS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("lambda", "ListFunctions"): {"Functions": "FunctionName"},
    ("lambda", "ListLayers"): {"Layers": "LayerName"},
    ("lambda", "ListEventSourceMappings"): {"EventSourceMappings": "FunctionArn"},
    ("sqs", "ListQueues"): {"QueueUrls": ""},
    ("sns", "ListTopics"): {"Topics": "TopicArn"},
    ("sns", "ListSubscriptions"): {"Subscriptions": "TopicArn"},
    ("dynamodb", "ListTables"): {"TableNames": ""},
    ("dynamodbstreams", "ListStreams"): {"Streams": "TableName"},
    ("apigateway", "GetRestApis"): {"items": "name"},
    ("apigateway", "GetUsagePlans"): {"items": "name"},
    ("apigateway", "GetApiKeys"): {"items": "name"},
    ("apigatewayv2", "GetApis"): {"Items": "Name"},
    ("cloudwatch", "DescribeAlarms"): {"MetricAlarms": "AlarmName", "CompositeAlarms": "AlarmName"},
    ("cloudwatch", "ListDashboards"): {"DashboardEntries": "DashboardName"},
    ("logs", "DescribeLogGroups"): {"logGroups": "logGroupName"},
    ("events", "ListEventBuses"): {"EventBuses": "Name"},
    ("events", "ListRules"): {"Rules": "Name"},
    ("events", "ListArchives"): {"Archives": "ArchiveName"},
    ("pipes", "ListPipes"): {"Pipes": "Name"},
    ("scheduler", "ListSchedules"): {"Schedules": "Name"},
    ("scheduler", "ListScheduleGroups"): {"ScheduleGroups": "Name"},
    ("schemas", "ListRegistries"): {"Registries": "RegistryName"},
    ("dax", "DescribeClusters"): {"Clusters": "ClusterName"},
    ("dax", "DescribeParameterGroups"): {"ParameterGroups": "ParameterGroupName"},
    ("dax", "DescribeSubnetGroups"): {"SubnetGroups": "SubnetGroupName"},
    ("s3", "ListBuckets"): {"Buckets": "Name"},
    ("iam", "ListRoles"): {"Roles": "RoleName"},
}
# groups that no function has: AWS's own and the logs of a stage keep their names
_OTHER_GROUPS = re.compile(r"/(?!aws/lambda/)|API-Gateway-")

# what says that there is more, in whatever words
_TOKENS = frozenset({
    "nexttoken", "nextmarker", "marker", "position", "lastevaluatedtablename",
    "lastevaluatedstreamarn", "continuationtoken",
})  # fmt: skip


class OwnView:
    """What of an answer is the learner's; `unmarked` gives clients that change nothing."""

    def __init__(self, names: Names, unmarked: Callable[[str], Any]) -> None:
        # at the name's beginning, also in an address or an ARN
        begins = f"{re.escape(names.prefix)}|{shortened(names.prefix)}"
        self._own = re.compile(rf"(?:^|[/:])(?:{begins})")
        self._unmarked = unmarked

    def put_on(self, register: Callable[..., Any]) -> None:
        """Let a client, or the clients of a botocore session, list no more than that."""
        register("before-parameter-build", self._note)
        register("after-call", self._narrow)

    def _note(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if _key(model) in _LISTS:
            context[_ASKED] = dict(params)

    def _narrow(self, parsed: dict[str, Any], model: Any, context: Any, **_: Any) -> None:
        lists = _LISTS.get(_key(model))
        if lists is None or "Error" in parsed:
            return
        for member, name in lists.items():
            if isinstance(parsed.get(member), list):
                parsed[member] = self._of(parsed[member], name)
        more = [each for each in parsed if each.lower() in _TOKENS and parsed[each]]
        if more and not any(parsed.get(member) for member in lists):
            self._look_on(parsed, model, context.get(_ASKED, {}), lists)

    def _look_on(
        self, parsed: dict[str, Any], model: Any, asked: Any, lists: Mapping[str, str]
    ) -> None:
        """The pages after one on which nothing is the learner's: who reads one page reads these."""
        from botocore import xform_name

        client = self._unmarked(model.service_model.service_name)
        operation = xform_name(model.name)
        if not client.can_paginate(operation):
            return
        for member in lists:
            parsed[member] = []
        for page in client.get_paginator(operation).paginate(**asked):
            for member, name in lists.items():
                parsed[member] += self._of(page.get(member) or [], name)
        for token in [each for each in parsed if each.lower() in _TOKENS]:
            parsed.pop(token)

    def _of(self, entries: list[Any], name: str) -> list[Any]:
        return [each for each in entries if self._is_own(str(each[name] if name else each), name)]

    def _is_own(self, called: str, member: str) -> bool:
        if member == "logGroupName" and _OTHER_GROUPS.match(called):
            return True
        return called in STANDING or called.startswith("aws.") or bool(self._own.search(called))


def _key(model: Any) -> tuple[str, str]:
    return model.service_model.service_name, model.name
