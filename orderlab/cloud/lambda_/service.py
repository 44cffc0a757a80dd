"""Lambda: functions, and the environments that run them.

The way in: `operations` for calls of the API, `invoke` for the other services, `url_request` for
function URLs. What each part does: `api/` the API, `invoke.py` an invocation's way, `pool.py` and
`environment.py` the execution environments, `async_events.py` asynchronous invocation.

https://docs.aws.amazon.com/lambda/latest/dg/
Differs from AWS: every python3.* runtime runs on the interpreter that runs the cloud; outside
Linux, and where Linux grants no mount namespace, /tmp, /opt and /var/task are folders elsewhere,
found through tempfile, the import path and the working folder; a new or changed function is active
at once.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from orderlab.cloud import moto_backends
from orderlab.cloud.contracts import Endpoint, Handler, Invocation, Keys, Pages, Principal
from orderlab.cloud.http import Request, Response
from orderlab.cloud.lambda_.api.catalogue import all_operations
from orderlab.cloud.lambda_.async_events import AsyncEvents
from orderlab.cloud.lambda_.destinations import Destinations
from orderlab.cloud.lambda_.entrance import Entrance
from orderlab.cloud.lambda_.environment import Environment
from orderlab.cloud.lambda_.invoke import Caller, Invoker, check_caller
from orderlab.cloud.lambda_.leftovers import sweep
from orderlab.cloud.lambda_.model import Version
from orderlab.cloud.lambda_.names import parse_function_name
from orderlab.cloud.lambda_.pages import pages as environment_pages
from orderlab.cloud.lambda_.pool import Fleet
from orderlab.cloud.lambda_.provisioning import Provisioning
from orderlab.cloud.lambda_.recording import Recording
from orderlab.cloud.lambda_.registry import FunctionRegistry
from orderlab.cloud.lambda_.tracing import FunctionTracing
from orderlab.cloud.lambda_.url_requests import UrlRequests, no_such_url
from orderlab.cloud.lambda_.wiring import Wiring
from orderlab.cloud.lambda_.workshop import Workshop
from orderlab.cloud.reaping import Reaper

log = logging.getLogger("orderlab.cloud.lambda_")

WATCH_SECONDS = 0.05
IDLE_CHECK_SECONDS = 1.0


class FunctionService:
    """Lambda, as the rest of the cloud sees it (`contracts.Functions`, `FunctionUrls`).

    `folder` is where packages and the files of environments are kept, and the cloud's own.
    """

    name = "lambda"

    def __init__(
        self,
        wiring: Wiring,
        *,
        endpoint: Endpoint,
        folder: Path,
        reaper: Reaper,
        keys: Keys,
        pages: Pages,
    ) -> None:
        permissions = wiring.permissions
        self._folder, self._permissions = folder, permissions
        self._recording = Recording(wiring.telemetry, permissions, wiring.clock)
        self._workshop = Workshop(
            folder=folder / "functions",
            endpoint=endpoint,
            roles=permissions,
            reaper=reaper,
            traces=wiring.traces,
        )
        self._fleet = Fleet(self._new_environment, wiring.clock)
        account_id, region = wiring.settings.account_id, wiring.settings.region
        self._provisioning = Provisioning(self._fleet, self._recording, wiring.clock)
        self._registry = FunctionRegistry(
            account_id, region, self._fleet.retire, self._provisioning.provide
        )
        destinations = self._make_destinations(wiring)
        self._entrance = self._make_entrance(wiring, destinations)
        self._url_requests = UrlRequests(
            entrance=self._entrance, recording=self._recording, keys=keys, permissions=permissions
        )
        self.operations: Mapping[str, Handler] = all_operations(
            registry=self._registry,
            workshop=self._workshop,
            entrance=self._entrance,
            destinations=destinations,
            provisioning=self._provisioning,
            roles=permissions,
        )
        pages.update(environment_pages(self._fleet, self._async_events.waiting))
        self._tasks: list[asyncio.Task[None]] = []
        self._sweeping: asyncio.Task[None] | None = None

    def _new_environment(self, version: Version) -> Environment:
        return Environment(self._workshop, version, self._recording.write_log)

    def _make_destinations(self, wiring: Wiring) -> Destinations:
        return Destinations(
            registry=self._registry,
            permissions=wiring.permissions,
            queues=wiring.queues,
            topics=wiring.topics,
            buses=wiring.buses,
            invoke=self.invoke,
        )

    def _make_entrance(self, wiring: Wiring, destinations: Destinations) -> Entrance:
        invoker = Invoker(
            registry=self._registry,
            fleet=self._fleet,
            recording=self._recording,
            tracing=FunctionTracing(wiring.traces),
            faults=wiring.faults,
            clock=wiring.clock,
            seed=wiring.settings.seed,
        )
        self._async_events = AsyncEvents(
            registry=self._registry,
            invoker=invoker,
            recording=self._recording,
            destinations=destinations,
            clock=wiring.clock,
        )
        return Entrance(self._registry, invoker, self._async_events)

    async def start(self) -> None:
        """Be ready to run functions, and begin to look after the environments."""
        # imported here: moto takes half a second, and must have its environment set first
        from orderlab.cloud.lambda_.moto_seam import FunctionBackend

        moto_backends.replace_function_backend(FunctionBackend)
        await self._workshop.start()
        self._sweeping = asyncio.create_task(
            asyncio.to_thread(sweep, self._folder), name="lambda-sweep"
        )
        self._tasks = [
            asyncio.create_task(self._watch(), name="lambda-watch"),
            asyncio.create_task(self._look_after_idle(), name="lambda-idle"),
        ]

    async def stop(self) -> None:
        """End all environments, and drop the asynchronous events."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._async_events.stop()
        await self._provisioning.stop()
        self._fleet.end_all()
        await self._workshop.stop()
        if self._sweeping is not None:
            await asyncio.gather(self._sweeping, return_exceptions=True)

    # --- invoking (contracts.Functions)

    async def invoke(
        self,
        function: str,
        payload: bytes,
        *,
        principal: Principal,
        source_arn: str | None = None,
        qualifier: str | None = None,
        invocation_type: Literal["RequestResponse", "Event", "DryRun"] = "RequestResponse",
        client_context: str = "",
        trace_id: str = "",
        surely_json: bool = False,
    ) -> Invocation:
        """Check the caller and run a function; see `contracts.Functions`."""
        name = parse_function_name(function, qualifier)
        region = self._registry.region_of(name)
        caller = Caller(principal, source_arn, client_context, trace_id)
        check_caller(self._permissions, self._registry.backend(region).function(name), name, caller)
        request_id = str(uuid.uuid4())
        return await self._entrance.invoke(
            region, name, payload, caller, invocation_type, request_id, surely_json=surely_json
        )

    def configuration(self, function: str, qualifier: str | None = None) -> Mapping[str, Any]:
        """What GetFunctionConfiguration returns; see `contracts.Functions`."""
        return self._registry.configuration(function, qualifier)

    def resource_policy(self, arn: str) -> Mapping[str, Any] | None:
        """The policy of a function, version or alias; see `contracts.Functions`."""
        return self._registry.resource_policy(arn)

    async def code_request(self, path: str) -> Response:
        """See `contracts.FunctionUrls`."""
        return await self._workshop.links.answer(path)

    async def url_request(self, request: Request, url_id: str, path: str) -> Response:
        """Answer a request to a function URL."""
        url = self._registry.url(url_id)
        if url is None:
            return no_such_url()
        return await self._url_requests.answer(request, url, path)

    # --- background

    async def _watch(self) -> None:
        """Look after the processes that work."""
        while True:
            await self._fleet.working.wait()
            while self._fleet.busy:
                await asyncio.sleep(WATCH_SECONDS)
                for environment in list(self._fleet.busy):
                    try:
                        environment.watch()
                    except Exception:
                        log.exception("looking after an environment failed")
                self._workshop.collect()
            self._fleet.working.clear()

    async def _look_after_idle(self) -> None:
        while True:
            await asyncio.sleep(IDLE_CHECK_SECONDS)
            try:
                self._fleet.retire_idle()
                self._provisioning.look_after()
                self._workshop.collect()
            except Exception:
                log.exception("looking after idle environments failed")
