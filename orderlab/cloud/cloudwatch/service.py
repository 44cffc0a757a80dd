"""Telemetry: what the rest of the cloud writes to, and what readers find where."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orderlab.clock import Clock
from orderlab.cloud.cloudwatch.api import MetricsApi
from orderlab.cloud.cloudwatch.store import MetricStore
from orderlab.cloud.contracts import (
    Handler,
    NoteCall,
    Pages,
    Permissions,
    ResourcesOf,
    Topics,
)
from orderlab.cloud.logs.api import LogsApi
from orderlab.cloud.logs.store import LogStore
from orderlab.cloud.settings import Settings
from orderlab.cloud.telemetry.api_calls import ApiCalls
from orderlab.cloud.telemetry.meter import UsageMeter
from orderlab.cloud.telemetry.recorder import FlightRecorder


class TelemetryService:
    """The recorder, the logs, the metrics and the meter (`contracts.Telemetry`)."""

    name = "telemetry"
    operations: Mapping[str, Handler]

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        permissions: Permissions,
        resources_of: ResourcesOf,
        topics: Callable[[], Topics],
        pages: Pages,
    ) -> None:
        """`topics` is asked when an alarm goes off: SNS is made after this."""
        self.operations = {}
        self.recorder = FlightRecorder(settings.correlation_fields)
        self.meter = UsageMeter()
        self.metrics = MetricStore(settings.seed, clock)
        self.logs = LogStore(
            settings.account_id, settings.region, self.metrics, self.meter, speed=settings.speed
        )
        self.log_api = LogsApi(self.logs)
        self.metric_api = MetricsApi(
            self.metrics, account_id=settings.account_id, permissions=permissions, topics=topics
        )
        # notes one answered call of the AWS API in the recorder and the meter
        self.note_call: NoteCall = ApiCalls(
            recorder=self.recorder,
            meter=self.meter,
            permissions=permissions,
            resources_of=resources_of,
            clock=clock,
        ).note
        pages["GET recorder"] = self.recorder.page
        pages["GET recorder/trace"] = self.recorder.trace
        pages["GET recorder/edges"] = self.recorder.edges
        pages["GET meter"] = self.meter.page

    async def start(self) -> None:
        """Nothing runs here: the APIs of logs and metrics are services of their own."""

    async def stop(self) -> None:
        """Nothing runs here."""
