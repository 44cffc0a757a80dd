"""One segment, or a subsegment that was sent by itself: a JSON document with times.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from orderlab.cloud.xray.errors import BadSegment

MAX_BYTES = 64 * 1024
# how deep subsegments may lie in one document
MAX_DEPTH = 50
_ID = re.compile(r"[0-9a-f]{16}")
_TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A document that was checked. `size` is its length in bytes."""

    id: str
    trace_id: str
    document: dict[str, Any]
    size: int

    @property
    def is_subsegment(self) -> bool:
        """Whether it is a part of another segment, which names it by `parent_id`."""
        return self.document.get("type") == "subsegment"

    @property
    def start(self) -> float:
        """When it began, in seconds since 1970."""
        return float(self.document["start_time"])

    @property
    def end(self) -> float:
        """When it ended; when it began if it is still in progress."""
        return float(self.document.get("end_time") or self.document["start_time"])


def read_segment(text: str | bytes) -> Segment:
    """Read a document. Raises BadSegment."""
    if len(text) > MAX_BYTES:
        raise BadSegment("SegmentTooLarge")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadSegment("ParseError") from None
    return checked(document, len(text))


def checked(document: Any, size: int) -> Segment:
    """A document as a segment. Raises BadSegment if something is missing or has a wrong form."""
    if not isinstance(document, dict):
        raise BadSegment("ParseError")
    found = str(document.get("id", ""))[:64]
    problem = _problem(document, found)
    if problem:
        raise BadSegment(problem, found)
    return Segment(found, document["trace_id"], document, size)


def _problem(document: dict[str, Any], found: str) -> str:
    """X-Ray's word for what is wrong with a document; empty if nothing is."""
    trace_id, name = document.get("trace_id"), document.get("name")
    checks = (
        (bool(found), "MissingId"),
        (_ID.fullmatch(found), "InvalidId"),
        (trace_id, "MissingTraceId"),
        (isinstance(trace_id, str) and _TRACE_ID.fullmatch(trace_id), "InvalidTraceId"),
        (name, "MissingName"),
        (isinstance(name, str) and len(name) <= 200, "InvalidName"),
        (_is_time(document.get("start_time")), "MissingStartTime"),
        (_is_time(document.get("end_time")) or document.get("in_progress"), "MissingEndTime"),
        (
            document.get("type") != "subsegment" or isinstance(document.get("parent_id"), str),
            "MissingParentId",
        ),
        (_is_shallow(document), "ParseError"),
    )
    return next((word for holds, word in checks if not holds), "")


def _is_time(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isfinite(value) and 0 < value < 1e11


def _is_shallow(document: Mapping[str, Any]) -> bool:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [below for each in level for below in parts_of(each)]
        if not level:
            return True
    return False


def parts_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The subsegments that stand in a document, one level below."""
    found = document.get("subsegments")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def all_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A document and every subsegment in it, however deep."""
    waiting = [document]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += parts_of(each)
