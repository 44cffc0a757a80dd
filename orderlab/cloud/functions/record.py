"""What is noted down about invocations: logs, metrics, the meter, the flight recorder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orderlab.cloud.contracts import Hop
from orderlab.cloud.functions.model import Function, Version
from orderlab.cloud.functions.names import FunctionName
from orderlab.cloud.functions.outcome import Outcome, Work
from orderlab.cloud.functions.output import LogLine
from orderlab.cloud.functions.report import Reporter, billed_ms

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

NAMESPACE = "AWS/Lambda"
# a role's rights are looked up again after so many seconds
_RIGHT_SECONDS = 1.0


class Record:
    """Tells telemetry what happened. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        # (log stream) -> (until when it holds, whether the role may write)
        self._may_write: dict[str, tuple[float, bool]] = {}
        self.reservations: dict[str, int] = {}

    def invocation(self, version: Version, name: FunctionName, outcome: Outcome) -> None:
        """One finished invocation."""
        function = version.function
        self.metric(function, "Invocations", 1.0, name=name)
        self.metric(function, "Errors", 1.0 if outcome.error_type else 0.0, name=name)
        self.metric(function, "Duration", outcome.duration_ms, "Milliseconds", name)
        self.write_log(version, outcome.log_stream, outcome.lines)
        meter = self._cloud.telemetry.meter
        meter.add("lambda.requests", 1, resource=function.name)
        gigabytes = version.configuration.memory_size / 1024
        meter.add("lambda.gb_seconds", gigabytes * billed_ms(outcome) / 1000, function.name)

    def injected(self, version: Version, work: Work, outcome: Outcome) -> Outcome:
        """The log of an invocation that an experiment answered instead of the code."""
        reporter = Reporter(version)
        at = int(time.time() * 1000)
        text = f"[ERROR] {outcome.error_type}: {outcome.payload.decode()}\n"
        outcome.lines = [*reporter.start(work), (at, text), *reporter.end(work, outcome)]
        outcome.log_stream = time.strftime(f"%Y/%m/%d/[{version.number}]experiment", time.gmtime())
        return outcome

    def throttle(self, function: Function, name: FunctionName) -> None:
        self.metric(function, "Throttles", 1.0, name=name)

    def concurrency(self, function: Function, unreserved: int) -> None:
        self.metric(function, "ConcurrentExecutions", float(function.running))
        if function.reserved_concurrency is None:
            self._cloud.telemetry.metrics.add(
                NAMESPACE, "UnreservedConcurrentExecutions", float(unreserved), dimensions={}
            )

    def hop(self, hop: Hop) -> None:
        self._cloud.telemetry.recorder.record(hop)

    def reserved_total(self, function: Function) -> int:
        """Concurrency that is reserved in the function's account and Region."""
        return self.reservations.get(f"{function.account_id}:{function.region}", 0)

    def metric(
        self,
        function: Function,
        metric: str,
        value: float,
        unit: str = "Count",
        name: FunctionName | None = None,
    ) -> None:
        """Add a value for the function, for all functions, and for the qualifier in use."""
        add = self._cloud.telemetry.metrics.add
        dimensions = {"FunctionName": function.name}
        add(NAMESPACE, metric, value, unit=unit, dimensions=dimensions)
        add(NAMESPACE, metric, value, unit=unit, dimensions={})
        if name is not None and name.qualifier:
            resource = {**dimensions, "Resource": f"{function.name}:{name.qualifier}"}
            add(NAMESPACE, metric, value, unit=unit, dimensions=resource)

    def write_log(self, version: Version, stream: str, lines: Sequence[LogLine]) -> None:
        """Into CloudWatch Logs, if the function's role may write there.

        What is missing, the log group or the stream, the role must be allowed to create.

        Metrics in the embedded format are read from it: without the right to log there are none.
        """
        if not lines:
            return
        if self._allowed(version, stream):
            self._cloud.telemetry.logs.write(version.log_group, stream, lines)
            self._cloud.telemetry.logs.take_metrics(lines)

    def _allowed(self, version: Version, stream: str) -> bool:
        now = time.monotonic()
        until, allowed = self._may_write.get(stream, (0.0, False))
        if now < until:
            return allowed
        function = version.function
        permissions = self._cloud.permissions
        role = permissions.role_principal(version.configuration.role, function.name)
        group = (
            f"arn:aws:logs:{function.region}:{function.account_id}:log-group:{version.log_group}"
        )
        missing = self._cloud.telemetry.logs.lacks(version.log_group, stream)
        needed = [("logs:PutLogEvents", f"{group}:log-stream:{stream}")]
        if "stream" in missing:
            needed.append(("logs:CreateLogStream", f"{group}:log-stream:{stream}"))
        if "group" in missing:
            needed.append(("logs:CreateLogGroup", f"{group}:log-stream:"))
        allowed = all(permissions.allows(role, action, arn) for action, arn in needed)
        if len(self._may_write) > 1000:
            self._may_write.clear()
        self._may_write[stream] = (now + _RIGHT_SECONDS, allowed)
        return allowed
