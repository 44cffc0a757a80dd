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
import contextlib
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from orderlab.cloud import moto_backends
from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.contracts import Invocation, Principal
from orderlab.cloud.functions import shown
from orderlab.cloud.functions.api.catalogue import all_operations
from orderlab.cloud.functions.async_events import AsyncEvents
from orderlab.cloud.functions.environment import Environment
from orderlab.cloud.functions.invoke import Caller, InvocationType, Invoker, check_payload
from orderlab.cloud.functions.leftovers import sweep
from orderlab.cloud.functions.model import Function, UrlConfig, Version, revision
from orderlab.cloud.functions.names import FunctionName, parse_function_name
from orderlab.cloud.functions.output import LogLine
from orderlab.cloud.functions.pages import pages
from orderlab.cloud.functions.pool import Fleet
from orderlab.cloud.functions.record import Record
from orderlab.cloud.functions.url_requests import serve
from orderlab.cloud.functions.workshop import Workshop
from orderlab.cloud.http import Request, Response

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud
    from orderlab.cloud.functions.backend import FunctionBackend

log = logging.getLogger("orderlab.cloud.functions")

WATCH_SECONDS = 0.05
IDLE_CHECK_SECONDS = 1.0


class FunctionService:
    """Lambda, as the rest of the cloud sees it (contracts.Functions)."""

    name = "lambda"

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.workshop = Workshop(cloud)
        self.fleet = Fleet(lambda version: Environment(self.workshop, version), cloud.clock)
        self.record = Record(cloud)
        self._invoker = Invoker(cloud, self.fleet, self.record, cloud.settings.seed)
        self.async_events = AsyncEvents(self, self._invoker)
        self.operations = all_operations(self)
        self._backends: dict[str, FunctionBackend] = {}
        self._urls: dict[str, UrlConfig] = {}
        cloud.pages.update(pages(self))
        self._tasks: list[asyncio.Task[None]] = []
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        from orderlab.cloud.functions.backend import FunctionBackend

        moto_backends.replace_function_backend(FunctionBackend)
        await self.workshop.start()
        self._sweeping = asyncio.create_task(
            asyncio.to_thread(sweep, self.cloud.folder), name="lambda-sweep"
        )
        self._tasks = [
            asyncio.create_task(self._watch(), name="lambda-watch"),
            asyncio.create_task(self._retire_idle(), name="lambda-idle"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.async_events.stop()
        self.fleet.end_all()
        await self.workshop.stop()
        if self._sweeping is not None:
            await asyncio.gather(self._sweeping, return_exceptions=True)

    # --- state

    def backend(self, region: str) -> FunctionBackend:
        """The functions of a Region."""
        found = self._backends.get(region)
        if found is None:
            account_id = self.cloud.settings.account_id
            try:
                found = moto_backends.backend("lambda", account_id, region)
            except KeyError:
                raise ValidationException(f"The Region {region} does not exist.") from None
            self._backends[region] = found
        return found

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
        name = parse_function_name(function, qualifier)
        region = name.region or self.cloud.settings.region
        caller = Caller(principal, source_arn, client_context, trace_id)
        target = self.backend(region).function(name)
        self._invoker.check_caller(target, name, caller)
        request_id = str(uuid.uuid4())
        return await self.invoke_checked(
            region, name, payload, caller, invocation_type, request_id, surely_json=surely_json
        )

    async def invoke_checked(
        self,
        region: str,
        name: FunctionName,
        payload: bytes,
        caller: Caller,
        invocation_type: InvocationType,
        request_id: str,
        *,
        with_log: bool = False,
        surely_json: bool = False,
    ) -> Invocation:
        """Invoke for a caller who was let in already; `with_log` adds the tail of its log."""
        version = self._invoker.choose_version(self.backend(region), name)
        check_payload(payload, invocation_type, surely_json=surely_json)
        if invocation_type == "DryRun":
            return Invocation(204, b"", None, version.number, request_id)
        if invocation_type == "Event":
            self.async_events.accept(region, name, payload, caller, request_id)
            return Invocation(202, b"", None, version.number, request_id)
        return await self._invoker.run(
            version, name, payload, caller, request_id, with_log=with_log
        )

    def configuration(self, function: str, qualifier: str | None = None) -> Mapping[str, Any]:
        name = parse_function_name(function, qualifier)
        region = name.region or self.cloud.settings.region
        return shown.configuration(self.backend(region).version(name))

    def resource_policy(self, arn: str) -> Mapping[str, Any] | None:
        with contextlib.suppress(AwsError):
            name = parse_function_name(arn)
            function = self.backend(name.region or self.cloud.settings.region).function(name)
            policy = function.policies.get(name.qualifier)
            return policy.document() if policy else None
        return None

    # --- function URLs

    async def url_request(self, request: Request, url_id: str, path: str) -> Response:
        """Answer a request to a function URL."""
        url = self._urls.get(url_id)
        if url is None:
            return Response.json({"Message": "Not Found"}, status=404)
        return await serve(self, request, url, path)

    def remember_url(self, url: UrlConfig) -> None:
        url.function.urls[url.qualifier] = url
        self._urls[url.url_id] = url

    def forget_url(self, function: Function, qualifier: str | None) -> None:
        url = function.urls.pop(qualifier, None)
        if url is not None:
            del self._urls[url.url_id]

    # --- changes

    def replace_latest(self, function: Function, version: Version) -> None:
        """New code or settings: the environments of the old ones are retired."""
        before, function.latest = function.latest, version
        function.changed = True
        self.fleet.retire(before)

    def publish(self, function: Function, description: str | None = None) -> Version:
        """A numbered copy of `$LATEST`; the last one again if nothing was updated since.

        An update counts even if it has set what was set already.
        """
        latest = function.latest
        last = function.versions.get(function.last_number)
        if last and not function.changed:
            return last
        from dataclasses import replace

        settings = latest.configuration
        if description is not None:
            settings = replace(settings, description=description)
        function.last_number += 1
        number = str(function.last_number)
        version = Version(function, number, settings, latest.code, latest.layers_folder)
        function.versions[function.last_number] = version
        function.changed = False
        latest.revision_id = revision()
        return version

    def delete(self, function: Function) -> None:
        for version in function.all_versions():
            self.fleet.retire(version)
        for qualifier in list(function.urls):
            self.forget_url(function, qualifier)
        self.backend(function.region).functions.pop(function.name, None)
        self.set_reserved(function, None)

    def delete_version(self, function: Function, version: Version) -> None:
        function.versions.pop(int(version.number), None)
        function.policies.pop(version.number, None)
        function.event_invoke.pop(version.number, None)
        self.fleet.retire(version)

    def set_reserved(self, function: Function, reserved: int | None) -> None:
        """Reserve concurrency, or give a reservation up."""
        key = f"{function.account_id}:{function.region}"
        total = self.record.reservations.get(key, 0) - (function.reserved_concurrency or 0)
        self.record.reservations[key] = total + (reserved or 0)
        function.reserved_concurrency = reserved

    # --- logs

    def write_log(self, version: Version, stream: str, lines: Sequence[LogLine]) -> None:
        self.record.write_log(version, stream, lines)

    # --- background

    async def _watch(self) -> None:
        """Look after the processes that work."""
        while True:
            await self.fleet.working.wait()
            while self.fleet.busy:
                await asyncio.sleep(WATCH_SECONDS)
                for environment in list(self.fleet.busy):
                    try:
                        environment.watch()
                    except Exception:
                        log.exception("looking after an environment failed")
                self.workshop.collect()
            self.fleet.working.clear()

    async def _retire_idle(self) -> None:
        while True:
            await asyncio.sleep(IDLE_CHECK_SECONDS)
            try:
                self.fleet.retire_idle()
                self.workshop.collect()
            except Exception:
                log.exception("retiring idle environments failed")
