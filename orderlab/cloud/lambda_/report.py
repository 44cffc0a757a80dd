"""The lines that Lambda itself writes around an invocation, as text and as JSON.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

import json
import math
import sys
import time
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.lambda_.model import Version
from orderlab.cloud.lambda_.outcome import Outcome, Work
from orderlab.cloud.lambda_.output import LogLine
from orderlab.cloud.messaging.trace_header import TraceHeader

RUNTIME_VERSION = f"python:{sys.version_info[0]}.{sys.version_info[1]}.v{sys.version_info[2]}"
ON_DEMAND, PROVISIONED = "on-demand", "provisioned-concurrency"
_LEVELS = ("DEBUG", "INFO", "WARN")


def now_ms() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def iso_time(milliseconds: int) -> str:
    """A moment in milliseconds since 1970, as the platform's records write it."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def billed_ms(outcome: Outcome) -> int:
    """Init is billed since August 2025. https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/"""
    return math.ceil(outcome.duration_ms + (outcome.init_ms or 0.0))


class Reporter:
    """Writes the platform's lines in the format that a version's logging settings ask for."""

    def __init__(self, version: Version) -> None:
        self._version = version
        # the type of the Inits that it tells of
        self.initialization = ON_DEMAND
        logging = version.configuration.logging
        self._json = logging.format == "JSON"
        self._level = _LEVELS.index(logging.system_level) if self._json else 0

    def init_start(self) -> list[LogLine]:
        """The line or record at the beginning of Init."""
        arn = f"arn:aws:lambda:{self._version.function.region}::runtime:{RUNTIME_VERSION}"
        if not self._json:
            text = f"INIT_START Runtime Version: {RUNTIME_VERSION}\tRuntime Version ARN: {arn}\t\n"
            return [(now_ms(), text)]
        record = {
            "initializationType": self.initialization,
            "phase": "init",
            "runtimeVersion": RUNTIME_VERSION,
            "runtimeVersionArn": arn,
            "functionName": self._version.function.name,
            "functionVersion": self._version.number,
        }
        return self._record("platform.initStart", record, "INFO")

    def init_failed(self, init_ms: float, phase: str, status: str, error: str) -> list[LogLine]:
        """The line or record after a failed Init; in the `phase` `invoke` it was part of a call."""
        if not self._json:
            more = f"\tError Type: {error}" if error else ""
            text = f"INIT_REPORT Init Duration: {init_ms:.2f} ms\tPhase: {phase}"
            return [(now_ms(), f"{text}\tStatus: {status}{more}\n")]
        return self._init_report(init_ms, phase, status, error)

    def init_succeeded(self, init_ms: float) -> list[LogLine]:
        """The line or record after an Init for which no event had to wait.

        https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
        """
        if not self._json:
            text = f"INIT_REPORT Init Duration: {init_ms:.2f} ms\tPhase: init\tStatus: success\t\n"
            return [(now_ms(), text)]
        return self._init_report(init_ms, "init", "success", "")

    def _init_report(self, init_ms: float, phase: str, status: str, error: str) -> list[LogLine]:
        record: dict[str, Any] = {
            "initializationType": self.initialization,
            "phase": phase,
            "status": status,
            "metrics": {"durationMs": round(init_ms, 3)},
        }
        if error:
            record["errorType"] = error
        level = "INFO" if status == "success" else "WARN"
        return self._record("platform.initReport", record, level)

    def start(self, work: Work) -> list[LogLine]:
        """The line or record at the beginning of an invocation."""
        if not self._json:
            number = self._version.number
            return [(now_ms(), f"START RequestId: {work.request_id} Version: {number}\n")]
        record = {"requestId": work.request_id, "version": self._version.number}
        return self._record("platform.start", record, "INFO")

    def end(self, work: Work, outcome: Outcome) -> list[LogLine]:
        """Everything after the code's own output."""
        if self._json:
            return self._json_end(work, outcome)
        return [*self._failure(work, outcome), *self._text_end(work, outcome)]

    def _failure(self, work: Work, outcome: Outcome) -> list[LogLine]:
        at = now_ms()
        if outcome.status == "timeout":
            seconds = self._version.configuration.timeout
            text = f"Task timed out after {seconds:.2f} seconds"
            return [(at, f"{iso_time(at)} {work.request_id} {text}\n\n")]
        if outcome.error_type in ("Runtime.ExitError", "Runtime.OutOfMemory"):
            body = json.loads(outcome.payload)
            return [(at, f"{body.get('errorMessage')}\n{outcome.error_type}\n")]
        return []

    def _text_end(self, work: Work, outcome: Outcome) -> list[LogLine]:
        at = now_ms()
        parts = [
            f"REPORT RequestId: {work.request_id}",
            f"Duration: {outcome.duration_ms:.2f} ms",
            f"Billed Duration: {billed_ms(outcome)} ms",
            f"Memory Size: {self._version.configuration.memory_size} MB",
            f"Max Memory Used: {outcome.peak_mb} MB",
        ]
        if outcome.init_ms is not None:
            parts.append(f"Init Duration: {outcome.init_ms:.2f} ms")
        if outcome.status == "timeout":
            parts.append("Status: timeout")
        elif outcome.status == "failure":
            parts += ["Status: error", f"Error Type: {outcome.error_type}"]
        end = f"END RequestId: {work.request_id}\n"
        return [(at, end), (at, "\t".join(parts) + "\t\n" + self._traced(work))]

    def _traced(self, work: Work) -> str:
        """The line of the report that names the trace of a traced invocation.

        https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
        """
        if self._version.configuration.tracing_mode != "Active":
            return ""
        header = TraceHeader.read(work.trace_id)
        if not header.sampled:
            return ""
        return f"XRAY TraceId: {header.root}\tSegmentId: {header.parent}\tSampled: true\t\n"

    def _json_end(self, work: Work, outcome: Outcome) -> list[LogLine]:
        status = outcome.status
        bad = "DEBUG" if status in ("success", "error") else "WARN"
        failed = {"errorType": outcome.error_type} if outcome.error_type else {}
        done = {
            "requestId": work.request_id,
            "status": status,
            "metrics": {
                "durationMs": round(outcome.duration_ms, 3),
                "producedBytes": len(outcome.payload),
            },
            **failed,
        }
        metrics: dict[str, Any] = {
            "durationMs": round(outcome.duration_ms, 3),
            "billedDurationMs": billed_ms(outcome),
            "memorySizeMB": self._version.configuration.memory_size,
            "maxMemoryUsedMB": outcome.peak_mb,
        }
        if outcome.init_ms is not None:
            metrics["initDurationMs"] = round(outcome.init_ms, 3)
        report = {"requestId": work.request_id, "metrics": metrics, "status": status, **failed}
        lines = self._record("platform.runtimeDone", done, bad)
        return lines + self._record("platform.report", report, "INFO" if bad == "DEBUG" else "WARN")

    def _record(self, kind: str, record: dict[str, Any], level: str) -> list[LogLine]:
        if _LEVELS.index(level) < self._level:
            return []
        at = now_ms()
        return [(at, json.dumps({"time": iso_time(at), "type": kind, "record": record}) + "\n")]


def tail(lines: list[LogLine]) -> str:
    """The last 4 KB of an invocation's log, in base64, as Invoke returns it."""
    import base64

    text = "".join(line for _, line in lines).encode()
    return base64.b64encode(text[-4096:]).decode()
