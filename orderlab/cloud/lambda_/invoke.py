"""How an invocation goes, in order:

1. find the function, and the version that its qualifier means
2. may the caller?
3. is the payload one?
4. `Event` goes to the queue, `DryRun` ends here
5. was the function too often part of the chain of calls that has led here?
6. is an environment of provisioned concurrency idle, or is there concurrency left?
7. an environment works on it
8. logs, metrics, the meter and the flight recorder hear of it

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
from typing import Literal

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Faults, Hop, Invocation, Permissions, Principal
from orderlab.cloud.lambda_ import outcome as outcomes
from orderlab.cloud.lambda_.errors import (
    InvalidRequestContent,
    RecursiveInvocation,
    RequestTooLarge,
    ServiceException,
    TooManyRequests,
)
from orderlab.cloud.lambda_.lineage import (
    MOST_INVOCATIONS,
    key_of,
    lineage_of,
    with_lineage,
)
from orderlab.cloud.lambda_.model import Function, Version
from orderlab.cloud.lambda_.moto_seam import FunctionBackend
from orderlab.cloud.lambda_.names import FunctionName
from orderlab.cloud.lambda_.outcome import Outcome, Work
from orderlab.cloud.lambda_.pool import Fleet
from orderlab.cloud.lambda_.recording import Recording
from orderlab.cloud.lambda_.registry import FunctionRegistry
from orderlab.cloud.lambda_.report import tail
from orderlab.cloud.lambda_.states import State
from orderlab.cloud.lambda_.surroundings import Member
from orderlab.cloud.lambda_.tracing import FunctionTracing

ACCOUNT_CONCURRENCY, UNRESERVED_MINIMUM = 1000, 100
log = logging.getLogger("orderlab.cloud.lambda_")
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
    """Carries invocations out, within the concurrency of the functions and of the account."""

    def __init__(
        self,
        *,
        registry: FunctionRegistry,
        fleet: Fleet,
        recording: Recording,
        tracing: FunctionTracing,
        faults: Faults,
        clock: Clock,
        seed: int | None,
    ) -> None:
        self._tracing = tracing
        self._registry, self._fleet, self._recording = registry, fleet, recording
        self._faults, self._clock = faults, clock
        self._random = random.Random(seed)
        # invocations under way of functions without a reservation, outside provisioned concurrency
        self._unreserved_running = 0

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
        lineage = self._lineage(function, name, payload, caller, request_id)
        traced = self._tracing.begin(version, caller.trace_id)
        try:
            ready = self._admit(version, payload)
        except TooManyRequests as error:
            if traced is not None:
                self._tracing.throttled(traced, version, request_id)
            self._recording.throttle(function, name)
            self._refused(function, payload, caller, request_id, error)
            raise
        on_account = ready is None and function.reserved_concurrency is None
        self._count(function, 1, ready, on_account)
        try:
            self._note_begin(version, name, ready)
            header = traced.for_function if traced is not None else caller.trace_id
            work = self._work(version, name, payload, caller, request_id, header, lineage)
            outcome = await self._outcome(version, work, ready)
        except OSError as error:
            # no disk, no processes or no file descriptors are left: it may be tried again
            log.warning("%s could not be run: %s", function.name, error)
            raise ServiceException.of_machine(error) from error
        finally:
            self._count(function, -1, ready, on_account)
        hop = self._hop(version, caller, payload, outcome, request_id, started)
        if traced is not None:
            hop.detail = {**hop.detail, "trace_ids": traced.roots}
            self._tracing.end(traced, version, outcome, request_id)
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
        self._recording.invocation(version, name, outcome)
        self._recording.hop(hop)

    def _count(
        self, function: Function, change: int, ready: Member | None, on_account: bool
    ) -> None:
        function.running += change
        if ready is not None:
            function.running_provisioned += change
        if on_account:
            self._unreserved_running += change

    def _note_begin(self, version: Version, name: FunctionName, ready: Member | None) -> None:
        """Tell how many invocations run, also of the version's provisioned concurrency."""
        function, unreserved = version.function, self._unreserved_running
        claimed = self._registry.claimed_total(function.region)
        self._recording.concurrency(function, unreserved, claimed)
        if not function.provisioned:
            return
        environments = self._fleet.provisioned(version)
        allocated = sum(each.state in (State.READY, State.BUSY) for each in environments)
        if not allocated:
            return
        working = sum(each in self._fleet.busy for each in environments)
        self._recording.provisioned(function, name, working, allocated, spilled=ready is None)

    async def _outcome(self, version: Version, work: Work, ready: Member | None) -> Outcome:
        """What comes of an event, in the environment that is `ready` or in the next to be had."""
        faults, name = self._faults, version.function.name
        for kind in ("error", "poison"):
            if faults.active(kind, name, work.payload):
                made = outcomes.injected(work, f"An experiment: {kind}.")
                made.fault = kind
                if ready is not None:
                    self._fleet.release(ready)
                return self._recording.injected(version, work, made)
        slow = faults.active("slow", name, work.payload)
        dies = faults.active("kill", name, work.payload) is not None
        environment = ready or await self._fleet.acquire(version)
        try:
            hold = self._clock.real(slow.seconds) if slow else 0.0
            outcome = await environment.run(work, hold, dies)
            outcome.fault = "kill" if dies else "slow" if slow else ""
            return outcome
        except BaseException:
            environment.retired = True
            raise
        finally:
            self._fleet.release(environment)

    def _admit(self, version: Version, payload: bytes) -> Member | None:
        """An environment of provisioned concurrency, or None: one on demand may be used.

        Raises TooManyRequestsException if no concurrency is left.
        """
        function = version.function
        if self._faults.active("throttle", function.name, payload):
            raise TooManyRequests("ConcurrentInvocationLimitExceeded", fault="throttle")
        ready = self._fleet.take_provisioned(version)
        if ready is not None:
            return ready
        reserved = function.reserved_concurrency
        if reserved is not None:
            on_demand = function.running - function.running_provisioned
            if on_demand >= reserved - function.provisioned_total:
                raise TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded")
        elif self._unreserved_running >= self._unreserved_limit(function):
            raise TooManyRequests("ConcurrentInvocationLimitExceeded")
        return None

    def _unreserved_limit(self, function: Function) -> int:
        return ACCOUNT_CONCURRENCY - self._registry.claimed_total(function.region)

    def _work(
        self,
        version: Version,
        name: FunctionName,
        payload: bytes,
        caller: Caller,
        request_id: str,
        trace_header: str,
        lineage: dict[str, int],
    ) -> Work:
        arn = version.function.arn
        invoked = f"{arn}:{name.qualifier}" if name.qualifier else arn
        header = trace_header.partition(",")[0] or new_trace_id()
        header = with_lineage(header, lineage, key_of(arn))
        return Work(request_id, payload or b"{}", invoked, caller.client_context, header)

    def _lineage(
        self,
        function: Function,
        name: FunctionName,
        payload: bytes,
        caller: Caller,
        request_id: str,
    ) -> dict[str, int]:
        """The chain of invocations that has led here.

        Raises RecursiveInvocationException if this function was too often part of it.
        """
        lineage = lineage_of(caller.trace_id, caller.principal)
        if not lineage or function.recursive_loop == "Allow":
            return lineage
        if lineage.get(key_of(function.arn), 0) >= MOST_INVOCATIONS:
            error = RecursiveInvocation()
            self._recording.metric(function, "RecursiveInvocationsDropped", 1.0, name=name)
            self._refused(function, payload, caller, request_id, error)
            raise error
        return lineage

    def _refused(
        self,
        function: Function,
        payload: bytes,
        caller: Caller,
        request_id: str,
        error: TooManyRequests | RecursiveInvocation,
    ) -> None:
        ids = self._recording.ids_in(payload)
        at, target = self._clock.wall(), function.arn
        detail = {}
        if isinstance(error, TooManyRequests):
            detail = {"reason": error.reason, **({"fault": error.fault} if error.fault else {})}
        shown = self._shown(caller)
        hop = Hop(at, shown, target, "Invoke", error.code, 0.0, ids, request_id, detail)
        self._recording.hop(hop)

    def _shown(self, caller: Caller) -> str:
        return self._recording.caller_name(caller.principal, caller.source_arn)

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
        if outcome.provisioned:
            detail["provisioned"] = True
        if outcome.fault:
            detail["fault"] = outcome.fault
        took = (time.perf_counter() - started) * 1000
        ids = self._recording.ids_in(payload)
        result = outcome.error_type or "ok"
        at = self._clock.wall() - took / 1000
        target = version.function.arn
        return Hop(at, self._shown(caller), target, "Invoke", result, took, ids, request_id, detail)


def check_caller(
    permissions: Permissions, function: Function, name: FunctionName, caller: Caller
) -> None:
    """Raise AccessDeniedException unless the caller may invoke the function by that name."""
    if caller.principal.kind == "account":
        return
    policy = function.policies.get(name.qualifier)
    permissions.require(
        caller.principal,
        "lambda:InvokeFunction",
        f"{function.arn}:{name.qualifier}" if name.qualifier else function.arn,
        resource_policy=policy.document() if policy else None,
        source_arn=caller.source_arn,
    )


def check_payload(
    payload: bytes, invocation_type: InvocationType, *, surely_json: bool = False
) -> None:
    """Raise RequestTooLargeException or InvalidRequestContentException for a payload that cannot be
    an event."""
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
    """The InvocationType of a request; ValidationException if there is no such type."""
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
