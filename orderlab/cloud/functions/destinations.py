"""Where the outcome of an asynchronous invocation can go: a queue, a topic, a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import OutgoingMessage, Principal
from orderlab.cloud.functions.errors import InvalidParameterValue

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud
    from orderlab.cloud.functions.model import Function

_ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
}
_WORDS = {
    "sqs": "SendMessage on SQS",
    "sns": "Publish on SNS",
    "lambda": "InvokeFunction on Lambda",
}


def service_of(arn: str) -> str:
    parts = arn.split(":")
    return parts[2] if len(parts) >= 6 and parts[0] == "arn" else ""


def check_destinations(cloud: Cloud, function: Function, success: str, failure: str) -> None:
    """InvalidParameterValueException unless both, where given, can be told of outcomes.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    for arn in filter(None, (failure, success)):
        if service_of(arn) not in ("sqs", "sns", "lambda", "events", "s3"):
            on_success, on_failure = _shown("OnSuccess", success), _shown("OnFailure", failure)
            raise InvalidParameterValue(
                "The provided destination config DestinationConfig("
                f"onSuccess={on_success}, onFailure={on_failure}) is invalid."
            )
        if service_of(arn) == "lambda":
            _check_function(cloud, function, arn)
        if arn.endswith(".fifo"):
            raise InvalidParameterValue(f"The destination ARN {arn} is invalid.")
        check_target(cloud, arn, function.latest.configuration.role, ("sqs", "sns", "lambda"))


def _shown(side: str, arn: str) -> str:
    return f"{side}(destination={arn})" if arn else "null"


def _check_function(cloud: Cloud, function: Function, arn: str) -> None:
    try:
        cloud.functions.configuration(arn)
    except AwsError:
        raise InvalidParameterValue(f"The destination ARN {arn} is invalid.") from None
    if arn.split(":")[:7] == function.arn.split(":"):
        raise InvalidParameterValue("You can't specify the function as a destination for itself.")


def check_target(cloud: Cloud, arn: str, role: str, services: tuple[str, ...]) -> None:
    """InvalidParameterValueException unless the target is one that the role may send to."""
    service = service_of(arn)
    if service in ("events", "s3"):
        raise NotDoneYet(f"{service} as a destination of asynchronous invocations")
    if service not in services:
        raise InvalidParameterValue(f"The destination ARN {arn} is invalid.")
    principal = cloud.permissions.role_principal(role, "lambda")
    if not _allowed(cloud, principal, arn):
        raise InvalidParameterValue(
            f"The provided execution role does not have permissions to call {_WORDS[service]}"
        )


def _allowed(cloud: Cloud, principal: Principal, arn: str) -> bool:
    service = service_of(arn)
    return cloud.permissions.allows(
        principal, _ACTIONS[service], arn, resource_policy=_policy(cloud, service, arn)
    )


def _policy(cloud: Cloud, service: str, arn: str) -> str | Mapping[str, Any] | None:
    if service == "sqs":
        queue = cloud.queues.queue(arn)
        return queue.policy if queue else None
    if service == "sns":
        return cloud.topics.resource_policy(arn)
    return cloud.functions.resource_policy(arn)


async def send(
    cloud: Cloud,
    principal: Principal,
    arn: str,
    body: str,
    *,
    attributes: Mapping[str, Mapping[str, Any]] | None = None,
    source_arn: str,
) -> None:
    """Send to a target with a role's rights; AwsError if it may not or there is no such target."""
    service = service_of(arn)
    if service not in _ACTIONS:
        raise AwsError(f"The destination ARN {arn} is invalid.")
    cloud.permissions.require(
        principal, _ACTIONS[service], arn, resource_policy=_policy(cloud, service, arn)
    )
    if service == "sqs":
        queue = cloud.queues.queue(arn)
        if queue is None:
            raise AwsError("The specified queue does not exist.", code="QueueDoesNotExist")
        group = "lambda" if queue.fifo else None
        queue.send(OutgoingMessage(body, attributes or {}, group_id=group), principal)
    elif service == "sns":
        cloud.topics.publish(arn, body, subject=None, sender=principal, attributes=attributes)
    else:
        await cloud.functions.invoke(
            arn, body.encode(), principal=principal, source_arn=source_arn, invocation_type="Event"
        )
