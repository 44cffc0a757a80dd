"""Access logs and execution logs, in CloudWatch Logs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
Differs from AWS: destinations are log groups, not Firehose streams; execution logs hold the main
lines only.
"""

from __future__ import annotations

import re
import time
from typing import Any

from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.json_path.path import compile_path
from orderlab.cloud.apigateway.vtl.java import string_of
from orderlab.cloud.contracts import Logs
from orderlab.cloud.http import Response

_VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*)")
_GROUP = re.compile(r"^arn:aws:logs:[a-z0-9-]+:\d*:log-group:([^:]+)")


def log_group_of(destination_arn: str) -> str | None:
    """The log group that an access log's destination names; None if it names none."""
    found = _GROUP.match(destination_arn)
    return found[1] if found else None


def write_access_log(
    logs: Logs, now: float, execution: Execution, response: Response, latency_ms: float
) -> None:
    """One line in the stage's format; a variable without a value shows as `-`.

    `now` is in seconds since 1970.
    """
    request = execution.request
    settings = request.stage["accessLogSettings"]
    group = log_group_of(settings.get("destinationArn") or "")
    layout = settings.get("format")
    if not group or not layout:
        return
    line = access_line(layout, _variables(execution, response, latency_ms))
    logs.write(group, f"{request.api.id}-{request.stage_name}", [(int(now * 1000), line)])


def access_line(layout: str, variables: dict[str, Any]) -> str:
    """A line of an access log: the stage's format with the values of `$context` in it."""
    return _VARIABLE.sub(lambda found: _value(variables, found[1]), layout)


def _variables(execution: Execution, response: Response, latency_ms: float) -> dict[str, Any]:
    integration_ms, status = execution.integration_ms, execution.integration_status
    integration = {
        "latency": None if integration_ms is None else round(integration_ms),
        "status": status,
        "integrationStatus": status,
        "requestId": execution.request.id if integration_ms is not None else None,
    }
    return {
        **execution.context,
        "status": response.status,
        "responseLength": len(response.body),
        "responseLatency": round(latency_ms),
        "integrationLatency": integration["latency"],
        "integrationStatus": status,
        "integration": integration,
        "awsEndpointRequestId": integration["requestId"],
    }


def _value(variables: dict[str, Any], name: str) -> str:
    found = compile_path(f"$.{name}").find(variables)
    return "-" if found is None or found == "" else string_of(found)


def write_execution_log(logs: Logs, now: float, execution: Execution, response: Response) -> None:
    """The lines of one request; on level ERROR only those of requests that failed.

    `now` is in seconds since 1970.
    """
    request = execution.request
    if not request.region.settings.get("cloudwatchRoleArn"):
        return
    levels = {each.get("loggingLevel") for each in request.stage["methodSettings"].values()}
    if "INFO" not in levels and response.status < 400:
        return
    group = f"API-Gateway-Execution-Logs_{request.api.id}/{request.stage_name}"
    stream, at = request.id.replace("-", ""), int(now * 1000)
    lines = execution_lines(execution, response)
    logs.write(group, stream, [(at, f"({request.id}) {line}") for line in lines])


def execution_lines(execution: Execution, response: Response) -> list[str]:
    """What happened to a request, in the words of the execution log."""
    succeeded = response.status < 400 or execution.integration_status is not None
    return [
        f"Extended Request Id: {execution.context['extendedRequestId']}",
        f"Starting execution for request: {execution.request.id}",
        *(execution.log or ()),
        "Successfully completed execution" if succeeded else "Execution ended with a refusal",
        f"Method completed with status: {response.status}",
    ]


def stamped(lines: list[str], now: float) -> str:
    """Lines as TestInvokeMethod shows them, each after the time `now` (seconds since 1970)."""
    when = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(now))
    return "".join(f"{when} : {line}\n" for line in lines)
