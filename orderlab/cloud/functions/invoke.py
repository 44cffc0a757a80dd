"""How an invocation goes, in order:

1. find the function, and the version that its qualifier means
2. may the caller?
3. is the payload one?
4. `Event` goes to the queue, `DryRun` ends here
5. is there concurrency left?
6. an environment works on it
7. logs, metrics, the meter and the flight recorder hear of it

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Hop, Invocation, Principal
from orderlab.cloud.functions import outcome as outcomes
from orderlab.cloud.functions.backend import FunctionBackend
from orderlab.cloud.functions.errors import (
    InvalidRequestContent,
    RequestTooLarge,
    ServiceException,
    TooManyRequests,
)
from orderlab.cloud.functions.model import Function, Version
from orderlab.cloud.functions.names import FunctionName
from orderlab.cloud.functions.outcome import Outcome, Work
from orderlab.cloud.functions.pool import Fleet
from orderlab.cloud.functions.report import tail

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud
    from orderlab.cloud.functions.record import Record

ACCOUNT_CONCURRENCY = 1000
log = logging.getLogger("orderlab.cloud.functions")
SYNCHRONOUS_LIMIT_BYTES = 6_291_456
ASYNCHRONOUS_LIMIT_BYTES = 1_048_576

InvocationType = Literal["RequestResponse", "Event", "DryRun"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who invokes: `source_arn` is the resource behind a service principal."""

    principal: Principal
    source_arn: str | None = None
    client_context: str = ""
    trace_id: str = ""


class Invoker:
    """Carries invocations out. `running` counts those of the whole account."""

    def __init__(self, cloud: Cloud, fleet: Fleet, record: Record, seed: int | None) -> None:
        self._cloud, self._fleet, self._record = cloud, fleet, record
        self._random = random.Random(seed)
        # invocations under way of functions without a reservation
        self._unreserved_running = 0

    def check_caller(self, function: Function, name: FunctionName, caller: Caller) -> None:
        """AccessDeniedException unless the caller may invoke the function by that name."""
        if caller.principal.kind == "account":
            return
        policy = function.policies.get(name.qualifier)
        self._cloud.permissions.require(
            caller.principal,
            "lambda:InvokeFunction",
            f"{function.arn}:{name.qualifier}" if name.qualifier else function.arn,
            resource_policy=policy.document() if policy else None,
            source_arn=caller.source_arn,
        )

    def choose_version(self, backend: FunctionBackend, name: FunctionName) -> Version:
        """The version that runs; a weighted alias draws one of its versions."""
        function = backend.function(name)
        alias = function.aliases.get(name.qualifier) if name.qualifier else None
        if alias is None or not alias.weights:
            return backend.version(name)
        draw = self._random.random()
        for number, weight in alias.weights.items():
            draw -= weight
            if draw < 0:
                return backend.version(FunctionName(name.name, number))
        return backend.version(FunctionName(name.name, alias.version))

    async def run(
        self,
        version: Version,
        name: FunctionName,
        payload: bytes,
        caller: Caller,
        request_id: str,
        *,
        with_log: bool = False,
    ) -> Invocation:
        """Run one event to its end, on a version that was chosen already."""
        started = time.perf_counter()
        function = version.function
        reserved = function.reserved_concurrency is not None
        try:
            self._admit(function, payload)
        except TooManyRequests as error:
            self._throttled(function, name, payload, caller, request_id, error)
            raise
        function.running += 1
        self._unreserved_running += not reserved
        try:
            self._record.concurrency(function, self._unreserved_running)
            work = self._work(version, name, payload, caller, request_id)
            outcome = await self._outcome(version, work)
        except OSError as error:
            # no disk, no processes or no file descriptors are left: it may be tried again
            log.warning("%s could not be run: %s", function.name, error)
            raise ServiceException.of_machine(error) from error
        finally:
            function.running -= 1
            self._unreserved_running -= not reserved
        hop = self._hop(version, caller, payload, outcome, request_id, started)
        # the caller has its answer first; no later request overtakes this
        asyncio.get_running_loop().call_soon(self._note, version, name, outcome, hop)
        return Invocation(
            200,
            outcome.payload,
            outcome.function_error,
            version.number,
            request_id,
            tail(outcome.lines) if with_log else "",
            outcome.duration_ms,
        )

    def _note(self, version: Version, name: FunctionName, outcome: Outcome, hop: Hop) -> None:
        self._record.invocation(version, name, outcome)
        self._record.hop(hop)

    async def _outcome(self, version: Version, work: Work) -> Outcome:
        faults, name = self._cloud.faults, version.function.name
        for kind in ("error", "poison"):
            if faults.active(kind, name, work.payload):
                made = outcomes.injected(work, f"An experiment: {kind}.")
                made.fault = kind
                return self._record.injected(version, work, made)
        slow = faults.active("slow", name, work.payload)
        dies = faults.active("kill", name, work.payload) is not None
        environment = await self._fleet.acquire(version)
        try:
            hold = self._cloud.clock.real(slow.seconds) if slow else 0.0
            outcome = await environment.run(work, hold, dies)
            outcome.fault = "kill" if dies else "slow" if slow else ""
            return outcome
        except BaseException:
            environment.retired = True
            raise
        finally:
            self._fleet.release(environment)

    def _admit(self, function: Function, payload: bytes) -> None:
        """TooManyRequestsException where no concurrency is left."""
        if self._cloud.faults.active("throttle", function.name, payload):
            raise TooManyRequests("ConcurrentInvocationLimitExceeded", fault="throttle")
        reserved = function.reserved_concurrency
        if reserved is not None:
            if function.running >= reserved:
                raise TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded")
        elif self._unreserved_running >= self._unreserved_limit(function):
            raise TooManyRequests("ConcurrentInvocationLimitExceeded")

    def _unreserved_limit(self, function: Function) -> int:
        return ACCOUNT_CONCURRENCY - self._record.reserved_total(function)

    def _work(
        self, version: Version, name: FunctionName, payload: bytes, caller: Caller, request_id: str
    ) -> Work:
        arn = version.function.arn
        invoked = f"{arn}:{name.qualifier}" if name.qualifier else arn
        return Work(
            request_id, payload or b"{}", invoked, caller.client_context,
            caller.trace_id or new_trace_id(),
        )  # fmt: skip

    def _throttled(
        self,
        function: Function,
        name: FunctionName,
        payload: bytes,
        caller: Caller,
        request_id: str,
        error: TooManyRequests,
    ) -> None:
        self._record.throttle(function, name)
        ids = self._cloud.telemetry.recorder.ids_in(payload)
        at, target = self._cloud.clock.wall(), function.arn
        detail = {"reason": error.reason, **({"fault": error.fault} if error.fault else {})}
        shown = self._shown(caller)
        self._record.hop(Hop(at, shown, target, "Invoke", error.code, 0.0, ids, request_id, detail))

    def _shown(self, caller: Caller) -> str:
        """The flight recorder's name for the caller."""
        if caller.source_arn:
            return caller.source_arn
        if caller.principal.kind == "account":
            return "client"
        return self._cloud.permissions.function_of(caller.principal) or caller.principal.arn

    def _hop(
        self,
        version: Version,
        caller: Caller,
        payload: bytes,
        outcome: Outcome,
        request_id: str,
        started: float,
    ) -> Hop:
        detail = {
            "version": version.number,
            "environment": outcome.environment_id,
            "cold": outcome.cold,
            "init_ms": outcome.init_ms,
            "function_ms": outcome.duration_ms,
        }
        if outcome.fault:
            detail["fault"] = outcome.fault
        took = (time.perf_counter() - started) * 1000
        ids = self._cloud.telemetry.recorder.ids_in(payload)
        result = outcome.error_type or "ok"
        at = self._cloud.clock.wall() - took / 1000
        target = version.function.arn
        return Hop(at, self._shown(caller), target, "Invoke", result, took, ids, request_id, detail)


def check_payload(
    payload: bytes, invocation_type: InvocationType, *, surely_json: bool = False
) -> None:
    """RequestTooLargeException or InvalidRequestContentException unless it can be an event."""
    asynchronous = invocation_type == "Event"
    limit = ASYNCHRONOUS_LIMIT_BYTES if asynchronous else SYNCHRONOUS_LIMIT_BYTES
    if len(payload) > limit:
        operation = "InvokeAsync" if asynchronous else "InvokeFunction"
        raise RequestTooLarge(
            f"Request must be smaller than {limit} bytes for the {operation} operation"
        )
    if not payload or surely_json:
        return
    try:
        json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestContent(
            f"Could not parse request body into json: Could not parse payload into json: {error}"
        ) from None


def check_invocation_type(text: str) -> InvocationType:
    if text == "RequestResponse":
        return "RequestResponse"
    if text == "Event":
        return "Event"
    if text == "DryRun":
        return "DryRun"
    raise AwsError(
        f"1 validation error detected: Value '{text}' at 'invocationType' failed to satisfy "
        "constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
        code="ValidationException",
    )


def new_trace_id() -> str:
    """A trace header as Lambda makes it where the caller sent none."""
    noise = os.urandom(20).hex()
    root = f"Root=1-{int(time.time()):08x}-{noise[:24]}"
    return f"{root};Parent={noise[24:]};Sampled=0"
