"""What the local cloud is made of: who gets what, and in which order services start and stop.

This is the only file that names the services. They know of each other what `contracts` says. Some
need a service that is made after them: they get a function that finds it when it is needed.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud import ids, memory, moto_backends
from orderlab.cloud.apigateway.service import ApiGateway
from orderlab.cloud.authentication import KeyRing
from orderlab.cloud.buckets import BucketService
from orderlab.cloud.call_faults import CallFaults
from orderlab.cloud.cloudwatch.service import TelemetryService
from orderlab.cloud.contracts import Credentials, Pages, Policy, Principal, Service
from orderlab.cloud.dax.service import DaxService
from orderlab.cloud.dynamodb.service import StreamService, TableService
from orderlab.cloud.dynamodb.throttling import Throttled
from orderlab.cloud.event_sources.service import EventSources
from orderlab.cloud.event_sources.wiring import Wiring as PollerWiring
from orderlab.cloud.faults import FaultBoard
from orderlab.cloud.front import clock_pages, fault_pages
from orderlab.cloud.front.admin import Admin
from orderlab.cloud.front.api_kinds import ApisOfBothKinds
from orderlab.cloud.front.aws_calls import AwsCalls
from orderlab.cloud.front.data_planes import DataPlanes
from orderlab.cloud.front.dispatch import Dispatcher
from orderlab.cloud.front.moto_front import MotoFront
from orderlab.cloud.front.scope import Scope
from orderlab.cloud.front.server import Front
from orderlab.cloud.iam import PermissionService
from orderlab.cloud.joined_service import JoinedService
from orderlab.cloud.lambda_.service import FunctionService
from orderlab.cloud.lambda_.wiring import Wiring as FunctionWiring
from orderlab.cloud.late_service import LateService
from orderlab.cloud.patterns.allowance import end_all
from orderlab.cloud.reaping import Reaper
from orderlab.cloud.settings import Settings
from orderlab.cloud.sns.service import TopicService
from orderlab.cloud.sqs.service import QueueService

if TYPE_CHECKING:
    from orderlab.cloud.apigatewayv2.service import HttpApiService
    from orderlab.cloud.events.service import EventService
    from orderlab.cloud.pipes.service import PipeService
    from orderlab.cloud.scheduler.service import SchedulerService
    from orderlab.cloud.schemas.service import SchemaService
    from orderlab.cloud.xray.service import XRayService


class Cloud:
    """One local AWS. `front` answers its requests once it was started."""

    def __init__(self, settings: Settings) -> None:
        moto_backends.prepare_environment()
        ids.begin(settings.seed)
        self.settings = settings
        self.endpoint = ""  # known once the server listens
        self.clock = Clock(settings.speed)
        self.folder = Path(tempfile.mkdtemp(prefix="orderlab-cloud-"))
        self.reaper = Reaper(self.folder)
        self.account = Principal(
            "account", f"arn:aws:iam::{settings.account_id}:root", settings.account_id
        )
        self.keys = KeyRing()
        self.keys.add(
            Credentials(settings.access_key_id, settings.secret_access_key, None, self.account)
        )
        self.pages: Pages = {}
        self.moto = MotoFront()
        self.faults = FaultBoard(settings.seed, self.clock)
        # keyed by botocore's names; the order is the order of starting
        self.services: dict[str, Service] = {}
        self._started: list[Service] = []
        self._make_what_all_use(settings)
        self._make_services()
        self._make_late_services()
        self._make_front(settings)
        self._register_pages()

    def _make_what_all_use(self, settings: Settings) -> None:
        self.permissions = PermissionService(
            settings=settings,
            clock=self.clock,
            keys=self.keys,
            moto=self.moto,
            resource_policies=self._policy_of,
        )
        self.telemetry = TelemetryService(
            settings=settings,
            clock=self.clock,
            permissions=self.permissions,
            resources_of=self.permissions.resources_of,
            topics=lambda: self.topics,
            pages=self.pages,
        )
        self.scope = Scope(self.services, settings.account_id)
        self.dispatch = Dispatcher(
            self.services,
            scope=self.scope,
            permissions=self.permissions,
            faults=self.faults,
            call_faults=CallFaults(
                faults=self.faults,
                clock=self.clock,
                resources_of=self.permissions.resources_of,
                throttled=lambda reason, arn: Throttled(reason, arn, provisioned=False),
            ),
            moto=self.moto,
            note=self.telemetry.note_call,
        )
        self._add(
            self.telemetry,
            self.telemetry.log_api,
            self.telemetry.metric_api,
            self.permissions,
            self.permissions.tokens,
        )

    def _make_services(self) -> None:
        self._make_messaging()
        self.tables = TableService(
            settings=self.settings,
            clock=self.clock,
            telemetry=self.telemetry,
            faults=self.faults,
            moto=self.moto,
            pages=self.pages,
        )
        self.streams = StreamService(self.tables.registry, self.clock)
        self.functions = self._make_functions()
        self.event_sources = self._make_event_sources()
        self.gateway = self._make_gateway()
        self.dax = self._make_dax()
        self._add(
            self.queues,
            self.topics,
            self.tables,
            self.streams,
            JoinedService("lambda", self.functions, self.event_sources),
            self.gateway,
            self.dax,
            BucketService(),
        )

    def _make_dax(self) -> DaxService:
        return DaxService(
            settings=self.settings,
            clock=self.clock,
            keys=self.keys,
            permissions=self.permissions,
            telemetry=self.telemetry,
            faults=self.faults,
            dispatch=self.dispatch,
            items=self.tables,
            pages=self.pages,
        )

    def _make_messaging(self) -> None:
        self.queues = QueueService(
            settings=self.settings,
            clock=self.clock,
            endpoint=lambda: self.endpoint,
            permissions=self.permissions,
            telemetry=self.telemetry,
            faults=self.faults,
            pages=self.pages,
        )
        self.topics = TopicService(
            settings=self.settings,
            clock=self.clock,
            endpoint=lambda: self.endpoint,
            permissions=self.permissions,
            telemetry=self.telemetry,
            faults=self.faults,
            queues=self.queues,
            functions=lambda: self.functions,
        )

    def _make_late_services(self) -> None:
        self.events = LateService("events", self._make_events)
        self.pipes = LateService("pipes", self._make_pipes)
        self.scheduler = LateService("scheduler", self._make_scheduler)
        self.schemas = LateService("schemas", self._make_schemas)
        self.xray = LateService("xray", self._make_xray)
        self.http_apis = LateService("apigatewayv2", self._make_http_apis)
        self._add(
            *(self.events, self.pipes, self.scheduler, self.schemas, self.xray, self.http_apis)
        )

    def _make_http_apis(self) -> HttpApiService:
        from orderlab.cloud.apigatewayv2.service import HttpApiService

        return HttpApiService(
            settings=self.settings,
            clock=self.clock,
            keys=self.keys,
            permissions=self.permissions,
            telemetry=self.telemetry,
            functions=self.functions,
            dispatch=self.dispatch,
        )

    def _make_schemas(self) -> SchemaService:
        from orderlab.cloud.schemas.service import SchemaService

        return SchemaService(settings=self.settings, clock=self.clock, buses=self.events.service)

    def _make_xray(self) -> XRayService:
        from orderlab.cloud.xray.service import XRayService

        return XRayService(settings=self.settings)

    def _make_scheduler(self) -> SchedulerService:
        from orderlab.cloud.scheduler.service import SchedulerService

        return SchedulerService(
            settings=self.settings,
            clock=self.clock,
            permissions=self.permissions,
            telemetry=self.telemetry,
            faults=self.faults,
            queues=self.queues,
            topics=self.topics,
            functions=self.functions,
            buses=self.events.service,
            dispatch=self.dispatch,
        )

    def _make_pipes(self) -> PipeService:
        from orderlab.cloud.pipes.service import PipeService

        return PipeService(
            settings=self.settings,
            clock=self.clock,
            permissions=self.permissions,
            telemetry=self.telemetry,
            faults=self.faults,
            queues=self.queues,
            streams=self.streams,
            topics=self.topics,
            functions=self.functions,
            buses=self.events.service,
        )

    def _make_functions(self) -> FunctionService:
        return FunctionService(
            FunctionWiring(
                settings=self.settings,
                clock=self.clock,
                permissions=self.permissions,
                telemetry=self.telemetry,
                faults=self.faults,
                queues=self.queues,
                topics=self.topics,
                buses=lambda: self.events.service,
                traces=lambda: self.xray.service,
            ),
            endpoint=lambda: self.endpoint,
            folder=self.folder,
            reaper=self.reaper,
            keys=self.keys,
            pages=self.pages,
        )

    def _make_event_sources(self) -> EventSources:
        return EventSources(
            PollerWiring(
                clock=self.clock,
                functions=self.functions,
                queues=self.queues,
                topics=self.topics,
                streams=self.streams,
                permissions=self.permissions,
                faults=self.faults,
                metrics=self.telemetry.metrics,
            ),
            account_id=self.settings.account_id,
            of_functions=self.functions.operations,
            moto=self.moto,
        )

    def _make_events(self) -> EventService:
        from orderlab.cloud.events.service import EventService

        return EventService(
            settings=self.settings,
            clock=self.clock,
            permissions=self.permissions,
            telemetry=self.telemetry,
            faults=self.faults,
            queues=self.queues,
            topics=self.topics,
            functions=self.functions,
        )

    def _make_gateway(self) -> ApiGateway:
        return ApiGateway(
            settings=self.settings,
            clock=self.clock,
            keys=self.keys,
            permissions=self.permissions,
            telemetry=self.telemetry,
            functions=self.functions,
            dispatch=self.dispatch,
            traces=lambda: self.xray.service,
        )

    def _add(self, *services: Service) -> None:
        self.services.update({service.name: service for service in services})

    def _make_front(self, settings: Settings) -> None:
        self.front = Front(
            keys=self.keys,
            data_planes=DataPlanes(
                apis=ApisOfBothKinds(self.gateway, lambda: self.http_apis.if_made),
                function_urls=self.functions,
            ),
            pages=Admin(self.pages, settings.secret_access_key),
            links=self.topics,
            aws_calls=AwsCalls(keys=self.keys, scope=self.scope, dispatch=self.dispatch),
        )

    def _register_pages(self) -> None:
        self.pages["GET health"] = lambda _: {
            "status": "ok",
            "endpoint": self.endpoint,
            "speed": self.settings.speed,
        }
        not_kept = (self, self.services, self.dispatch, self.moto, self.reaper, self.pages)
        self.pages["GET memory"] = memory.page(self._parts, *not_kept)
        self.pages.update(fault_pages.pages(self.faults))
        self.pages.update(clock_pages.pages(self.clock))

    def _policy_of(self, service: str, arn: str) -> Policy:
        """The policy that a resource has itself (`contracts.ResourcePolicies`)."""
        if service == "sqs":
            queue = self.queues.queue(arn)
            return queue.policy if queue else None
        if service == "sns":
            return self.topics.resource_policy(arn)
        if service == "lambda" and ":function:" in arn:
            return self.functions.resource_policy(arn)
        if service == "events" and self.events.if_made and ":event-bus/" in arn:
            return self.events.if_made.resource_policy(arn)
        return None

    def _parts(self) -> dict[str, Any]:
        """What is kept, by the names that `GET memory` shows."""
        streams = [each.table.stream for each in self.tables.registry.records()]
        return {
            "flight recorder": self.telemetry.recorder,
            "logs": self.telemetry.logs,
            "metrics": self.telemetry.metrics,
            "tables": self.tables,
            "streams": [stream for stream in streams if stream is not None],
            "queues": self.queues,
            "topics": self.topics,
            "functions": self.functions,
            "event sources": self.event_sources,
            "event buses": self.events.if_made,
            "pipes": self.pipes.if_made,
            "schedules": self.scheduler.if_made,
            "traces": self.xray.if_made,
            "schemas": self.schemas.if_made,
            "roles and keys": [self.permissions, self.keys],
            "apis": [self.gateway, self.http_apis.if_made],
            "caches": self.dax,
        }

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
