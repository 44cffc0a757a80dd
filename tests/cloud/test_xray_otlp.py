"""Spans that OpenTelemetry sends to X-Ray's own address.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html
"""

from __future__ import annotations

import gzip
import json
import secrets
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from orderlab.cloud.xray.otlp_json import RESOURCE, SPAN, Form, encoded
from tests.cloud.bystander import bystander
from tests.cloud.xray_kit import segments

PROTOBUF, JSON = "application/x-protobuf", "application/json"


def send(cloud: Any, body: bytes, kind: str, *, secret: str = "test", **headers: str) -> Any:
    """The status, the content type and the body of the answer."""
    request = AWSRequest(
        "POST", f"{cloud.endpoint}/v1/traces", data=body, headers={"Content-Type": kind, **headers}
    )
    SigV4Auth(Credentials("test", secret), "xray", "us-east-1").add_auth(request)
    signed = request.prepare()
    plain = urllib.request.Request(
        signed.url, data=body, headers=dict(signed.headers), method="POST"
    )
    try:
        with urllib.request.urlopen(plain, timeout=30) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def span(trace_id: str, **more: Any) -> dict[str, Any]:
    """A span of a server, as OTLP's JSON has it."""
    now = time.time_ns()
    return {
        "traceId": trace_id,
        "spanId": secrets.token_hex(8),
        "name": "GET /orders",
        "kind": 2,
        "startTimeUnixNano": str(now - 250_000_000),
        "endTimeUnixNano": str(now),
        "attributes": [
            {"key": "order", "value": {"stringValue": "o-1"}},
            {"key": "http.response.status_code", "value": {"intValue": "500"}},
            {"key": "aws.xray.annotations",
             "value": {"arrayValue": {"values": [{"stringValue": "order"}]}}},
        ],
        "status": {"code": "STATUS_CODE_ERROR"},
        **more,
    }  # fmt: skip


def request_of(*spans: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "web-shop"}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(spans)}]}]}


def as_protobuf(content: dict[str, Any]) -> bytes:
    scopes: Form = {"spans": (2, SPAN)}
    resources: Form = {"resource": (1, RESOURCE), "scopeSpans": (2, scopes)}
    return encoded(content, {"resourceSpans": (1, resources)})


def new_trace() -> str:
    return f"{int(time.time()):08x}{secrets.token_hex(12)}"


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
def test_spans_become_segments(cloud: Any, kind: str) -> None:
    trace_id = new_trace()
    content = request_of(span(trace_id))
    body = as_protobuf(content) if kind == PROTOBUF else json.dumps(content).encode()
    assert send(cloud, body, kind) == (200, kind, b"" if kind == PROTOBUF else b"{}")
    found = segments(cloud.client("xray"), f"1-{trace_id[:8]}-{trace_id[8:]}")
    assert [(each["name"], each["fault"]) for each in found] == [("web-shop", True)]
    assert found[0]["annotations"] == {"order": "o-1"}
    assert round(found[0]["end_time"] - found[0]["start_time"], 2) == 0.25


def test_a_body_may_be_packed(cloud: Any) -> None:
    trace_id = new_trace()
    body = gzip.compress(as_protobuf(request_of(span(trace_id))))
    assert send(cloud, body, PROTOBUF, **{"Content-Encoding": "gzip"})[0] == 200
    assert segments(cloud.client("xray"), f"1-{trace_id[:8]}-{trace_id[8:]}")


def test_spans_that_are_not_valid_are_counted(cloud: Any) -> None:
    trace_id = new_trace()
    content = request_of(span(trace_id), span("beef"), span(trace_id, spanId=""))
    status, _, body = send(cloud, json.dumps(content).encode(), JSON)
    assert (status, json.loads(body)["partialSuccess"]["rejectedSpans"]) == (200, "2")
    assert len(segments(cloud.client("xray"), f"1-{trace_id[:8]}-{trace_id[8:]}")) == 1
    status, _, body = send(cloud, as_protobuf(content), PROTOBUF)
    assert status == 200 and b"2 spans are not valid." in body


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xff\xff", PROTOBUF, 400),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [1]}]}]}', JSON, 400),
        (b'{"resourceSpans": ' + b"[" * 100_000, JSON, 400),
        (b"spans", "text/plain", 415),
    ],
)
def test_what_is_no_request_of_otlp_is_refused(
    cloud: Any, body: bytes, kind: str, status: int
) -> None:
    assert send(cloud, body, kind)[0] == status


def test_the_request_is_signed(cloud: Any) -> None:
    assert send(cloud, b"", PROTOBUF, secret="wrong")[0] == 403


def test_a_span_with_very_many_attributes_keeps_nobody_waiting(cloud: Any) -> None:
    many = [{"key": f"k{i}", "value": {"intValue": i}} for i in range(60_000)]
    spans = [span(new_trace(), attributes=many), span(new_trace())]
    content = request_of(*spans)
    with bystander(cloud):
        for kind, body in ((PROTOBUF, as_protobuf(content)), (JSON, json.dumps(content).encode())):
            assert send(cloud, body, kind)[0] == 200
