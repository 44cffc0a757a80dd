"""What is noted down about a request: recorder, meter, metrics, access log, execution log."""

from __future__ import annotations

import time
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.access_log import write_access_log, write_execution_log
from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.model.deployed import DeployedMethod
from orderlab.cloud.apigateway.model.integration_uris import is_function
from orderlab.cloud.contracts import Hop, Telemetry
from orderlab.cloud.http import Response
from orderlab.cloud.messaging.trace_header import TraceHeader


class Recording:
    """Notes every finished request, wherever it is looked for later."""

    def __init__(
        self, *, telemetry: Telemetry, clock: Clock, correlation_fields: tuple[str, ...]
    ) -> None:
        """`correlation_fields` are the names of path parameters that name an order."""
        self._recorder = telemetry.recorder
        self._count = telemetry.meter.add
        self._add_metric = telemetry.metrics.add
        self._logs = telemetry.logs
        self._wall = clock.wall
        self._fields = correlation_fields

    def note(self, execution: Execution, response: Response) -> None:
        """Note one finished request."""
        request = execution.request
        latency_ms = (time.perf_counter() - request.started) * 1000
        self._record(execution, response, latency_ms)
        self._count("apigateway.requests", 1, request.api.id)
        self._measure(execution, response, latency_ms)
        if request.stage.get("accessLogSettings"):
            write_access_log(self._logs, self._wall(), execution, response, latency_ms)
        if execution.log is not None:
            write_execution_log(self._logs, self._wall(), execution, response)

    def _record(self, execution: Execution, response: Response, latency_ms: float) -> None:
        """A hop from the client to the API; one to the integration if nobody else records it."""
        request, record, at = execution.request, self._recorder.record, self._wall()
        ids = self._ids(execution, response)
        outcome = "ok" if response.status < 400 else str(response.status)
        api_arn = request.api_arn
        record(
            Hop(
                at=at - latency_ms / 1000,
                source="client",
                target=api_arn,
                action=f"{request.http.method} {execution.method.path or request.path}",
                outcome=outcome,
                duration_ms=latency_ms,
                ids=ids,
                request_id=request.id,
                detail={"status": response.status, **_trace_of(execution)},
            )
        )
        took = execution.integration_ms
        if took is None or _target_records(execution):
            return
        integration = execution.method.integration
        record(
            Hop(
                at=at - took / 1000,
                source=api_arn,
                target=_target(integration.uri),
                action=integration.kind,
                outcome=outcome if (execution.integration_status or 500) >= 400 else "ok",
                duration_ms=took,
                ids=ids,
                request_id=request.id,
            )
        )

    def _ids(self, execution: Execution, response: Response) -> tuple[str, ...]:
        """The orders that the bodies and the path name: `/orders/{orderId}` does, too."""
        ids_in, fields = self._recorder.ids_in, self._fields
        in_path = (v for name, v in execution.path_parameters.items() if name in fields)
        in_bodies = ids_in(execution.body.raw) + ids_in(response.body)
        return tuple(dict.fromkeys((*in_bodies, *in_path)))

    def _measure(self, execution: Execution, response: Response, latency_ms: float) -> None:
        """AWS/ApiGateway, by API, by stage, and by method where detailed metrics are on.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
        """
        values = [
            ("Count", 1.0, "Count"),
            ("4XXError", float(400 <= response.status < 500), "Count"),
            ("5XXError", float(response.status >= 500), "Count"),
            ("Latency", latency_ms, "Milliseconds"),
        ]
        if execution.integration_ms is not None:
            values.append(("IntegrationLatency", execution.integration_ms, "Milliseconds"))
        add = self._add_metric
        for each in _dimensions(execution):
            for metric, value, unit in values:
                add("AWS/ApiGateway", metric, value, unit=unit, dimensions=each)


def _dimensions(execution: Execution) -> list[dict[str, str]]:
    request, method = execution.request, execution.method
    name = str(request.api.document["name"])
    by_stage = {"ApiName": name, "Stage": request.stage_name}
    dimensions = [{"ApiName": name}, by_stage]
    if method.path and _has_details(request.stage, method):
        dimensions.append({**by_stage, "Resource": method.path, "Method": method.http_method})
    return dimensions


def _has_details(stage: dict[str, Any], method: DeployedMethod) -> bool:
    settings = stage.get("methodSettings") or {}
    for key in (method.setting_key, "*/*"):
        if key in settings:
            return bool(settings[key].get("metricsEnabled"))
    return False


def _target_records(execution: Execution) -> bool:
    """Whether what was called has recorded the call: functions record every one, queues and topics
    each message that they took, and the dispatcher all calls of tables and all refused calls."""
    uri, status = execution.method.integration.uri, execution.integration_status
    if is_function(uri):
        return True
    if status is None:
        return False
    if ":dynamodb:" in uri:
        return True
    return (":sqs:" in uri or ":sns:" in uri) and (status < 400 or status == 403)


def _target(uri: str) -> str:
    """The ARN behind an integration, as far as its address tells."""
    if is_function(uri):
        return uri.partition("/functions/")[2].removesuffix("/invocations")
    parts = uri.split(":", 5)
    if len(parts) == 6 and parts[4] == "sqs" and parts[5].startswith("path/"):
        account, _, queue = parts[5].removeprefix("path/").strip("/").partition("/")
        return f"arn:aws:sqs:{parts[3]}:{account}:{queue}"
    return uri


def _trace_of(execution: Execution) -> dict[str, list[str]]:
    """The id of the trace of a request whose stage is traced."""
    if not execution.request.stage.get("tracingEnabled"):
        return {}
    header = TraceHeader.read(str(execution.context["xrayTraceId"]))
    return {"trace_ids": [header.root]} if header.sampled else {}
