"""The segment of a request to a stage with active tracing.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.model.integration_uris import is_function, parse_uri
from orderlab.cloud.contracts import Traces
from orderlab.cloud.http import Response
from orderlab.cloud.messaging.trace_header import TraceHeader, new_root, new_segment_id

_SERVICES = {"sqs": "SQS", "sns": "SNS", "dynamodb": "DynamoDB"}


@dataclass(slots=True)
class TracedRequest:
    """A traced request under way. `call_id` is the id of the part that calls the integration."""

    root: str
    parent: str
    id: str = field(default_factory=new_segment_id)
    call_id: str = field(default_factory=new_segment_id)
    began: float = field(default_factory=time.time)


class StageTracing:
    """Begins and ends what is traced of requests."""

    def __init__(self, traces: Callable[[], Traces]) -> None:
        """`traces` is asked when the first traced request ends."""
        self._traces = traces

    def begin(self, execution: Execution) -> TracedRequest | None:
        """The trace of a request; None if its stage is not traced, or its caller does not want it.

        What is called for the request finds the trace in `$context.xrayTraceId`.
        """
        if not execution.request.stage.get("tracingEnabled"):
            return None
        header = TraceHeader.read(str(execution.context["xrayTraceId"]))
        if header.sampled is False:
            return None
        root = header.root if header.is_whole else new_root()
        traced = TracedRequest(root, header.parent)
        execution.context["xrayTraceId"] = str(TraceHeader(root, traced.call_id, sampled=True))
        return traced

    def end(self, traced: TracedRequest, execution: Execution, response: Response) -> None:
        """Record a request that was answered."""
        request, ended = execution.request, time.time()
        stage = request.stage_name
        arn = f"arn:aws:apigateway:{request.region.region_name}::/restapis/{request.api.id}"
        document: dict[str, Any] = {
            "id": traced.id,
            "name": f"{request.api.document['name']}/{stage}"[:200],
            "trace_id": traced.root,
            "start_time": traced.began,
            "end_time": ended,
            "http": _http(execution, response),
            "aws": {
                "api_gateway": {
                    "account_id": request.region.account_id,
                    "rest_api_id": request.api.id,
                    "stage": stage,
                    "request_id": request.id,
                }
            },
            "annotations": {"aws:api_id": request.api.id, "aws:api_stage": stage},
            "metadata": {"default": {"request_id": request.id}},
            "origin": "AWS::ApiGateway::Stage",
            "resource_arn": f"{arn}/stages/{stage}",
            **_failure(response.status),
        }
        if traced.parent:
            document["parent_id"] = traced.parent
        if execution.integration_ms is not None:
            document["subsegments"] = [_call(traced, execution, ended)]
        self._traces().record(document)


def _http(execution: Execution, response: Response) -> dict[str, Any]:
    http, context = execution.request.http, execution.context
    asked = {
        "url": f"https://{context['domainName']}{context['path']}",
        "method": http.method,
        "client_ip": http.source_ip,
        "user_agent": http.headers.get("user-agent", ""),
        "x_forwarded_for": True,
    }
    return {
        "request": asked,
        "response": {"status": response.status, "content_length": len(response.body)},
    }


def _call(traced: TracedRequest, execution: Execution, ended: float) -> dict[str, Any]:
    """The part that calls the integration."""
    took = (execution.integration_ms or 0.0) / 1000
    uri = execution.method.integration.uri
    status = execution.integration_status
    part: dict[str, Any] = {
        "id": traced.call_id,
        "name": _called(uri),
        "start_time": max(ended - took, traced.began),
        "end_time": ended,
        "namespace": "remote" if uri.startswith("http") else "aws",
    }
    if status is not None:
        part["http"] = {"response": {"status": status}}
        part |= _failure(status)
    return part


def _called(uri: str) -> str:
    if is_function(uri):
        return "Lambda"
    found = parse_uri(uri)
    service = found.service if found else ""
    return _SERVICES.get(service, service or uri.partition("://")[2].partition("/")[0] or "none")


def _failure(status: int) -> dict[str, bool]:
    if status == 429:
        return {"error": True, "throttle": True}
    if status >= 500:
        return {"fault": True}
    return {"error": True} if status >= 400 else {}
