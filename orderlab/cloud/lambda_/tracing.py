"""The segments of a traced invocation: one of Lambda, one of the function.

The function's segment has parts for Init, for the handler and for what came after it. What the
function sends itself, with X-Ray's SDK or Powertools' Tracer, belongs to that segment.

https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html

Differs from AWS: every invocation is sampled if nobody has decided otherwise. A batch of messages
goes on with the trace of the first, and shows in those of the others, where AWS begins a trace that
is linked to theirs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.contracts import Traces
from orderlab.cloud.lambda_.model import Version
from orderlab.cloud.lambda_.outcome import Outcome
from orderlab.cloud.messaging.trace_header import TraceHeader, new_root, new_segment_id

# traces besides the first in which a batch shows
_MOST_OTHERS = 100


@dataclass(slots=True)
class TracedRun:
    """A traced invocation under way. `header` is that of its caller."""

    header: TraceHeader
    others: list[TraceHeader]
    began: float = field(default_factory=time.time)
    service_id: str = field(default_factory=new_segment_id)
    function_id: str = field(default_factory=new_segment_id)

    @property
    def roots(self) -> list[str]:
        """The ids of the traces in which it shows."""
        return [self.header.root, *(other.root for other in self.others)]

    @property
    def for_function(self) -> str:
        """The trace header that the function gets."""
        return str(TraceHeader(self.header.root, self.function_id, sampled=True))


class FunctionTracing:
    """Begins and ends what is traced of invocations."""

    def __init__(self, traces: Callable[[], Traces]) -> None:
        """`traces` is asked when the first traced function runs."""
        self._traces = traces

    def begin(self, version: Version, given: str) -> TracedRun | None:
        """The run of a function with active tracing; None if this one is not traced.

        `given` is the header of the caller; for a batch those of all messages, commas between.
        """
        if version.configuration.tracing_mode != "Active":
            return None
        headers = [TraceHeader.read(part) for part in given.split(",")[: _MOST_OTHERS + 1]]
        if headers[0].sampled is False:
            return None
        first = headers[0] if headers[0].is_whole else TraceHeader(new_root())
        seen = {first.root}
        others = []
        for each in headers[1:]:
            if each.is_whole and each.sampled and each.root not in seen:
                seen.add(each.root)
                others.append(each)
        return TracedRun(first, others)

    def end(self, run: TracedRun, version: Version, outcome: Outcome, request_id: str) -> None:
        """Record what has run."""
        ended = time.time()
        for number, header in enumerate([run.header, *run.others]):
            each = run
            if number:
                each = TracedRun(header, [], began=run.began)
            record = self._traces().record
            record(_of_lambda(each, version, outcome, request_id, ended))
            record(_of_function(each, version, outcome, request_id, ended))

    def throttled(self, run: TracedRun, version: Version, request_id: str) -> None:
        """Record an invocation for which no concurrency was left."""
        document = _common(run, version, request_id, run.service_id, time.time())
        document["http"] = {"response": {"status": 429}}
        self._traces().record({**document, "error": True, "throttle": True})


def _common(
    run: TracedRun, version: Version, request_id: str, segment_id: str, ended: float
) -> dict[str, Any]:
    parent = {"parent_id": run.header.parent} if run.header.parent else {}
    return {
        "id": segment_id,
        "name": version.function.name,
        "trace_id": run.header.root,
        **parent,
        "start_time": run.began,
        "end_time": ended,
        "aws": {"request_id": request_id},
        "origin": "AWS::Lambda",
        "resource_arn": version.function.arn,
    }


def _of_lambda(
    run: TracedRun, version: Version, outcome: Outcome, request_id: str, ended: float
) -> dict[str, Any]:
    document = _common(run, version, request_id, run.service_id, ended)
    document["http"] = {"response": {"status": 200}}
    return {**document, **_failure(outcome)}


def _of_function(
    run: TracedRun, version: Version, outcome: Outcome, request_id: str, ended: float
) -> dict[str, Any]:
    document = _common(run, version, request_id, run.function_id, ended)
    document["parent_id"] = run.service_id
    document["origin"] = "AWS::Lambda::Function"
    document["aws"] = {
        "account_id": version.function.account_id,
        "function_arn": version.function.arn,
        "request_id": request_id,
        "cold_start": outcome.cold,
    }
    document["subsegments"] = _parts(run, outcome, ended)
    return {**document, **_failure(outcome)}


def _parts(run: TracedRun, outcome: Outcome, ended: float) -> list[dict[str, Any]]:
    """Init if the environment was new, the handler's time, and what was left after it."""
    parts = []
    at = max(ended - outcome.duration_ms / 1000, run.began)
    if outcome.cold and outcome.init_ms:
        begins = max(at - outcome.init_ms / 1000, run.began)
        parts.append(_part("Initialization", begins, at))
    until = min(at + outcome.duration_ms / 1000, ended)
    parts.append(_part("Invocation", at, until) | _failure(outcome))
    parts.append(_part("Overhead", until, ended))
    return parts


def _part(name: str, start: float, end: float) -> dict[str, Any]:
    return {"id": new_segment_id(), "name": name, "start_time": start, "end_time": end}


def _failure(outcome: Outcome) -> dict[str, Any]:
    """`fault`, and the exception, if the handler raised or its process ended."""
    if not outcome.error_type:
        return {}
    exception = {
        "id": new_segment_id(),
        "type": outcome.error_type,
        "message": _message(outcome.payload)[:1000],
    }
    return {"fault": True, "cause": {"exceptions": [exception]}}


def _message(payload: bytes) -> str:
    try:
        found = json.loads(payload)
    except ValueError:
        return ""
    return str(found.get("errorMessage", "")) if isinstance(found, dict) else ""
