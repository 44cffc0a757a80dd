"""The API of X-Ray: segments in, traces out.

https://docs.aws.amazon.com/xray/latest/api/Welcome.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.xray.errors import BadSegment, InvalidRequest
from orderlab.cloud.xray.filter_expression import Test, Traced, filter_expression
from orderlab.cloud.xray.inferred import inferred_segments
from orderlab.cloud.xray.registry import Trace, TraceRegistry
from orderlab.cloud.xray.segment import read_segment
from orderlab.cloud.xray.service_graph import ServiceGraph
from orderlab.cloud.xray.summaries import summary_of

MAX_TRACE_IDS = 5
MAX_SEGMENTS = 50
_LONGEST_SECONDS = 24 * 3600
_PAGE = 100
# traces that are looked at before others get their turn
_AT_A_TIME = 20


class TraceOperations:
    """Answers the calls about traces."""

    def __init__(self, registry: TraceRegistry, account_id: str) -> None:
        self._registry = registry
        self._account_id = account_id
        self.handlers: Mapping[str, Handler] = {
            "PutTraceSegments": self._put,
            "GetTraceSummaries": self._summaries,
            "BatchGetTraces": self._batch,
            "GetServiceGraph": self._service_graph,
            "GetTraceGraph": self._trace_graph,
        }

    def _put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        documents = _body(call).get("TraceSegmentDocuments")
        if not isinstance(documents, list):
            raise InvalidRequest("TraceSegmentDocuments must not be null")
        if len(documents) > MAX_SEGMENTS:
            raise InvalidRequest(f"More than {MAX_SEGMENTS} segment documents in one call")
        refused = []
        for text in documents:
            try:
                self._registry.put(read_segment(str(text)))
            except BadSegment as error:
                refused.append(
                    {
                        "Id": error.segment_id,
                        "ErrorCode": error.code,
                        "Message": f"Invalid segment. ErrorCode: {error.code}",
                    }
                )
        return {"UnprocessedTraceSegments": refused}

    async def _summaries(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        given = _body(call)
        kind = given.get("TimeRangeType") or "TraceId"
        if kind not in ("TraceId", "Event"):
            raise NotDoneYet(f"xray.GetTraceSummaries with the time range type {kind}")
        start, end = _range(given)
        test = filter_expression(str(given.get("FilterExpression") or ""))
        candidates = self._registry.between(start, end)
        first = _place(given.get("NextToken"))
        found: list[dict[str, Any]] = []
        at = first
        for at, trace in enumerate(candidates[first:], first + 1):
            summary = self._matching(trace, test)
            if summary is not None:
                found.append(summary)
            if len(found) == _PAGE:
                break
            if at % _AT_A_TIME == 0:
                await asyncio.sleep(0)
        answer: dict[str, Any] = {
            "TraceSummaries": found,
            "ApproximateTime": end,
            "TracesProcessedCount": at - first,
        }
        if at < len(candidates):
            answer["NextToken"] = str(at)
        return answer

    def _matching(self, trace: Trace, test: Test) -> dict[str, Any] | None:
        summary = summary_of(trace, self._account_id)
        return summary if test(Traced(trace, summary)) else None

    def _batch(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        wanted = _trace_ids(_body(call))
        found = [(name, self._registry.get(name)) for name in wanted]
        return {
            "Traces": [_shown(trace) for _, trace in found if trace is not None],
            "UnprocessedTraceIds": [name for name, trace in found if trace is None],
        }

    def _service_graph(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        given = _body(call)
        if given.get("GroupName") or given.get("GroupARN"):
            raise NotDoneYet("xray.GetServiceGraph of a group")
        start, end = _range(given)
        graph = ServiceGraph(self._registry.between(start, end), self._account_id)
        return {
            "StartTime": start,
            "EndTime": end,
            "Services": graph.shown(),
            "ContainsOldGroupVersions": False,
        }

    def _trace_graph(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        found = [self._registry.get(name) for name in _trace_ids(_body(call))]
        traces = [each for each in found if each is not None]
        return {"Services": ServiceGraph(traces, self._account_id).shown()}


def _shown(trace: Trace) -> dict[str, Any]:
    documents = trace.documents()
    return {
        "Id": trace.id,
        "Duration": round(trace.end - trace.start, 3),
        "LimitExceeded": trace.limit_exceeded,
        "Segments": [
            {"Id": each["id"], "Document": json.dumps(each)}
            for each in [*documents, *inferred_segments(documents)]
        ],
    }


def _body(call: Call) -> dict[str, Any]:
    try:
        found = json.loads(call.request.body or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidRequest("The request body cannot be read.")
    return found


def _trace_ids(given: Mapping[str, Any]) -> list[str]:
    wanted = given.get("TraceIds")
    if not isinstance(wanted, list) or not wanted:
        raise InvalidRequest("TraceIds must not be empty")
    if len(wanted) > MAX_TRACE_IDS:
        raise InvalidRequest(f"No more than {MAX_TRACE_IDS} trace ids may be asked for at once")
    return list(dict.fromkeys(map(str, wanted)))


def _range(given: Mapping[str, Any]) -> tuple[float, float]:
    start, end = (_moment(given.get(name), name) for name in ("StartTime", "EndTime"))
    if start > end:
        raise InvalidRequest("StartTime must not be after EndTime")
    if end - start > _LONGEST_SECONDS:
        raise InvalidRequest("The time range must not be longer than 24 hours")
    return start, end


def _moment(value: Any, name: str) -> float:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequest(f"{name} must not be null")
    return float(value)


def _place(token: Any) -> int:
    if not token:
        return 0
    if isinstance(token, str) and token.isdecimal() and len(token) < 10:
        return int(token)
    raise InvalidRequest("The NextToken is invalid.")
