"""What is noted down about invocations: logs, metrics, the meter, the flight recorder."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from orderlab.clock import Clock
from orderlab.cloud.contracts import Permissions, Principal, Telemetry
from orderlab.cloud.lambda_.model import Function, Version
from orderlab.cloud.lambda_.names import FunctionName
from orderlab.cloud.lambda_.outcome import Outcome, Work
from orderlab.cloud.lambda_.output import LogLine
from orderlab.cloud.lambda_.report import Reporter, billed_ms

NAMESPACE = "AWS/Lambda"
# a role's rights are looked up again after so many seconds
_RIGHT_SECONDS = 1.0
_ON_DEMAND = "lambda.gb_seconds"


def gigabyte_seconds(version: Version, milliseconds: float) -> float:
    """What an environment of a version uses in a time."""
    return version.configuration.memory_size / 1024 * milliseconds / 1000


class Recording:
    """Tells telemetry what happened. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"""

    def __init__(self, telemetry: Telemetry, permissions: Permissions, clock: Clock) -> None:
        self._clock = clock
        self._permissions, self._logs = permissions, telemetry.logs
        # bound here: every invocation adds several values
        self._add_metric, self._add_usage = telemetry.metrics.add, telemetry.meter.add
        self.hop, self.ids_in = telemetry.recorder.record, telemetry.recorder.ids_in
        # (log stream) -> (until when it holds, whether the role may write)
        self._may_write: dict[str, tuple[float, bool]] = {}

    def invocation(self, version: Version, name: FunctionName, outcome: Outcome) -> None:
        """One finished invocation."""
        function = version.function
        self.metric(function, "Invocations", 1.0, name=name)
        self.metric(function, "Errors", 1.0 if outcome.error_type else 0.0, name=name)
        self.metric(function, "Duration", outcome.duration_ms, "Milliseconds", name)
        alias = function.aliases.get(name.qualifier) if name.qualifier else None
        if alias is not None and alias.weights:
            self._by_version(version, alias.name, outcome)
        self.write_log(version, outcome.log_stream, outcome.lines)
        self._add_usage("lambda.requests", 1, function.name)
        item = "lambda.provisioned_duration_gb_seconds" if outcome.provisioned else _ON_DEMAND
        self._add_usage(item, gigabyte_seconds(version, billed_ms(outcome)), function.name)

    def prepared(self, version: Version, init_ms: float) -> None:
        """An Init that was run beforehand, which is billed if no event ever comes, too."""
        item, name = "lambda.provisioned_duration_gb_seconds", version.function.name
        self._add_usage(item, gigabyte_seconds(version, math.ceil(init_ms)), name)

    def kept_ready(self, version: Version, environments: int, seconds: float) -> None:
        """Provisioned concurrency over a time."""
        quantity = environments * gigabyte_seconds(version, seconds * 1000)
        self._add_usage("lambda.provisioned_gb_seconds", quantity, version.function.name)

    def provisioned(
        self, function: Function, name: FunctionName, working: int, allocated: int, *, spilled: bool
    ) -> None:
        """An invocation where concurrency is provisioned. `spilled` is one that found all at work.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
        """
        which = "Spillover" if spilled else ""
        self.metric(function, f"ProvisionedConcurrency{which}Invocations", 1.0, name=name)
        self.metric(function, "ProvisionedConcurrentExecutions", float(working), name=name)
        share = working / allocated
        self.metric(function, "ProvisionedConcurrencyUtilization", share, name=name)

    def injected(self, version: Version, work: Work, outcome: Outcome) -> Outcome:
        """An outcome that an experiment made in place of the code, with a log of its own."""
        reporter = Reporter(version)
        at = int(time.time() * 1000)
        text = f"[ERROR] {outcome.error_type}: {outcome.payload.decode()}\n"
        outcome.lines = [*reporter.start(work), (at, text), *reporter.end(work, outcome)]
        outcome.log_stream = time.strftime(f"%Y/%m/%d/[{version.number}]experiment", time.gmtime())
        return outcome

    def throttle(self, function: Function, name: FunctionName) -> None:
        """One invocation that was throttled."""
        self.metric(function, "Throttles", 1.0, name=name)

    def _by_version(self, version: Version, alias: str, outcome: Outcome) -> None:
        """One invocation of an alias that shares its calls out, for the version that ran."""
        name = version.function.name
        dimensions = {
            "FunctionName": name,
            "Resource": f"{name}:{alias}",
            "ExecutedVersion": version.number,
        }
        add = self._add_metric
        add(NAMESPACE, "Invocations", 1.0, dimensions=dimensions)
        add(NAMESPACE, "Errors", 1.0 if outcome.error_type else 0.0, dimensions=dimensions)
        duration = outcome.duration_ms
        add(NAMESPACE, "Duration", duration, unit="Milliseconds", dimensions=dimensions)

    def concurrency(self, function: Function, unreserved: int, claimed: int) -> None:
        """How many invocations run: of the function, and of all without a reservation.

        `claimed` is what functions have reserved or provisioned.
        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
        """
        self.metric(function, "ConcurrentExecutions", float(function.running))
        self._add_metric(
            NAMESPACE, "ClaimedAccountConcurrency", float(unreserved + claimed), dimensions={}
        )
        if function.reserved_concurrency is None:
            self._add_metric(
                NAMESPACE, "UnreservedConcurrentExecutions", float(unreserved), dimensions={}
            )

    def caller_name(self, principal: Principal, source_arn: str | None) -> str:
        """What the flight recorder calls a caller, and the resource behind it."""
        if source_arn:
            return source_arn
        if principal.kind == "account":
            return "client"
        return self._permissions.function_of(principal) or principal.arn

    def metric(
        self,
        function: Function,
        metric: str,
        value: float,
        unit: str = "Count",
        name: FunctionName | None = None,
    ) -> None:
        """Add a value for the function, for all functions, and for the qualifier in use."""
        add = self._add_metric
        dimensions = {"FunctionName": function.name}
        add(NAMESPACE, metric, value, unit=unit, dimensions=dimensions)
        add(NAMESPACE, metric, value, unit=unit, dimensions={})
        if name is not None and name.qualifier:
            resource = {**dimensions, "Resource": f"{function.name}:{name.qualifier}"}
            add(NAMESPACE, metric, value, unit=unit, dimensions=resource)

    def write_log(self, version: Version, stream: str, lines: Sequence[LogLine]) -> None:
        """Write to CloudWatch Logs, if the function's role may do so.

        The role needs permission to create the log group and the stream if they do not exist.
        Metrics in the embedded format are read from what is written: without permission there are
        none.
        """
        if not lines:
            return
        if self._allowed(version, stream):
            if ahead := int(self._clock.ahead * 1000):
                # environments have real time, and logs have the cloud's
                lines = [(at + ahead, text) for at, text in lines]
            self._logs.write(version.log_group, stream, lines)
            self._logs.take_metrics(lines)

    def _allowed(self, version: Version, stream: str) -> bool:
        now = time.monotonic()
        until, allowed = self._may_write.get(stream, (0.0, False))
        if now < until:
            return allowed
        function = version.function
        permissions = self._permissions
        role = permissions.role_principal(version.configuration.role, function.name)
        group = (
            f"arn:aws:logs:{function.region}:{function.account_id}:log-group:{version.log_group}"
        )
        missing = self._logs.lacks(version.log_group, stream)
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
