"""What the local cloud serves, and what it refuses by name.

Services that are served refuse finer things themselves. All other services of AWS answer
`NotImplementedByOrderlab` (HTTP 501), so that nobody mistakes an empty answer for a working one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from orderlab.cloud import objects
from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import Call, Parameters

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

ALL = None
_TAGS = ("ListTagsForResource", "TagResource", "UntagResource")
# service -> the operations that moto may answer besides our own handlers
SERVED: dict[str, frozenset[str] | None] = {
    "sqs": ALL,
    "sns": ALL,
    "dynamodb": ALL,
    "dynamodbstreams": ALL,
    "lambda": ALL,
    "apigateway": ALL,
    "iam": ALL,
    "sts": frozenset(),
    "logs": frozenset(
        (
            *_TAGS,
            *("ListTagsLogGroup", "TagLogGroup", "UntagLogGroup"),
            *("DescribeMetricFilters", "DescribeSubscriptionFilters"),
            *("DescribeResourcePolicies", "PutResourcePolicy", "DeleteResourcePolicy"),
        )
    ),
    "cloudwatch": frozenset(("PutDashboard", "GetDashboard", "ListDashboards", "DeleteDashboards")),
    "s3": objects.SERVED,
    "resourcegroupstaggingapi": frozenset(("GetResources", "GetTagKeys", "GetTagValues")),
    # looking is harmless: who lists what stands in an account finds the default bus and no rule
    "events": frozenset(
        (
            *("ListEventBuses", "DescribeEventBus", "ListRules", "DescribeRule"),
            *("ListTargetsByRule", "ListRuleNamesByTarget", "ListArchives", "ListReplays"),
        )
    ),
}


class Scope:
    """Decides whether a call is for something that is there."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def require_service(self, service: str, operation: str) -> None:
        """Raise NotDoneYet for a service that is not served."""
        if service not in SERVED:
            named = f"{service}.{operation}" if operation else service
            raise NotDoneYet(f"{named}: the service {service} is not part of it")

    def require_served(self, call: Call, parameters: Parameters) -> None:
        """Raise NotDoneYet for what is not served, and AWS's error for what AWS does not know."""
        self.require_service(call.service, call.operation)
        service = self._cloud.services.get(call.service)
        if service is not None and call.operation in service.operations:
            return
        served = SERVED[call.service]
        if call.operation not in known_operations(call.service):
            raise unknown_operation(call)
        if served is not ALL and call.operation not in served:
            raise NotDoneYet(f"{call.service}.{call.operation}")
        if call.operation == "PutObject":
            objects.require_room(self._cloud.settings.account_id, len(call.request.body))


def unknown_operation(call: Call) -> AwsError:
    """AWS's answer to an operation that does not exist."""
    if "x-amz-target" in call.request.headers:
        return AwsError("", code="UnknownOperationException", query_error_code="InvalidAction")
    if not call.operation:
        return AwsError("", code="UnknownOperationException", status=404)
    if call.service == "sqs" and call.request.path.count("/") >= 2:
        return AwsError(
            f"The action {call.operation} is not valid for this endpoint.", code="InvalidAction"
        )
    version = service_model(call.service).api_version
    return AwsError(
        f"Could not find operation {call.operation} for version {version}", code="InvalidAction"
    )


@lru_cache(maxsize=32)
def known_operations(service: str) -> frozenset[str]:
    """The names of a service's operations; none for a service that botocore does not know."""
    model = service_model(service)
    return frozenset(model.operation_names) if model else frozenset()


@lru_cache(maxsize=32)
def service_model(service: str) -> Any:
    """botocore's model of a service; None if it knows no such service."""
    import botocore.exceptions
    import botocore.loaders
    import botocore.model

    try:
        description = botocore.loaders.create_loader().load_service_model(service, "service-2")
    except (botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return None
    return botocore.model.ServiceModel(description, service)
