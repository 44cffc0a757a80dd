"""Short forms for functions, once a chapter has shown the boto3 calls behind them."""

from __future__ import annotations

import base64
import io
import json
import re
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from threading import Barrier
from typing import Any

from orderlab.aws_target.base import Target, does_not
from orderlab.errors import LearnerError
from orderlab.orders.parts.names import TAGS, log_group
from orderlab.orders.parts.roles import Statement, allow, ensure_role, may_log
from orderlab.threads import side_by_side

RUNTIME = "python3.13"
_ROLE_SECONDS = 30


@dataclass(frozen=True)
class Report:
    """The REPORT line of one invocation, in milliseconds; `init_ms` is None if it was warm."""

    duration_ms: float
    billed_ms: float
    init_ms: float | None


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip file with these texts: what Lambda takes as a function's code, or as a layer's."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def deploy(
    target: Target,
    name: str,
    code: str | bytes | Mapping[str, str],
    *,
    handler: str = "app.handler",
    allowed: Sequence[Statement] = (),
    **settings: Any,
) -> str:
    """Deploy a function with a role of its own that may write its log; returns its ARN.

    `code` is the text of `app.py`, the texts of several files by name, or a zip file. `allowed`
    holds policy statements. `settings` are those of CreateFunction: Timeout (s), MemorySize (MB),
    Environment, Layers. A function that exists gets the new code and settings.
    """
    archive = code if isinstance(code, bytes) else _packed(code)
    functions, full_name = target.client("lambda"), target.name(name)
    # A log group that the function makes itself keeps its logs for ever.
    statements = [may_log(target, name), allow("logs:CreateLogGroup", "*"), *allowed]
    role = ensure_role(target, f"{name}-role", "lambda.amazonaws.com", statements)
    wanted = {"Role": role, "Handler": handler, "Runtime": RUNTIME, **settings}
    try:
        functions.get_function_configuration(FunctionName=full_name)
    except functions.exceptions.ResourceNotFoundException:
        _create(functions, full_name, archive, wanted)
    else:
        functions.update_function_code(FunctionName=full_name, ZipFile=archive)
        functions.get_waiter("function_updated_v2").wait(FunctionName=full_name)
        functions.update_function_configuration(FunctionName=full_name, **wanted)
        functions.get_waiter("function_updated_v2").wait(FunctionName=full_name)
    arn = functions.get_function_configuration(FunctionName=full_name)["FunctionArn"]
    return str(arn)


def _packed(code: str | Mapping[str, str]) -> bytes:
    return zipped({"app.py": code} if isinstance(code, str) else code)


def _create(functions: Any, name: str, code: bytes, settings: Mapping[str, Any]) -> None:
    deadline = time.monotonic() + _ROLE_SECONDS
    while True:
        try:
            functions.create_function(
                FunctionName=name, Code={"ZipFile": code}, Tags=TAGS, **settings
            )
            break
        except functions.exceptions.InvalidParameterValueException as error:
            # on AWS a new role takes some seconds until Lambda knows it
            if "cannot be assumed" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(1)
    functions.get_waiter("function_active_v2").wait(FunctionName=name)


def invoke(target: Target, name: str, event: Any) -> Any:
    """Invoke a function and return its answer; an error in it comes back as Lambda's JSON."""
    reply = target.client("lambda").invoke(
        FunctionName=target.name(name), Payload=json.dumps(event).encode()
    )
    return payload_of(target, reply)


def payload_of(target: Target, reply: Mapping[str, Any]) -> Any:
    """What an invocation answered. Raises NotHere if it is no JSON: the server runs no functions,
    since Lambda gives JSON for errors, too."""
    body = reply["Payload"].read()
    try:
        return json.loads(body or b"null")
    except ValueError:
        raise does_not(target, "runs functions") from None


def at_once(target: Target, name: str, events: Sequence[Any]) -> list[Any]:
    """Invoke a function once for each event, all at the same moment; the answers, in order."""
    if not events:
        return []
    start = Barrier(len(events))

    def call(event: Any) -> Any:
        start.wait(30)
        return invoke(target, name, event)

    return side_by_side(call, events, len(events))


def report(target: Target, name: str, event: Any) -> Report:
    """Invoke a function and read the REPORT line at the end of its log."""
    reply = target.client("lambda").invoke(
        FunctionName=target.name(name), Payload=json.dumps(event).encode(), LogType="Tail"
    )
    log = base64.b64decode(reply.get("LogResult", "")).decode()
    if "REPORT RequestId" in log:
        return _report_in_text(log)
    if '"platform.report"' in log:
        return _report_in_json(log)
    raise does_not(target, "reports each invocation in its log")


def _report_in_text(log: str) -> Report:
    line = log[log.rindex("REPORT RequestId") :]
    init = re.search(r"Init Duration: ([\d.]+) ms", line)
    return Report(
        float(re.findall(r"\tDuration: ([\d.]+) ms", line)[0]),
        float(re.findall(r"Billed Duration: ([\d.]+) ms", line)[0]),
        float(init[1]) if init else None,
    )


def _report_in_json(log: str) -> Report:
    """The report of a function whose LoggingConfig asks for JSON."""
    line = next(each for each in reversed(log.splitlines()) if '"platform.report"' in each)
    metrics = json.loads(line)["record"]["metrics"]
    return Report(metrics["durationMs"], metrics["billedDurationMs"], metrics.get("initDurationMs"))


def exists(target: Target, name: str) -> bool:
    """Whether there is a function of that name."""
    functions = target.client("lambda")
    try:
        functions.get_function_configuration(FunctionName=target.name(name))
    except functions.exceptions.ResourceNotFoundException:
        return False
    return True


def configure(target: Target, name: str, **settings: Any) -> None:
    """Change a function's configuration, and wait until it is in force."""
    client, full_name = target.client("lambda"), target.name(name)
    client.update_function_configuration(FunctionName=full_name, **settings)
    client.get_waiter("function_updated_v2").wait(FunctionName=full_name)


def init_ms(target: Target, name: str, starts: int) -> float:
    """The middle one of the Init times of new environments, in milliseconds."""
    found = []
    for number in range(starts):
        # a change of its configuration ends the environments of a function
        configure(target, name, Description=f"start {number + 1} of {starts}")
        found.append(report(target, name, {}).init_ms or 0.0)
    return median(found)


def log_bytes(target: Target, name: str, events: Sequence[Any]) -> float:
    """How many bytes a function's log group took in, on average, for a call with these events."""
    group = log_group(target, name)

    def metered() -> float:
        return float(target.page("meter")["resources"].get("logs.ingested_bytes", {}).get(group, 0))

    before = metered()
    for event in events:
        invoke(target, name, event)
    return (metered() - before) / len(events)


def log_lines(target: Target, name: str, pattern: str = "") -> list[str]:
    """The lines in a function's log, oldest first; `pattern` is a CloudWatch filter pattern."""
    logs = target.client("logs")
    pages = logs.get_paginator("filter_log_events")
    try:
        found = pages.paginate(logGroupName=log_group(target, name), filterPattern=pattern)
        return [event["message"].rstrip("\n") for page in found for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        raise LearnerError(
            f"There is no log group {log_group(target, name)}.",
            advice="Its function has not written a log yet, or may not.",
        ) from None
