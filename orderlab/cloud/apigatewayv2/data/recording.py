"""What is noted down about a request: recorder, meter, metrics and access log."""

from __future__ import annotations

import time
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.access_log import access_line, log_group_of
from orderlab.cloud.apigatewayv2.data.request import HttpRequest
from orderlab.cloud.apigatewayv2.model.service_calls import SERVICE_CALLS
from orderlab.cloud.contracts import Hop, Telemetry
from orderlab.cloud.http import Response

METERED = "apigateway.http_requests"
# AWS bills requests by begun pieces of this size
# https://aws.amazon.com/api-gateway/pricing/
BILLED_BYTES = 512 * 1024


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

    def note(self, request: HttpRequest, response: Response) -> None:
        """Note one finished request."""
        latency_ms = (time.perf_counter() - request.started) * 1000
        self._record(request, response, latency_ms)
        size = len(request.http.body) + len(response.body)
        self._count(METERED, max(1, -(-size // BILLED_BYTES)), request.api.id)
        self._measure(request, response, latency_ms, size)
        if request.stage.get("AccessLogSettings"):
            self._log(request, response, latency_ms)

    def _record(self, request: HttpRequest, response: Response, latency_ms: float) -> None:
        """A hop from the client to the API; one to the integration if nobody else records it."""
        at, ids = self._wall(), self._ids(request, response)
        route = request.matched
        action = route.key if route else f"{request.http.method} {request.path}"
        self._recorder.record(
            Hop(
                at=at - latency_ms / 1000,
                source="client",
                target=request.api_arn,
                action=action,
                outcome=_outcome(response.status),
                duration_ms=latency_ms,
                ids=ids,
                request_id=request.id,
                detail={"status": response.status},
            )
        )
        took, target = request.integration_ms, _target(request)
        if took is None or not target:
            return
        self._recorder.record(
            Hop(
                at=at - took / 1000,
                source=request.api_arn,
                target=target,
                action="AWS_PROXY",
                outcome=_outcome(request.integration_status or 500),
                duration_ms=took,
                ids=ids,
                request_id=request.id,
            )
        )

    def _ids(self, request: HttpRequest, response: Response) -> tuple[str, ...]:
        """The orders that the bodies and the path name."""
        ids_in, fields = self._recorder.ids_in, self._fields
        in_path = (v for name, v in request.path_parameters.items() if name in fields)
        in_bodies = ids_in(request.http.body) + ids_in(response.body)
        return tuple(dict.fromkeys((*in_bodies, *in_path)))

    def _measure(
        self, request: HttpRequest, response: Response, latency_ms: float, size: int
    ) -> None:
        """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"""
        values = [
            ("Count", 1.0, "Count"),
            ("4xx", float(400 <= response.status < 500), "Count"),
            ("5xx", float(response.status >= 500), "Count"),
            ("Latency", latency_ms, "Milliseconds"),
            ("DataProcessed", float(size), "Bytes"),
        ]
        if request.integration_ms is not None:
            values.append(("IntegrationLatency", request.integration_ms, "Milliseconds"))
        for dimensions in _dimensions(request):
            for metric, value, unit in values:
                self._add_metric("AWS/ApiGateway", metric, value, unit=unit, dimensions=dimensions)

    def _log(self, request: HttpRequest, response: Response, latency_ms: float) -> None:
        """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html"""
        settings = request.stage["AccessLogSettings"]
        group = log_group_of(settings["DestinationArn"])
        if group is None:
            return
        line = access_line(settings["Format"], _variables(request, response, latency_ms))
        stream = f"{request.api.id}-{request.stage_name.removeprefix('$')}"
        self._logs.write(group, stream, [(int(self._wall() * 1000), line.rstrip("\n"))])


def _outcome(status: int) -> str:
    return "ok" if status < 400 else str(status)


def _target(request: HttpRequest) -> str:
    """What was called, if it does not record its calls itself, as functions and queues do."""
    integration = request.matched.integration if request.matched else None
    subtype = (integration or {}).get("IntegrationSubtype")
    if not subtype or SERVICE_CALLS[subtype].service == "sqs":
        return ""
    return f"arn:aws:events:{request.api.region_name}:{request.api.account_id}:event-bus/default"


def _dimensions(request: HttpRequest) -> list[dict[str, str]]:
    by_stage = {"ApiId": request.api.id, "Stage": request.stage_name}
    dimensions = [{"ApiId": request.api.id}, by_stage]
    route = request.matched
    if route is not None:
        settings = request.stage["RouteSettings"].get(route.key)
        if (settings or request.stage["DefaultRouteSettings"]).get("DetailedMetricsEnabled"):
            dimensions.append({**by_stage, "Resource": route.path, "Method": route.verb})
    return dimensions


def _variables(request: HttpRequest, response: Response, latency_ms: float) -> dict[str, Any]:
    failure, integration_ms = request.failure, request.integration_ms
    took = None if integration_ms is None else round(integration_ms)
    status = request.integration_status
    reason = failure.reason if failure else ""
    by_integration = reason if failure and failure.by_integration else None
    found = {
        **request.context(),
        "status": response.status,
        "responseLength": len(response.body),
        "responseLatency": round(latency_ms),
        "dataProcessed": len(request.http.body) + len(response.body),
        "integrationLatency": took,
        "integrationStatus": request.endpoint_status,
        "integrationErrorMessage": by_integration,
        "awsEndpointRequestId": request.endpoint_request_id,
        "integration": {
            "error": by_integration,
            "integrationStatus": request.endpoint_status,
            "latency": took,
            "requestId": request.endpoint_request_id,
            "status": status,
        },
    }
    if failure is not None:
        found["error"] = {
            "message": failure.message,
            "messageString": f'"{failure.message}"',
            "responseType": failure.response_type,
        }
        if failure.by_authorizer:
            found["authorizer"] = {**found.get("authorizer", {}), "error": reason or None}
    return found
