"""What is noted down about a request: recorder, meter, metrics, access log, execution log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from orderlab.cloud.apigateway.data.access_log import write_access_log, write_execution_log
from orderlab.cloud.apigateway.data.execution import Invocation
from orderlab.cloud.contracts import Hop
from orderlab.cloud.http import Response

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.model.moto_seam import GatewayBackend
    from orderlab.cloud.cloud import Cloud


def account_for(
    cloud: Cloud, backend: GatewayBackend, invocation: Invocation, response: Response
) -> None:
    """Note one finished request, everywhere it is to be found later."""
    latency_ms = (time.perf_counter() - invocation.started) * 1000
    _record(cloud, invocation, response, latency_ms)
    cloud.telemetry.meter.add("apigateway.requests", 1, invocation.api.id)
    _measure(cloud, invocation, response, latency_ms)
    if invocation.stage.get("accessLogSettings"):
        write_access_log(cloud, invocation, response, latency_ms)
    if invocation.log is not None:
        write_execution_log(cloud, backend, invocation, response)


def _record(cloud: Cloud, invocation: Invocation, response: Response, latency_ms: float) -> None:
    recorder = cloud.telemetry.recorder
    ids = recorder.ids_in(invocation.body) + recorder.ids_in(response.body)
    path = invocation.method.path if invocation.method else invocation.path
    action = f"{invocation.request.method} {path}"
    outcome = "ok" if response.status < 400 else str(response.status)
    at = cloud.clock.wall()
    ids = tuple(dict.fromkeys((*ids, *_ids_in_path(cloud, invocation))))
    recorder.record(
        Hop(
            at=at - latency_ms / 1000,
            source="client",
            target=invocation.api_arn,
            action=action,
            outcome=outcome,
            duration_ms=latency_ms,
            ids=ids,
            request_id=invocation.request_id,
            detail={"status": response.status},
        )
    )
    if invocation.integration_ms is not None and not _target_records(invocation):
        recorder.record(
            Hop(
                at=at - invocation.integration_ms / 1000,
                source=invocation.api_arn,
                target=_target(invocation),
                action=invocation.method.integration.kind,
                outcome=outcome if (invocation.integration_status or 500) >= 400 else "ok",
                duration_ms=invocation.integration_ms,
                ids=ids,
                request_id=invocation.request_id,
            )
        )


def _target_records(invocation: Invocation) -> bool:
    """Whether what was called has recorded the call: functions record every one, queues and topics
    each message that they took, and the dispatcher all calls of tables and all refused calls."""
    uri = invocation.method.integration.uri
    if ":lambda:path/" in uri:
        return True
    status = invocation.integration_status
    if status is None:
        return False
    if ":dynamodb:" in uri:
        return True
    return (":sqs:" in uri or ":sns:" in uri) and (status < 400 or status == 403)


def _ids_in_path(cloud: Cloud, invocation: Invocation) -> tuple[str, ...]:
    """`/orders/{orderId}` names an order as well as a body does."""
    fields = cloud.settings.correlation_fields
    return tuple(value for name, value in invocation.path_parameters.items() if name in fields)


def _target(invocation: Invocation) -> str:
    """The ARN behind the integration, as far as its URI tells."""
    uri = invocation.method.integration.uri
    if ":lambda:path/" in uri:
        return uri.partition("/functions/")[2].removesuffix("/invocations")
    parts = uri.split(":", 5)
    if len(parts) == 6 and parts[4] == "sqs" and parts[5].startswith("path/"):
        account, _, queue = parts[5].removeprefix("path/").strip("/").partition("/")
        return f"arn:aws:sqs:{parts[3]}:{account}:{queue}"
    return uri


def _measure(cloud: Cloud, invocation: Invocation, response: Response, latency_ms: float) -> None:
    """AWS/ApiGateway, by API, by stage, and by method where detailed metrics are on.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
    name = str(invocation.api.document["name"])
    by_stage = {"ApiName": name, "Stage": invocation.stage_name}
    dimensions = [{"ApiName": name}, by_stage]
    if invocation.method and _detailed(invocation):
        dimensions.append(
            {
                **by_stage,
                "Resource": invocation.method.path,
                "Method": invocation.method.http_method,
            }
        )
    values = [
        ("Count", 1.0, "Count"),
        ("4XXError", float(400 <= response.status < 500), "Count"),
        ("5XXError", float(response.status >= 500), "Count"),
        ("Latency", latency_ms, "Milliseconds"),
    ]
    if invocation.integration_ms is not None:
        values.append(("IntegrationLatency", invocation.integration_ms, "Milliseconds"))
    add = cloud.telemetry.metrics.add
    for each in dimensions:
        for metric, value, unit in values:
            add("AWS/ApiGateway", metric, value, unit=unit, dimensions=each)


def _detailed(invocation: Invocation) -> bool:
    settings = invocation.stage.get("methodSettings") or {}
    for key in (invocation.method.setting_key, "*/*"):
        if key in settings:
            return bool(settings[key].get("metricsEnabled"))
    return False
