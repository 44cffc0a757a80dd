"""What the tests of X-Ray share: segments in, traces out, and the parts of a trace header."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError


def segments(xray: Any, trace_id: str) -> list[dict[str, Any]]:
    (trace,) = xray.batch_get_traces(TraceIds=[trace_id])["Traces"]
    return [json.loads(each["Document"]) for each in trace["Segments"]]


def summaries(xray: Any, expression: str = "", **more: Any) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    given = {"StartTime": now - timedelta(minutes=10), "EndTime": now + timedelta(minutes=1)}
    found = xray.get_trace_summaries(**given, FilterExpression=expression, **more)
    return list(found["TraceSummaries"])


def parts(header: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in header.split(";"))


def new_trace_id() -> str:
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def put(xray: Any, **document: Any) -> str:
    now = time.time()
    given = {
        "id": secrets.token_hex(8),
        "trace_id": new_trace_id(),
        "name": "test",
        "start_time": now - 0.5,
        "end_time": now,
        **document,
    }
    answer = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(given)])
    assert answer["UnprocessedTraceSegments"] == []
    return str(given["trace_id"])


def error_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call()
    found = error.value.response["Error"]
    return found["Code"], found["Message"]
