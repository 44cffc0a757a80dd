"""What CreateSchedule and UpdateSchedule check, beyond the forms of AWS's model.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Permissions
from orderlab.cloud.scheduler.schedule import SERVICE
from orderlab.cloud.scheduler.universal import universal_api
from orderlab.cloud.targets.schedule_expressions import (
    InvalidExpression,
    Schedule,
    read_expression,
)
from orderlab.cloud.targets.sender import kind_of

MAX_INPUT = 262_144
# seconds that a start may lie in the past
_LATEST_START = 300.0
_ARN = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:(\d{12})?:.+", re.ASCII)
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")
_NOT_DONE = {
    "EcsParameters": "ECS as a target of schedules",
    "KinesisParameters": "Kinesis as a target of schedules",
    "SageMakerPipelineParameters": "SageMaker as a target of schedules",
    "EventBridgePutEventsV2Parameters": "the new event buses as targets of schedules",
    "EventBridgePutRawEventsParameters": "the new event buses as targets of schedules",
}


def read_times(given: Mapping[str, Any]) -> Schedule:
    """When a schedule is due; ValidationException if its expression or time zone is not valid."""
    text = given["ScheduleExpression"]
    try:
        return read_expression(text, zone=_zone(given), one_time=True)
    except InvalidExpression:
        raise ValidationException(f"Invalid Schedule Expression {text}.") from None


def _zone(given: Mapping[str, Any]) -> tzinfo:
    name = given.get("ScheduleExpressionTimezone", "UTC")
    if name == "UTC":
        return UTC
    try:
        if not _ZONE.fullmatch(name):
            raise ValueError
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValidationException(
            f"The ScheduleExpressionTimezone {name} is not a valid time zone."
        ) from None


def moment(given: Any) -> float | None:
    """StartDate or EndDate in seconds since 1970; clients send a number, some of them text."""
    if given is None:
        return None
    try:
        if isinstance(given, str):
            found = datetime.fromisoformat(given)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        datetime.fromtimestamp(given, UTC)
        return float(given)
    except (ValueError, OverflowError, OSError):
        raise ValidationException(f"The date {given} is not valid.") from None


def check_dates(start: float | None, end: float | None, now: float) -> None:
    """Raise ValidationException for a start and an end that do not go together."""
    if end is not None and end <= now:
        raise ValidationException(
            "The EndDate you specify cannot be earlier than the current time."
        )
    if start is not None and start < now - _LATEST_START:
        raise ValidationException("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if start is not None and end is not None and start >= end:
        raise ValidationException("The StartDate must come before the EndDate.")


def check_settings(given: Mapping[str, Any], permissions: Permissions, account_id: str) -> None:
    """Raise ValidationException for settings that do not fit, NotDoneYet for what is not done."""
    if given.get("KmsKeyArn"):
        raise NotDoneYet("keys of KMS for schedules")
    window = given["FlexibleTimeWindow"]
    if (window["Mode"] == "FLEXIBLE") != ("MaximumWindowInMinutes" in window):
        wanted = "must" if window["Mode"] == "FLEXIBLE" else "cannot"
        raise ValidationException(
            f"MaximumWindowInMinutes {wanted} be set for a flexible time window with the mode "
            f"{window['Mode']}."
        )
    _check_target(given["Target"], account_id)
    role_arn = given["Target"]["RoleArn"]
    if not permissions.may_assume(role_arn, SERVICE):
        raise ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the "
            "role."
        )


def _check_target(target: Mapping[str, Any], account_id: str) -> None:
    arn = target["Arn"]
    if not _ARN.fullmatch(arn):
        raise ValidationException("Provided Arn is not in correct format.")
    for name, what in _NOT_DONE.items():
        if target.get(name):
            raise NotDoneYet(what)
    text = target.get("Input")
    if text is not None and len(text.encode()) > MAX_INPUT:
        raise ValidationException("The Input is larger than 256 KB.")
    if ":aws-sdk:" in arn:
        universal_api(arn)
        _check_json(text, needed=True)
        return
    kind = kind_of(arn)
    if not kind:
        raise NotDoneYet(f"the target {arn} of a schedule")
    if arn.split(":")[4] != account_id:
        raise NotDoneYet("targets in other accounts")
    _check_parameters(kind, target, text)


def _check_parameters(kind: str, target: Mapping[str, Any], text: str | None) -> None:
    """What one kind of target wants."""
    arn = target["Arn"]
    if kind in ("lambda", "events"):
        _check_json(text, needed=False)
    if kind == "events" and not target.get("EventBridgeParameters"):
        raise ValidationException("EventBridgeParameters are required for an event bus.")
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    if kind == "sqs" and arn.endswith(".fifo") != bool(group):
        needed = "required" if arn.endswith(".fifo") else "not valid"
        raise ValidationException(f"SqsParameters are {needed} for the queue {arn}.")


def _check_json(text: str | None, *, needed: bool) -> None:
    if text is None:
        if needed:
            raise ValidationException("Invalid RequestJson provided. Reason: There is no Input.")
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        # a context attribute that stands for a number makes JSON of it later
        if "<aws.scheduler." in text:
            return
        raise ValidationException("Invalid RequestJson provided. Reason: It is not JSON.") from None
    if needed and not isinstance(found, dict):
        raise ValidationException("Invalid RequestJson provided. Reason: It is not an object.")
