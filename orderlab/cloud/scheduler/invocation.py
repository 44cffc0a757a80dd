"""One invocation of a schedule's target: attempts, retries, dead letter.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud import ids
from orderlab.cloud.contracts import Permissions
from orderlab.cloud.scheduler.recording import Recording
from orderlab.cloud.scheduler.schedule import SERVICE, Schedule
from orderlab.cloud.scheduler.universal import UniversalTargets
from orderlab.cloud.targets.failures import TargetFailure
from orderlab.cloud.targets.retries import Exhausted, RetryPolicy, wait_before
from orderlab.cloud.targets.sender import Message, Source, TargetSender, kind_of
from orderlab.cloud.targets.templates import encode
from orderlab.cloud.targets.timetable import instant

MAX_LETTER = 200_000
log = logging.getLogger("orderlab.cloud.scheduler")


@dataclass(frozen=True, slots=True)
class Execution:
    """One time that a schedule was due."""

    schedule: Schedule
    scheduled_time: str
    id: str

    def input(self, attempt: int) -> str:
        """What the target gets: the input with its context attributes, or an event."""
        schedule = self.schedule
        text: str | None = schedule.target.get("Input")
        if text is None:
            return encode(self._event())
        for name, value in (
            ("schedule-arn", schedule.arn),
            ("scheduled-time", self.scheduled_time),
            ("execution-id", self.id),
            ("attempt-number", str(attempt)),
        ):
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text

    def _event(self) -> dict[str, Any]:
        parts = self.schedule.arn.split(":")
        return {
            "version": "0",
            "id": ids.new_uuid("schedules"),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": parts[4],
            "time": self.scheduled_time,
            "region": parts[3],
            "resources": [self.schedule.arn],
            "detail": "{}",
        }


class Invocations:
    """Invokes targets, and gives up what fails for good."""

    def __init__(
        self,
        *,
        sender: TargetSender,
        universal: UniversalTargets,
        permissions: Permissions,
        recording: Recording,
        clock: Clock,
    ) -> None:
        self._sender = sender
        self._universal = universal
        self._permissions = permissions
        self._recording = recording
        self._clock = clock
        self._chance = ids.source("schedule retries")

    async def run(self, schedule: Schedule, due: float) -> None:
        """Invoke the target, with retries. Never raises, but for cancellation."""
        execution = Execution(
            schedule, instant(due), ids.letters("executions", "0123456789abcdef", 16)
        )
        policy = RetryPolicy.of(schedule.target.get("RetryPolicy"))
        began, retries = self._clock.now(), 0
        self._recording.attempted(schedule)
        while (failure := await self._attempt(execution, retries + 1)) is not None:
            wait = wait_before(retries + 1, self._chance)
            exhausted: Exhausted | None = None
            if failure.retry:
                exhausted = policy.exhausted(retries, self._clock.now() - began, wait)
            if not failure.retry or exhausted is not None:
                await self._give_up(execution, failure, retries, exhausted)
                return
            await self._clock.sleep(wait)
            retries += 1

    async def _attempt(self, execution: Execution, attempt: int) -> TargetFailure | None:
        schedule = execution.schedule
        try:
            await self._reach(schedule, execution.input(attempt))
        except TargetFailure as failure:
            self._recording.failed(schedule, failure)
            return failure
        except Exception:
            log.exception("The target of %s could not be invoked", schedule.arn)
            return TargetFailure("UNKNOWN", "The invocation has failed.", retry=False)
        return None

    async def _reach(self, schedule: Schedule, text: str) -> None:
        target, source = schedule.target, _source(schedule)
        if ":aws-sdk:" in target["Arn"]:
            if not self._permissions.may_assume(target["RoleArn"], SERVICE):
                raise TargetFailure(
                    "NO_PERMISSIONS", "The role cannot be assumed.", retry=False,
                    cause="AccessDeniedException",
                )  # fmt: skip
            principal = replace(
                self._permissions.role_principal(target["RoleArn"], schedule.name[:64]),
                acts_for=schedule.arn,
            )
            await self._universal.call(target["Arn"], text, principal, source.region)
            return
        message = Message(
            text,
            (target.get("SqsParameters") or {}).get("MessageGroupId"),
            entry=_entry(target, text),
        )
        await self._sender.send(target["Arn"], message, source)

    async def _give_up(
        self,
        execution: Execution,
        failure: TargetFailure,
        retries: int,
        exhausted: Exhausted | None,
    ) -> None:
        schedule = execution.schedule
        self._recording.dropped(schedule)
        arn = (schedule.target.get("DeadLetterConfig") or {}).get("Arn")
        if arn is None:
            return
        text = execution.input(retries + 1)
        values = {
            "SCHEDULE_ARN": schedule.arn,
            "TARGET_ARN": schedule.target["Arn"],
            "SCHEDULED_TIME": execution.scheduled_time,
            "EXECUTION_ID": execution.id,
            "ERROR_CODE": failure.cause,
            "ERROR_MESSAGE": failure.message[:1_000] or failure.cause,
            "RETRY_ATTEMPTS": str(retries),
            "EXHAUSTED_RETRY_CONDITION": exhausted or "MaximumRetryAttempts",
            "IS_PAYLOAD_TRUNCATED": str(len(text) > MAX_LETTER).lower(),
        }
        attributes = {
            name: {"DataType": "String", "StringValue": value} for name, value in values.items()
        }
        letter = Message(text[:MAX_LETTER], attributes=attributes)
        try:
            await self._sender.send(arn, letter, _source(schedule))
        except TargetFailure as error:
            log.info("A dead letter of %s was lost: %s", schedule.arn, error)
            self._recording.dead_letter(schedule, arrived=False, code=error.cause)
        else:
            self._recording.dead_letter(schedule, arrived=True)


def _source(schedule: Schedule) -> Source:
    return Source(SERVICE, schedule.arn, schedule.arn.split(":")[4], schedule.target["RoleArn"])


def _entry(target: dict[str, Any], text: str) -> dict[str, Any] | None:
    if kind_of(target["Arn"]) != "events":
        return None
    given = target["EventBridgeParameters"]
    try:
        detail = text if isinstance(json.loads(text), dict) else "{}"
    except (ValueError, RecursionError):
        detail = text
    return {"Source": given["Source"], "DetailType": given["DetailType"], "Detail": detail}
