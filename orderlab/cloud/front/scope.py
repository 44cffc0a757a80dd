"""What the local cloud serves, and what it refuses by name.

Services that are served refuse finer things themselves. All other services of AWS answer
`NotImplementedByOrderlab` (HTTP 501), so that nobody mistakes an empty answer for a working one.
"""

from __future__ import annotations

from collections.abc import Mapping

from orderlab.cloud import objects
from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import Call, Parameters, Service
from orderlab.cloud.service_models import known_operations, service_model

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
    "apigatewayv2": frozenset(),
    "dax": frozenset(),
    "iam": ALL,
    "sts": frozenset(),
    "logs": frozenset(
        (
            *_TAGS,
            *("ListTagsLogGroup", "TagLogGroup", "UntagLogGroup"),
            "DescribeSubscriptionFilters",
            *("PutResourcePolicy", "DeleteResourcePolicy"),
        )
    ),
    "cloudwatch": frozenset(("PutDashboard", "GetDashboard", "ListDashboards", "DeleteDashboards")),
    "s3": objects.SERVED,
    "resourcegroupstaggingapi": frozenset(("GetResources", "GetTagKeys", "GetTagValues")),
    "events": frozenset(),
    "pipes": frozenset(),
    "scheduler": frozenset(),
    "xray": frozenset(),
    "schemas": frozenset(),
}


class Scope:
    """Decides whether a call is for something that the local cloud has."""

    def __init__(self, services: Mapping[str, Service], account_id: str) -> None:
        """`services` may be filled later; it is read for every call."""
        self._services = services
        self._account_id = account_id

    def require_service(self, service: str, operation: str) -> None:
        """Raise NotDoneYet (HTTP 501) for a service that is not served.

        `operation` may be empty; the error names it if it is known.
        """
        if service not in SERVED:
            named = f"{service}.{operation}" if operation else service
            raise NotDoneYet(f"{named}: the service {service} is not part of it")

    def require_served(self, call: Call, parameters: Parameters) -> None:
        """Let a call pass that one of our handlers or moto may answer.

        Raises NotDoneYet for what is not served; UnknownOperationException or InvalidAction for
        an operation that AWS does not have; ServiceUnavailable for an object without room.
        """
        self.require_service(call.service, call.operation)
        service = self._services.get(call.service)
        if service is not None and call.operation in service.operations:
            return
        served = SERVED[call.service]
        if call.operation not in known_operations(call.service):
            raise unknown_operation(call)
        if served is not ALL and call.operation not in served:
            raise NotDoneYet(f"{call.service}.{call.operation}")
        if call.operation == "PutObject":
            objects.require_room(self._account_id, len(call.request.body))


def unknown_operation(call: Call) -> AwsError:
    """AWS's answer to an operation that does not exist.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
    """
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
