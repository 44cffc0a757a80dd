"""What the local cloud is made of, and the order in which it starts and stops."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud import admin, ids, memory, moto_backends
from orderlab.cloud.apigateway.service import ApiGateway
from orderlab.cloud.authentication import KeyRing
from orderlab.cloud.contracts import Credentials, Principal, Service
from orderlab.cloud.event_sources.service import EventSources
from orderlab.cloud.faults import FaultBoard
from orderlab.cloud.functions.service import FunctionService
from orderlab.cloud.moto_front import MotoFront
from orderlab.cloud.patterns.allowance import end_all
from orderlab.cloud.permissions import PermissionService
from orderlab.cloud.queues.service import QueueService
from orderlab.cloud.reaping import Reaper
from orderlab.cloud.scope import Scope
from orderlab.cloud.settings import Settings
from orderlab.cloud.tables.service import StreamService, TableService
from orderlab.cloud.telemetry.service import Telemetry
from orderlab.cloud.topics.service import TopicService


class Cloud:
    """One local AWS. Parts find each other through its attributes, at call time."""

    def __init__(self, settings: Settings) -> None:
        moto_backends.prepare_environment()
        ids.begin(settings.seed)
        self.settings = settings
        self.endpoint = ""  # known once the server listens
        self.clock = Clock(settings.speed)
        self.keys = KeyRing()
        self.pages: dict[str, admin.Page] = {}
        self.moto = MotoFront()
        self.faults = FaultBoard(settings.seed)
        self.folder = Path(tempfile.mkdtemp(prefix="orderlab-cloud-"))
        self.reaper = Reaper(self.folder)
        self.account = Principal(
            "account", f"arn:aws:iam::{settings.account_id}:root", settings.account_id
        )
        self.keys.add(
            Credentials(settings.access_key_id, settings.secret_access_key, None, self.account)
        )
        self.scope = Scope(self)
        self.telemetry = Telemetry(self)
        self.permissions = PermissionService(self)
        self.queues = QueueService(self)
        self.topics = TopicService(self)
        self.tables = TableService(self)
        self.streams = StreamService(self)
        self.functions = FunctionService(self)
        self.event_sources = EventSources(self)
        self.gateway = ApiGateway(self)
        self._started: list[Service] = []
        # keyed by the name that `operations.identify` gives; the order is the order of starting
        self.services: dict[str, Service] = {
            part.name: part
            for part in (
                self.telemetry,
                self.telemetry.log_api,
                self.telemetry.metric_api,
                self.permissions,
                self.permissions.tokens,
                self.queues,
                self.topics,
                self.tables,
                self.streams,
                self.functions,
                self.event_sources,
                self.gateway,
            )
        }
        self.pages["GET health"] = lambda _: {
            "status": "ok",
            "endpoint": self.endpoint,
            "speed": self.settings.speed,
        }
        self.pages["GET memory"] = memory.page(self)
        self.pages["GET faults"] = lambda _: self.faults.all()
        self.pages["POST faults"] = self._switch_on
        self.pages["DELETE faults"] = self._switch_off

    def _switch_on(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """One fault, or several as `faults`."""
        for description in parameters.get("faults", [parameters]):
            self.faults.switch_on(description)
        return self.faults.all()

    def _switch_off(self, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        target, label = parameters.get("target"), parameters.get("label")
        self.faults.switch_off(str(target) if target else None, str(label) if label else None)
        return self.faults.all()

    async def start(self, endpoint: str) -> None:
        """Begin to work at an address where the server already listens."""
        self.endpoint = endpoint
        ids.seed_moto()
        for service in self.services.values():
            await service.start()
            self._started.append(service)

    async def stop(self) -> None:
        """Stop everything in reverse order; a second call does nothing."""
        while self._started:
            await self._started.pop().stop()
        end_all()
        shutil.rmtree(self.folder, ignore_errors=True)
        await asyncio.to_thread(self.reaper.stop)
