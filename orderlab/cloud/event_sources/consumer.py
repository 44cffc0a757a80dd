"""The function behind a mapping, as its pollers see it: may they go on, and what came of a batch.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Invocation, Principal
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.sources import SourceChecks

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

log = logging.getLogger("orderlab.cloud.event_sources")

# the limit of a synchronous invocation's payload
MAXIMUM_PAYLOAD_BYTES = 6 * 1024 * 1024
ENVELOPE_BYTES = len(b'{"Records":[]}')


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `refused`: the code did not run, and no attempt counts."""

    kind: Literal["ok", "failed", "throttled", "refused"]
    invocation: Invocation | None = None
    problem: str | None = None

    @property
    def payload(self) -> bytes:
        return self.invocation.payload if self.invocation else b""


def event_payload(records: Iterable[bytes]) -> bytes:
    return b'{"Records":[' + b",".join(records) + b"]}"


class Consumer:
    """Invokes a mapping's function and knows why it may not be invoked now."""

    def __init__(self, cloud: Cloud, mapping: EventSourceMapping) -> None:
        self._cloud = cloud
        self._mapping = mapping
        self._checks = SourceChecks(cloud)
        account = mapping.function_arn.split(":")[4]
        # a mapping needs no statement in the function's policy: Lambda calls its own function
        self._principal = Principal("account", "lambda.amazonaws.com", account)
        self._checked_at = float("-inf")
        self._problem: str | None = None

    def problem(self) -> str | None:
        """Why the source must not be read now; looked at anew once a second."""
        now = self._cloud.clock.now()
        if now - self._checked_at >= max(1.0, 0.1 * self._cloud.clock.speed):
            self._checked_at = now
            self._problem = self._look()
            if self._problem:
                self._mapping.processed(self._problem)
        return self._problem

    def recheck(self) -> str | None:
        self._checked_at = float("-inf")
        return self.problem()

    def _look(self) -> str | None:
        try:
            function = self.configuration()
        except AwsError:
            return "Function not found"
        if not self._checks.may_read(self._mapping.source, function):
            return "The function's execution role may not read the event source"
        return None

    def configuration(self) -> Mapping[str, Any]:
        return self._cloud.functions.configuration(
            self._mapping.unqualified_function_arn, self._mapping.qualifier
        )

    async def invoke(self, payload: bytes) -> Outcome:
        """One attempt. Never raises, but for cancellation."""
        try:
            invocation = await self._cloud.functions.invoke(
                self._mapping.unqualified_function_arn,
                payload,
                principal=self._principal,
                source_arn=self._mapping.source.arn,
                qualifier=self._mapping.qualifier,
                surely_json=True,
            )
        except AwsError as error:
            return self._noted(_outcome_of(error))
        except Exception:
            log.exception("a batch of %s could not be handed over", self._mapping.uuid)
            return self._noted(Outcome("refused", problem="internal Lambda error"))
        if invocation.function_error:
            return self._noted(Outcome("failed", invocation, "Function call failed"))
        return Outcome("ok", invocation)

    def _noted(self, outcome: Outcome) -> Outcome:
        self._mapping.processed(outcome.problem)
        return outcome


def _outcome_of(error: AwsError) -> Outcome:
    if error.code == "TooManyRequestsException":
        return Outcome("throttled", problem="Function is throttled")
    if error.code == "ResourceNotFoundException":
        return Outcome("refused", problem="Function not found")
    return Outcome("refused", problem=error.message)


def real_seconds() -> float:
    """The clock that functions run by."""
    return time.monotonic()
