"""Telemetry: what the rest of the cloud writes to, and what readers find where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.telemetry.api_calls import ApiCalls
from orderlab.cloud.telemetry.logs.api import LogsApi
from orderlab.cloud.telemetry.logs.store import LogStore
from orderlab.cloud.telemetry.meter import UsageMeter
from orderlab.cloud.telemetry.metrics.api import MetricsApi
from orderlab.cloud.telemetry.metrics.store import MetricStore
from orderlab.cloud.telemetry.recorder import FlightRecorder

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud


class Telemetry:
    """The recorder, the logs, the metrics and the meter."""

    name = "telemetry"
    operations: Mapping[str, Handler]

    def __init__(self, cloud: Cloud) -> None:
        self.operations = {}
        settings = cloud.settings
        self.recorder = FlightRecorder(settings.correlation_fields)
        self.meter = UsageMeter()
        self.metrics = MetricStore(settings.seed)
        self.logs = LogStore(
            settings.account_id, settings.region, self.metrics, self.meter, speed=settings.speed
        )
        self.log_api = LogsApi(cloud, self.logs)
        self.metric_api = MetricsApi(cloud, self.metrics)
        self._calls = ApiCalls(cloud)
        cloud.pages["GET recorder"] = self.recorder.page
        cloud.pages["GET recorder/trace"] = self.recorder.trace
        cloud.pages["GET recorder/edges"] = self.recorder.edges
        cloud.pages["GET meter"] = self.meter.page

    async def start(self) -> None:
        """Nothing runs here; the APIs of logs and metrics are services of their own."""

    async def stop(self) -> None:
        """Nothing runs here."""

    def api_call(
        self, call: Call, parameters: Parameters, outcome: str, duration_ms: float
    ) -> None:
        """Note one call of the AWS API in the recorder and the meter."""
        self._calls.note(call, parameters, outcome, duration_ms)
