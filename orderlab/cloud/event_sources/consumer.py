"""The function behind a mapping: may its pollers go on, and what came of a batch.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Invocation, Principal
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.sources import SourceChecks
from orderlab.cloud.event_sources.wiring import Wiring

log = logging.getLogger("orderlab.cloud.event_sources")

# the largest payload of a synchronous invocation, in bytes
MAXIMUM_PAYLOAD_BYTES = 6 * 1024 * 1024
ENVELOPE_BYTES = len(b'{"Records":[]}')


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt. If it was `refused`, the code did not run: no attempt counts."""

    kind: Literal["ok", "failed", "throttled", "refused"]
    invocation: Invocation | None = None
    problem: str | None = None

    @property
    def payload(self) -> bytes:
        """What the function returned; empty if it did not run."""
        return self.invocation.payload if self.invocation else b""


def event_payload(records: Iterable[bytes]) -> bytes:
    """An event of encoded records."""
    return b'{"Records":[' + b",".join(records) + b"]}"


class Consumer:
    """Invokes a mapping's function and knows why it may not be invoked now."""

    def __init__(self, wiring: Wiring, mapping: EventSourceMapping) -> None:
        self._clock = wiring.clock
        self._functions = wiring.functions
        self._mapping = mapping
        self._checks = SourceChecks(wiring.permissions, wiring.queues, wiring.streams)
        account = mapping.function_arn.split(":")[4]
        # a mapping needs no statement in the function's policy: Lambda calls its own function
        self._principal = Principal("account", "lambda.amazonaws.com", account)
        self._checked_at = float("-inf")
        self._problem: str | None = None

    def problem(self) -> str | None:
        """Why the source must not be read now; looked at again once a second."""
        now = self._clock.now()
        if now - self._checked_at >= max(1.0, 0.1 * self._clock.speed):
            self._checked_at = now
            self._problem = self._look()
            if self._problem:
                self._mapping.processed(self._problem)
        return self._problem

    def recheck(self) -> str | None:
        """As `problem`, looked at now."""
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
        """The function's configuration; raises ResourceNotFoundException if it is gone."""
        return self._functions.configuration(
            self._mapping.unqualified_function_arn, self._mapping.qualifier
        )

    async def invoke(self, payload: bytes, trace_id: str = "") -> Outcome:
        """Make one attempt. It never raises; it can be cancelled.

        `trace_id` has the trace headers of the records, commas between.
        """
        try:
            invocation = await self._functions.invoke(
                self._mapping.unqualified_function_arn,
                payload,
                principal=self._principal,
                source_arn=self._mapping.source.arn,
                qualifier=self._mapping.qualifier,
                trace_id=trace_id,
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
