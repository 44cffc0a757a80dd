"""The traces that are kept: the newest ones, each with its segments.

https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html

Differs from AWS: traces are kept while the cloud runs, 10,000 of them and 64 MB of documents at
most, and not for 30 days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.xray.segment import Segment, parts_of

MAX_TRACES = 10_000
MAX_BYTES = 64 * 1024 * 1024
# of one trace; what comes beyond that is dropped
MAX_TRACE_BYTES = 500_000


@dataclass(slots=True, eq=False)
class Trace:
    """Segments with one trace id, by their ids."""

    id: str
    segments: dict[str, Segment] = field(default_factory=dict)
    size: int = 0
    revision: int = 0
    limit_exceeded: bool = False

    @property
    def start(self) -> float:
        """When the earliest segment began, in seconds since 1970."""
        return min(each.start for each in self.segments.values())

    @property
    def end(self) -> float:
        """When the last segment ended."""
        return max(each.end for each in self.segments.values())

    def documents(self) -> list[dict[str, Any]]:
        """The segments, with the subsegments that were sent apart in their places."""
        copies = {name: _copy(each.document) for name, each in self.segments.items()}
        places = {}
        for copy in copies.values():
            waiting = [copy]
            while waiting:
                each = waiting.pop()
                places[each.get("id")] = each
                waiting += parts_of(each)
        whole = []
        for name, segment in self.segments.items():
            parent = places.get(segment.document.get("parent_id"))
            if segment.is_subsegment and parent is not None and parent is not copies[name]:
                parent.setdefault("subsegments", []).append(copies[name])
            elif not segment.is_subsegment:
                whole.append(copies[name])
        return sorted(whole, key=lambda document: float(document["start_time"]))


class TraceRegistry:
    """All traces of the account, the oldest first."""

    def __init__(self) -> None:
        self._traces: dict[str, Trace] = {}
        self._size = 0

    def put(self, segment: Segment) -> None:
        """Keep a segment, in the place of one with its id."""
        trace = self._traces.get(segment.trace_id)
        if trace is None:
            trace = self._traces[segment.trace_id] = Trace(segment.trace_id)
        before = trace.segments.get(segment.id)
        grown = segment.size - (before.size if before else 0)
        if trace.size + grown > MAX_TRACE_BYTES:
            trace.limit_exceeded = True
            return
        trace.segments[segment.id] = segment
        trace.size += grown
        trace.revision += 1
        self._size += grown
        while len(self._traces) > MAX_TRACES or self._size > MAX_BYTES:
            self._size -= self._traces.pop(next(iter(self._traces))).size

    def get(self, trace_id: str) -> Trace | None:
        """The trace with that id."""
        return self._traces.get(trace_id)

    def between(self, start: float, end: float) -> list[Trace]:
        """The traces that begin in a range of time (seconds since 1970), the newest first."""
        found = [each for each in self._traces.values() if each.segments]
        return [each for each in reversed(found) if start <= each.start <= end]


def _copy(document: dict[str, Any]) -> dict[str, Any]:
    """A copy whose lists of subsegments may be added to."""
    copy = dict(document)
    if "subsegments" in document:
        copy["subsegments"] = [_copy(each) for each in parts_of(document)]
    return copy
