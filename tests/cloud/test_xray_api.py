"""X-Ray's API: segments in; summaries, traces and graphs out.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cloud.xray_kit import error_of, new_trace_id, put, segments, summaries


@pytest.fixture(scope="module")
def xray(cloud: Any) -> Any:
    return cloud.client("xray")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"trace_id": "1-2-3"}, "InvalidTraceId"),
        ({"trace_id": None}, "MissingTraceId"),
        ({"id": "short"}, "InvalidId"),
        ({"name": ""}, "MissingName"),
        ({"start_time": "now"}, "MissingStartTime"),
        ({"end_time": None}, "MissingEndTime"),
        ({"type": "subsegment"}, "MissingParentId"),
    ],
)
def test_a_wrong_segment_is_named_and_the_others_are_kept(
    xray: Any, change: dict[str, Any], code: str
) -> None:
    """https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html"""
    now = time.time()
    trace_id = new_trace_id()
    good = {
        "id": secrets.token_hex(8),
        "trace_id": trace_id,
        "name": "good",
        "start_time": now,
        "end_time": now,
    }
    texts = [json.dumps(good), json.dumps(good | change), "{"]
    refused = xray.put_trace_segments(TraceSegmentDocuments=texts)["UnprocessedTraceSegments"]
    assert [each["ErrorCode"] for each in refused] == [code, "ParseError"]
    assert len(segments(xray, trace_id)) == 1


def test_summaries_are_filtered(xray: Any) -> None:
    """https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html"""
    name = f"filter-{secrets.token_hex(4)}"
    http = {"request": {"method": "GET", "url": "https://shop/orders"}, "response": {"status": 503}}
    slow = put(xray, name=name, start_time=time.time() - 5, end_time=time.time(), user="ann")
    bad = put(xray, name=name, fault=True, http=http, annotations={"kind": "gift", "size": 3})
    put(xray, name="other")
    expected = {
        "": {slow, bad},
        "AND fault": {bad},
        "AND ok": {slow},
        "AND !fault": {slow},
        "AND responsetime > 4": {slow},
        "AND duration <= 1.5": {bad},
        "AND http.status = 503": {bad},
        'AND http.url CONTAINS "/orders"': {bad},
        'AND http.method BEGINSWITH "G" AND http.status >= 500': {bad},
        'AND user = "ann"': {slow},
        'AND annotation.kind = "gift"': {bad},
        "AND annotation[size] > 2": {bad},
        'AND (annotation.kind = "none" OR responsetime > 4)': {slow},
        "AND error": set(),
    }
    for expression, ids in expected.items():
        found = summaries(xray, f'service("{name}") {expression}')
        assert {each["Id"] for each in found} == ids, expression
    found = summaries(xray, f'service("{name}") {{ fault }}')
    assert [each["Id"] for each in found] == [bad]
    found = summaries(xray, f'service(id(name: "{name}"))')
    assert len(found) == 2


@pytest.mark.parametrize("expression", ["fault AND", "(ok", "nothing = 1", "responsetime > fast"])
def test_a_wrong_filter_is_refused(xray: Any, expression: str) -> None:
    assert error_of(lambda: summaries(xray, expression))[0] == "InvalidRequestException"


def test_what_is_not_done_is_refused_by_name(xray: Any) -> None:
    calls: dict[str, Callable[[], Any]] = {
        "edge": lambda: summaries(xray, 'edge("a", "b")'),
        "GetGroups": lambda: xray.get_groups(),
        "GetSamplingRules": lambda: xray.get_sampling_rules(),
        "Service": lambda: summaries(xray, TimeRangeType="Service"),
    }
    for name, call in calls.items():
        code, text = error_of(call)
        assert (code, name in text) == ("NotImplementedByOrderlab", True)


def test_calls_have_limits(xray: Any) -> None:
    """https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html"""
    many = [new_trace_id() for _ in range(6)]
    assert error_of(lambda: xray.batch_get_traces(TraceIds=many))[0] == "InvalidRequestException"
    now = datetime.now(UTC)
    wide = {"StartTime": now - timedelta(hours=25), "EndTime": now}
    assert error_of(lambda: xray.get_trace_summaries(**wide))[0] == "InvalidRequestException"


def test_summaries_come_in_pages(xray: Any) -> None:
    name = f"pages-{secrets.token_hex(4)}"
    ids = {put(xray, name=name) for _ in range(120)}
    now = datetime.now(UTC)
    pages = xray.get_paginator("get_trace_summaries").paginate(
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        FilterExpression=f'service("{name}")',
    )
    found = [each["Id"] for page in pages for each in page["TraceSummaries"]]
    assert (len(found), set(found)) == (120, ids)


def test_the_service_graph_counts_calls(xray: Any) -> None:
    """https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html"""
    name = f"graph-{secrets.token_hex(4)}"
    now = time.time()
    call = {
        "id": secrets.token_hex(8),
        "name": "dynamodb",
        "namespace": "aws",
        "aws": {"operation": "PutItem", "table_name": f"{name}-table"},
        "start_time": now - 0.2,
        "end_time": now - 0.1,
    }
    for fault in (False, True):
        put(xray, name=name, fault=fault, subsegments=[call])
    end = datetime.now(UTC) + timedelta(seconds=5)
    services = xray.get_service_graph(StartTime=end - timedelta(minutes=5), EndTime=end)["Services"]
    found = next(each for each in services if (each["Name"], each.get("Root")) == (name, True))
    statistics = found["SummaryStatistics"]
    assert (statistics["OkCount"], statistics["TotalCount"]) == (1, 2)
    assert statistics["FaultStatistics"]["TotalCount"] == 1
    (edge,) = found["Edges"]
    table = services[edge["ReferenceId"]]
    assert (table["Name"], table["Type"]) == (f"{name}-table", "AWS::DynamoDB::Table")
    assert edge["SummaryStatistics"]["TotalCount"] == 2


def test_a_service_that_sends_no_segments_has_one_that_is_inferred(xray: Any) -> None:
    """https://docs.aws.amazon.com/xray/latest/api/API_Segment.html"""
    now = time.time()
    times = {"start_time": now - 0.2, "end_time": now - 0.1}
    call = {"id": secrets.token_hex(8), "name": "SNS", "namespace": "aws", **times}
    inside = {"id": secrets.token_hex(8), "name": "## price", "subsegments": [call], **times}
    name = f"inferred-{secrets.token_hex(4)}"
    trace_id = put(xray, name=name, subsegments=[inside])
    own, inferred = segments(xray, trace_id)
    assert own["name"] == name
    assert (inferred["name"], inferred["origin"]) == ("SNS", "AWS::SNS")
    assert (inferred["parent_id"], inferred["inferred"]) == (call["id"], True)
    (summary,) = summaries(xray, f'service("{name}")')
    assert {"SNS", name} == {each["Name"] for each in summary["ServiceIds"]}


def test_an_annotation_names_the_services_that_made_it(xray: Any) -> None:
    """https://docs.aws.amazon.com/xray/latest/api/API_ValueWithServiceIds.html"""
    name = f"annotated-{secrets.token_hex(4)}"
    put(xray, name=name, annotations={"order": 17, "paid": True})
    (summary,) = summaries(xray, f'service("{name}")')
    (order,) = summary["Annotations"]["order"]
    assert order["AnnotationValue"] == {"NumberValue": 17.0}
    assert [each["Name"] for each in order["ServiceIds"]] == [name]
