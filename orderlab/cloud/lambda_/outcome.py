"""What an environment is asked to do, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from orderlab.cloud.lambda_.output import LogLine


@dataclass(frozen=True, slots=True)
class Work:
    """One event for a function. `invoked_arn` has the qualifier that the caller used."""

    request_id: str
    payload: bytes
    invoked_arn: str
    client_context: str = ""
    trace_id: str = ""


@dataclass(slots=True)
class Outcome:
    """How one event went. Times in milliseconds; `init_ms` only where Init is reported.

    `error_type` is None if the handler returned; `status` is `success`, `error` (it raised),
    `failure` (the process ended) or `timeout`.
    """

    payload: bytes
    error_type: str | None = None
    status: str = "success"
    duration_ms: float = 0.0
    init_ms: float | None = None
    peak_mb: int = 0
    cold: bool = False
    # whether the environment was ready beforehand, as provisioned concurrency
    provisioned: bool = False
    environment_id: str = ""
    log_stream: str = ""
    lines: list[LogLine] = field(default_factory=list)
    # the kind of fault that an experiment struck this invocation with
    fault: str = ""

    @property
    def function_error(self) -> str | None:
        """What the header X-Amz-Function-Error says; None if the handler returned."""
        return "Unhandled" if self.error_type else None


def error_payload(error_type: str, message: str) -> bytes:
    """An error that the platform, not the code, reports."""
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


def error_type_of(body: bytes, header: str) -> str:
    """The type of an error that the code reported."""
    try:
        found = json.loads(body).get("errorType")
    except (ValueError, AttributeError):
        found = None
    return str(found or header or "Unhandled")


def timed_out(work: Work, timeout: float) -> Outcome:
    """The outcome of an event that took longer than the function's timeout, in seconds."""
    message = f"RequestId: {work.request_id} Error: Task timed out after {timeout:.2f} seconds"
    return Outcome(error_payload("Sandbox.Timedout", message), "Sandbox.Timedout", "timeout")


def out_of_memory(work: Work) -> Outcome:
    """The outcome of an event whose process used more memory than the function has."""
    message = f"RequestId: {work.request_id} Error: Runtime exited with error: signal: killed"
    return Outcome(error_payload("Runtime.OutOfMemory", message), "Runtime.OutOfMemory", "failure")


def exited(work: Work, exit_status: int | None) -> Outcome:
    """The process ended instead of answering. https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html"""
    if exit_status is None or exit_status == -9:
        how = "Runtime exited with error: signal: killed"
    elif exit_status == 0:
        how = "Runtime exited without providing a reason"
    elif exit_status < 0:
        how = f"Runtime exited with error: signal: {_signal_words(-exit_status)}"
    else:
        how = f"Runtime exited with error: exit status {exit_status}"
    message = f"RequestId: {work.request_id} Error: {how}"
    return Outcome(error_payload("Runtime.ExitError", message), "Runtime.ExitError", "failure")


def too_large() -> Outcome:
    """The outcome of an event whose response exceeds 6 MB."""
    message = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    body = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
    return Outcome(json.dumps(body).encode(), "Function.ResponseSizeTooLarge", "error")


def injected(work: Work, message: str) -> Outcome:
    """The error of an experiment that lets a function fail."""
    body = {
        "errorMessage": message,
        "errorType": "InjectedFault",
        "requestId": work.request_id,
        "stackTrace": [],
    }
    return Outcome(json.dumps(body).encode(), "InjectedFault", "error")


def _signal_words(number: int) -> str:
    """A signal in the words of Go's runtime, which AWS's supervisor is written in."""
    words = {
        2: "interrupt", 3: "quit", 4: "illegal instruction", 6: "aborted",
        8: "floating point exception", 11: "segmentation fault", 13: "broken pipe",
        15: "terminated",
    }  # fmt: skip
    return words.get(number, str(number))
