"""What the services write down: recorder, logs, metrics, meter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from orderlab.cloud.contracts.calls import Call, Parameters


# Made for every hop: a frozen dataclass takes four times as long to make.
@dataclass(slots=True)
class Hop:
    """One entry of the flight recorder: who called whom, when, about what. Nobody changes it.

    `at` is in seconds since 1970; `source` and `target` are ARNs, service names or `client`;
    `outcome` is `ok` or an error code; `ids` are the correlation ids found in the payload.
    """

    at: float
    source: str
    target: str
    action: str
    outcome: str
    duration_ms: float
    ids: tuple[str, ...] = ()
    request_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


class Recorder(Protocol):
    """The flight recorder: which messages and calls an order has caused."""

    def ids_in(self, payload: bytes | str) -> tuple[str, ...]:
        """The distinct correlation ids that a payload names, in the order of their appearance."""

    def record(self, hop: Hop) -> None:
        """Keep an entry. The oldest ones go when there are too many."""


class Logs(Protocol):
    """CloudWatch Logs, written to from inside; read through its API.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html
    """

    def write(self, group: str, stream: str, events: Sequence[tuple[int, str]]) -> None:
        """Append (milliseconds since 1970, text) pairs; group and stream are made if missing."""

    def lacks(self, group: str, stream: str) -> frozenset[str]:
        """What does not exist yet of a group and its stream: `group`, `stream`, both or nothing."""

    def take_metrics(self, events: Iterable[tuple[int, str]]) -> None:
        """Add the metrics that are embedded in a function's log events.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
        """


class Metrics(Protocol):
    """CloudWatch metrics, written to from inside; read through its API.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
    """

    def add(
        self,
        namespace: str,
        name: str,
        value: float,
        *,
        unit: str = "Count",
        dimensions: Mapping[str, str],
    ) -> None:
        """Add one value of a metric, now."""

    def add_set(
        self,
        namespace: str,
        name: str,
        *,
        unit: str,
        dimensions: Mapping[str, str],
        timestamp: float | None,
        statistics: tuple[float, float, float, float],
    ) -> None:
        """Add several values as (count, sum, minimum, maximum).

        `timestamp` is in seconds since 1970; None means now.
        """


class Meter(Protocol):
    """Metered usage in the units that AWS bills: `lambda.requests`, `dynamodb.write_units` ..."""

    def add(self, item: str, quantity: float, resource: str = "") -> None:
        """Add to the total of an item, and to the share of one resource."""


class Telemetry(Protocol):
    """All four of them, for a service that writes to several."""

    @property
    def recorder(self) -> Recorder:
        """The flight recorder."""

    @property
    def logs(self) -> Logs:
        """CloudWatch Logs."""

    @property
    def metrics(self) -> Metrics:
        """CloudWatch metrics."""

    @property
    def meter(self) -> Meter:
        """Metered usage."""


# Notes down an answered call of the AWS API, its outcome (`ok` or an error code), and how many
# milliseconds it took.
NoteCall = Callable[[Call, Parameters, str, float], None]
