"""The segments that X-Ray has of a request, as the steps of a waterfall.

GetTraceSummaries finds traces by an annotation that a function has made of an order's id
(`tracer.put_annotation("order_id", ...)`); in the local cloud the flight recorder knows the traces
of an order besides. BatchGetTraces reads them.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.aws_target.lacking import lacks
from orderlab.drawing.trace_steps import Step

# what BatchGetTraces takes in a call, and how many traces of one order are read
_AT_ONCE, MOST_TRACES = 5, 20
_ANNOTATIONS = ("order_id", "orderId")
# GetTraceSummaries looks at a day at most; a trace of this order is a younger one
_LOOKS_BACK = timedelta(hours=6)
_SERVICES = {
    "AWS::ApiGateway::Stage": "API Gateway",
    "AWS::Lambda": "Lambda",
    "AWS::Lambda::Function": "Lambda",
    "AWS::DynamoDB::Table": "DynamoDB",
    "AWS::SQS::Queue": "SQS",
    "AWS::SNS": "SNS",
}
# X-Ray's SDK writes them small
_CALLED = {"dynamodb": "DynamoDB", "sqs": "SQS", "sns": "SNS", "lambda": "Lambda"}
_WHAT = {"AWS::ApiGateway::Stage": "request", "AWS::Lambda": "service"}


def traces_of(hops: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of the traces that the flight recorder's hops of one order name.

    A batch belongs to the traces of all its orders: its own are those that other hops name, too.
    """
    alone: dict[str, None] = {}
    together: dict[str, None] = {}
    for hop in hops:
        found = (hop.get("detail") or {}).get("trace_ids", ())
        (alone if len(hop.get("ids") or ()) == 1 else together).update(dict.fromkeys(found))
    return list(alone or together)[:MOST_TRACES]


def annotated_traces(xray: Any, order_id: str, now: datetime | None = None) -> list[str]:
    """The ids of the traces in which a function has annotated the order's id."""
    quoted = order_id.replace('"', "")
    wanted = " OR ".join(f'annotation.{name} = "{quoted}"' for name in _ANNOTATIONS)
    end = now or datetime.now(UTC)
    pages = xray.get_paginator("get_trace_summaries").paginate(
        StartTime=end - _LOOKS_BACK, EndTime=end, FilterExpression=wanted
    )
    try:
        found = [each["Id"] for page in pages for each in page["TraceSummaries"]]
    except ClientError as error:
        if not lacks(error):  # a server without X-Ray has no traces
            raise
        found = []
    return found[:MOST_TRACES]


def segments(target: Target, trace_ids: Sequence[str]) -> list[Step]:
    """The segments of traces and their parts, each after the one that has called it."""
    if not trace_ids:
        return []
    xray, documents = target.client("xray"), []
    for first in range(0, len(trace_ids), _AT_ONCE):
        page = xray.batch_get_traces(TraceIds=list(trace_ids[first : first + _AT_ONCE]))
        documents += [
            json.loads(segment["Document"])
            for trace in page["Traces"]
            for segment in trace["Segments"]
        ]
    # the caller's own part tells of the same call
    return list(_in_order([each for each in documents if not each.get("inferred")]))


def _in_order(documents: list[dict[str, Any]]) -> Iterator[Step]:
    """Callers before those whom they call, and those in the order of their time."""
    called: dict[str, list[dict[str, Any]]] = {}
    known = {part["id"] for each in documents for part in _all_of(each)}
    for each in documents:
        parent = str(each.get("parent_id") or "")
        called.setdefault(parent if parent in known else "", []).append(each)
    ways = [(each, "client", False) for each in _by_time(called.get("", []), latest_first=True)]
    while ways:
        document, caller, is_part = ways.pop()
        yield _step(document, caller, is_part=is_part)
        name = str(document["name"])
        parts = [(each, True) for each in document.get("subsegments") or ()]
        others = [(each, False) for each in called.pop(document["id"], ())]
        inner = sorted(parts + others, key=lambda each: float(each[0]["start_time"]), reverse=True)
        # parts belong to their segment, and so do the calls that they make
        by = caller if is_part else name
        ways += [(each, caller if _same(each, name) else by, part) for each, part in inner]


def _same(document: Mapping[str, Any], name: str) -> bool:
    """Whether this is the function's own segment, within that of Lambda for the same function."""
    return document["name"] == name and document.get("origin") == "AWS::Lambda::Function"


def _by_time(documents: list[dict[str, Any]], *, latest_first: bool) -> list[dict[str, Any]]:
    return sorted(documents, key=lambda each: float(each["start_time"]), reverse=latest_first)


def _all_of(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    waiting = [document]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += part.get("subsegments") or ()


def _step(document: Mapping[str, Any], caller: str, *, is_part: bool) -> Step:
    start = float(document["start_time"])
    end = document.get("end_time")
    name, origin = str(document["name"]), str(document.get("origin") or "")
    aws = document.get("aws") if isinstance(document.get("aws"), dict) else {}
    what = str((aws or {}).get("operation") or _WHAT.get(origin, "part" if is_part else "function"))
    return Step(
        start,
        caller,
        name,
        what,
        _outcome(document),
        None if end is None else (float(end) - start) * 1000,
        _SERVICES.get(origin) or _CALLED.get(name.lower(), ""),
    )


def _outcome(document: Mapping[str, Any]) -> str:
    for kind in ("throttle", "fault", "error"):
        if document.get(kind):
            return kind
    return "ok"
