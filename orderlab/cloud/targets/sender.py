"""One attempt to bring a payload to a queue, a topic, a function or an event bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import (
    Attributes,
    EventBuses,
    Faults,
    Functions,
    Hop,
    Invocation,
    OutgoingMessage,
    Permissions,
    Policy,
    Principal,
    Queues,
    Recorder,
    Topics,
)
from orderlab.cloud.targets.failures import TargetFailure, failure_of

_ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
}
_LIMIT_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Source:
    """On whose behalf a target is reached.

    `service` is the principal that resource policies name, `arn` the rule, pipe or schedule. With
    a role, its permissions count; it must let the service assume it.
    """

    service: str
    arn: str
    account_id: str
    role_arn: str | None = None

    @property
    def region(self) -> str:
        """The Region of the rule, schedule or pipe."""
        return self.arn.split(":")[3]


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to a target, and what the kinds of target want besides."""

    body: str
    group_id: str | None = None
    deduplication_id: str | None = None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    subject: str | None = None
    ids: tuple[str, ...] | None = None
    # what is put on an event bus, as an entry of PutEvents
    entry: Mapping[str, Any] | None = None
    # the header by which X-Ray knows what belongs together
    trace: str | None = None


def kind_of(arn: str) -> str:
    """`sqs`, `sns`, `lambda` or `events`; empty for a target that is not one of these."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return ""
    service, rest = parts[2], parts[5]
    if service == "lambda":
        return service if rest.startswith("function:") else ""
    if service == "events":
        return service if rest.startswith("event-bus/") else ""
    return service if service in ("sqs", "sns") else ""


# by the kind of fault: the code and the text of the failure
_STRUCK = {
    "cut": ("CONNECTION_FAILURE", "The target cannot be reached."),
    "error": ("ERROR_FROM_TARGET", "The target has failed."),
    "throttle": ("THROTTLING", "Rate exceeded"),
}


class TargetSender:
    """Reaches targets. Raises TargetFailure if one is not reached."""

    def __init__(
        self,
        *,
        queues: Queues,
        topics: Topics,
        functions: Functions,
        buses: EventBuses,
        permissions: Permissions,
        faults: Faults,
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        self._queues = queues
        self._topics = topics
        self._functions = functions
        self._buses = buses
        self._permissions = permissions
        self._faults = faults
        self._recorder = recorder
        self._wall = clock.wall

    async def send(self, arn: str, message: Message, source: Source) -> None:
        """Deliver without waiting for what becomes of it: functions are invoked asynchronously."""
        kind = kind_of(arn)
        if not kind:
            raise NotDoneYet(f"the target {arn}")
        self._check_faults(kind, arn, message, source)
        principal = self.require(kind, arn, source)
        if kind != "lambda" and len(message.body) > _LIMIT_BYTES:
            raise TargetFailure("INVALID_PARAMETER", "The payload is too large.", retry=False)
        try:
            if kind == "lambda":
                await self._functions.invoke(
                    arn,
                    _json_bytes(message.body),
                    principal=principal,
                    source_arn=source.arn,
                    invocation_type="Event",
                    trace_id=message.trace or "",
                )
            else:
                self._hand_over(kind, arn, message, principal, source)
        except AwsError as error:
            raise failure_of(error) from error

    async def invoke(self, arn: str, payload: bytes, source: Source) -> Invocation:
        """Run a function and wait for its answer; TargetFailure if it was not run."""
        if self._faults.armed:
            self._check_faults("lambda", arn, Message(payload.decode("utf-8", "replace")), source)
        principal = self.require("lambda", arn, source)
        try:
            return await self._functions.invoke(
                arn, payload, principal=principal, source_arn=source.arn, surely_json=True
            )
        except AwsError as error:
            raise failure_of(error) from error

    def _hand_over(
        self, kind: str, arn: str, message: Message, principal: Principal, source: Source
    ) -> None:
        """Deliver to a target that stores what comes."""
        sender = _named(principal, source)
        if kind == "sqs":
            self._to_queue(arn, message, sender)
        elif kind == "sns":
            self._topics.publish(
                arn,
                message.body,
                subject=message.subject,
                sender=sender,
                attributes=message.attributes or None,
                group_id=message.group_id,
                deduplication_id=message.deduplication_id,
            )
        else:
            self._to_bus(arn, message, sender)

    def _to_queue(self, arn: str, message: Message, sender: Principal) -> None:
        queue = self._queues.queue(arn)
        if queue is None:
            raise _no_queue()
        outgoing = OutgoingMessage(
            message.body,
            message.attributes,
            system_attributes=_trace_attribute(message.trace),
            group_id=message.group_id,
            deduplication_id=message.deduplication_id,
        )
        queue.accept(outgoing, sender, ids=message.ids)

    def _to_bus(self, arn: str, message: Message, sender: Principal) -> None:
        if message.entry is None:
            raise TargetFailure("INVALID_PARAMETER", "There is no event to put.", retry=False)
        entry = {**message.entry, "EventBusName": arn}
        result = self._buses.put_events(arn.split(":")[3], [entry], sender)
        [outcome] = result["Entries"]
        if "ErrorCode" in outcome:
            raise TargetFailure(
                "INVALID_PARAMETER",
                str(outcome["ErrorMessage"]),
                retry=outcome["ErrorCode"] == "ThrottlingException",
                cause=str(outcome["ErrorCode"]),
            )

    # --- may it? ---

    def require(self, kind: str, arn: str, source: Source) -> Principal:
        """Who acts; TargetFailure if they may not, or there is no such target."""
        policy = self.policy(kind, arn)
        if source.role_arn is None:
            principal = Principal("service", source.service, source.account_id)
            if kind == "events":
                # within an account, a rule needs no permission to reach another bus
                return principal
        else:
            if not self._permissions.may_assume(source.role_arn, source.service):
                _refuse(f"{source.service} may not assume the role {source.role_arn}")
            session = source.arn.rpartition("/")[2][:64]
            principal = replace(
                self._permissions.role_principal(source.role_arn, session), acts_for=source.arn
            )
        if kind == "lambda" and source.role_arn is None:
            # the function's policy is asked when it is invoked
            return principal
        if not self._permissions.allows(
            principal, _ACTIONS[kind], arn, resource_policy=policy, source_arn=source.arn
        ):
            _refuse(f"No permission for {_ACTIONS[kind]} on {arn}")
        return principal

    def policy(self, kind: str, arn: str) -> Policy:
        """The target's own policy; TargetFailure if it does not exist."""
        if kind == "sqs":
            queue = self._queues.queue(arn)
            if queue is None:
                raise failure_of(_no_queue())
            return queue.policy
        if kind == "sns":
            policy = self._topics.resource_policy(arn)
            if policy is None:
                raise TargetFailure("NO_RESOURCE", "Topic does not exist", retry=False)
            return policy
        if kind == "events":
            if not self._buses.exists(arn):
                raise TargetFailure("NO_RESOURCE", "Event bus does not exist.", retry=False)
            return self._buses.resource_policy(arn)
        return None

    def _check_faults(self, kind: str, arn: str, message: Message, source: Source) -> None:
        """An experiment may cut a target off: attempts fail, as if it could not be reached."""
        if not self._faults.armed:
            return
        name = arn.rpartition(":")[2] if kind != "events" else arn.rpartition("/")[2]
        target = f"topic/{name}" if kind == "sns" else f"bus/{name}" if kind == "events" else name
        payload = message.body.encode()
        kinds = ("cut", "error", "throttle") if kind in ("sns", "events") else ("cut",)
        for fault in kinds:
            if self._faults.active(fault, target, payload):
                code, text = _STRUCK[fault]
                self._note(source.arn, arn, code, fault, message)
                raise TargetFailure(code, text, retry=True)

    def _note(self, source: str, target: str, code: str, fault: str, message: Message) -> None:
        ids = message.ids or self._recorder.ids_in(message.body)
        detail = {"fault": fault}
        self._recorder.record(
            Hop(self._wall(), source, target, "Deliver", code, 0.0, ids, detail=detail)
        )


def _trace_attribute(trace: str | None) -> Attributes:
    if trace is None:
        return {}
    return {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}}


def _json_bytes(body: str) -> bytes:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        raise TargetFailure("INVALID_JSON", "The input is not valid JSON.", retry=False) from None
    return body.encode("utf-8", "surrogatepass")


def _named(principal: Principal, source: Source) -> Principal:
    """The sender as the flight recorder shows it: by the rule, not by its service."""
    if principal.kind == "service":
        return Principal("service", source.arn, source.account_id)
    return principal


def _refuse(message: str) -> NoReturn:
    raise TargetFailure("NO_PERMISSIONS", message, retry=False, cause="AccessDeniedException")


def _no_queue() -> AwsError:
    return AwsError(
        "The specified queue does not exist.", code="AWS.SimpleQueueService.NonExistentQueue"
    )
