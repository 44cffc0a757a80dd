"""Where the outcome of an asynchronous invocation can go: a queue, topic, function or event bus.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import (
    EventBuses,
    Invocation,
    OutgoingMessage,
    Permissions,
    Policy,
    Principal,
    Queues,
    Topics,
)
from orderlab.cloud.lambda_.errors import InvalidParameterValue
from orderlab.cloud.lambda_.model import Function, Version
from orderlab.cloud.lambda_.registry import FunctionRegistry

_ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
}
_WORDS = {
    "sqs": "SendMessage on SQS",
    "sns": "Publish on SNS",
    "lambda": "InvokeFunction on Lambda",
    "events": "PutEvents on EventBridge",
}

# `contracts.Functions.invoke`
Invoke = Callable[..., Awaitable[Invocation]]


def service_of(arn: str) -> str:
    """The service of an ARN, such as `sqs`; empty for what is not an ARN."""
    parts = arn.split(":")
    return parts[2] if len(parts) >= 6 and parts[0] == "arn" else ""


class Destinations:
    """The destinations and dead-letter queues of functions: checked when set, and sent to."""

    def __init__(
        self,
        *,
        registry: FunctionRegistry,
        permissions: Permissions,
        queues: Queues,
        topics: Topics,
        buses: Callable[[], EventBuses],
        invoke: Invoke,
    ) -> None:
        self._registry, self._permissions = registry, permissions
        self._queues, self._topics = queues, topics
        self._buses = buses
        self._invoke = invoke

    def check(self, function: Function, success: str, failure: str) -> None:
        """Check a DestinationConfig; an empty ARN means that there is no such destination.

        Raises InvalidParameterValueException unless Lambda can send to both.
        """
        for arn in filter(None, (failure, success)):
            if service_of(arn) not in ("sqs", "sns", "lambda", "events", "s3"):
                on_success, on_failure = _shown("OnSuccess", success), _shown("OnFailure", failure)
                raise InvalidParameterValue(
                    "The provided destination config DestinationConfig("
                    f"onSuccess={on_success}, onFailure={on_failure}) is invalid."
                )
            if service_of(arn) == "lambda":
                self._check_function(function, arn)
            if arn.endswith(".fifo"):
                raise InvalidParameterValue(f"The destination ARN {arn} is invalid.")
            role = function.latest.configuration.role
            self.check_target(arn, role, ("sqs", "sns", "lambda", "events"))

    def _check_function(self, function: Function, arn: str) -> None:
        try:
            self._registry.configuration(arn)
        except AwsError:
            raise InvalidParameterValue(f"The destination ARN {arn} is invalid.") from None
        if arn.split(":")[:7] == function.arn.split(":"):
            raise InvalidParameterValue(
                "You can't specify the function as a destination for itself."
            )

    def check_target(self, arn: str, role: str, services: tuple[str, ...]) -> None:
        """Raise InvalidParameterValueException unless the role may send to the target.

        `services` are the kinds of target that are possible here.
        """
        service = service_of(arn)
        if service == "s3":
            raise NotDoneYet("s3 as a destination of asynchronous invocations")
        if service not in services or (service == "events" and ":event-bus/" not in arn):
            raise InvalidParameterValue(f"The destination ARN {arn} is invalid.")
        allowed = self._permissions.allows(
            self._permissions.role_principal(role, "lambda"),
            _ACTIONS[service],
            arn,
            resource_policy=self._policy(service, arn),
        )
        if not allowed:
            raise InvalidParameterValue(
                f"The provided execution role does not have permissions to call {_WORDS[service]}"
            )

    def check_tracing(self, role: str) -> None:
        """Raise InvalidParameterValueException unless the role may send segments to X-Ray.

        https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
        """
        principal = self._permissions.role_principal(role, "lambda")
        if not self._permissions.allows(principal, "xray:PutTraceSegments", "*"):
            raise InvalidParameterValue(
                "The provided execution role does not have permissions to call PutTraceSegments on "
                "XRAY"
            )

    def _policy(self, service: str, arn: str) -> Policy:
        if service == "sqs":
            queue = self._queues.queue(arn)
            return queue.policy if queue else None
        if service == "sns":
            return self._topics.resource_policy(arn)
        if service == "events":
            return self._buses().resource_policy(arn)
        return self._registry.resource_policy(arn)

    async def send(
        self,
        version: Version,
        arn: str,
        body: str,
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Send to a target with the permissions of the version's role.

        Raises AwsError if the role may not, or if there is no such target.
        """
        service, source_arn = service_of(arn), version.function.arn
        if service not in _ACTIONS:
            raise AwsError(f"The destination ARN {arn} is invalid.")
        role = self._permissions.role_principal(version.configuration.role, version.function.name)
        self._permissions.require(
            role, _ACTIONS[service], arn, resource_policy=self._policy(service, arn)
        )
        if service == "sqs":
            self._send_to_queue(role, arn, OutgoingMessage(body, attributes or {}))
        elif service == "sns":
            self._topics.publish(arn, body, subject=None, sender=role, attributes=attributes)
        elif service == "events":
            self._put_event(role, arn, body)
        else:
            await self._invoke(
                arn, body.encode(), principal=role, source_arn=source_arn, invocation_type="Event"
            )

    def _put_event(self, role: Principal, arn: str, body: str) -> None:
        """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
        if not self._buses().exists(arn):
            raise AwsError("The event bus does not exist.", code="ResourceNotFoundException")
        context = json.loads(body)["requestContext"]
        result = "Success" if context["condition"] == "Success" else "Failure"
        entry = {
            "Source": "lambda",
            "DetailType": f"Lambda Function Invocation Result - {result}",
            "Resources": [context["functionArn"], arn],
            "Detail": body,
            "EventBusName": arn,
        }
        [outcome] = self._buses().put_events(arn.split(":")[3], [entry], role)["Entries"]
        if "ErrorCode" in outcome:
            raise AwsError(outcome["ErrorMessage"], code=outcome["ErrorCode"])

    def _send_to_queue(self, role: Principal, arn: str, message: OutgoingMessage) -> None:
        queue = self._queues.queue(arn)
        if queue is None:
            raise AwsError("The specified queue does not exist.", code="QueueDoesNotExist")
        group = "lambda" if queue.fifo else None
        queue.send(replace(message, group_id=group), role)


def _shown(side: str, arn: str) -> str:
    return f"{side}(destination={arn})" if arn else "null"
