"""Discoverers: schemas of the events that arrive on a bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-infer.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, EventBuses, Handler, Parameters
from orderlab.cloud.schemas.errors import Conflict, NotFound
from orderlab.cloud.schemas.inference import infer, schema_name
from orderlab.cloud.schemas.registry import DISCOVERED, Registry
from orderlab.cloud.schemas.schema import Discoverer, Schema
from orderlab.cloud.schemas.schema_operations import MAX_SCHEMAS, MAX_VERSIONS
from orderlab.cloud.targets.pages import page
from orderlab.cloud.telemetry.long_work import LongWork

# bytes of an event whose schema is made at once
AT_ONCE = 16 * 1024
_MAX_CONTENT = 100_000


class Discoverers:
    """The operations about discoverers, and what they find."""

    def __init__(
        self, *, registry: Registry, buses: EventBuses, clock: Clock, long_work: LongWork
    ) -> None:
        self._registry = registry
        self._buses = buses
        self._clock = clock
        self._long_work = long_work
        self.handlers: Mapping[str, Handler] = {
            "CreateDiscoverer": self.create,
            "DescribeDiscoverer": self.describe,
            "UpdateDiscoverer": self.update,
            "DeleteDiscoverer": self.delete,
            "ListDiscoverers": self.list,
            "StartDiscoverer": self.start,
            "StopDiscoverer": self.stop,
        }

    def create(self, call: Call, given: Parameters) -> dict[str, Any]:
        """CreateDiscoverer: begin to look at the events of a bus. A bus has one at most."""
        bus_arn = given["SourceArn"]
        if given.get("CrossAccount"):
            raise NotDoneYet("schemas of events of other accounts")
        if not self._buses.exists(bus_arn):
            raise NotFound(f"Event bus {bus_arn} does not exist.")
        discoverers = self._registry.of(call.region).discoverers
        if any(each.source_arn == bus_arn for each in discoverers.values()):
            raise Conflict(f"Discoverer for source {bus_arn} already exists.")
        identifier = f"events-event-bus-{bus_arn.rpartition('/')[2]}"
        arn = self._registry.arn(call.region, f"discoverer/{identifier}")
        found = Discoverer(
            identifier, arn, bus_arn, given.get("Description"), tags=dict(given.get("Tags") or {})
        )
        discoverers[identifier] = found
        self._watch(call.region, found)
        return found.described()

    def _watch(self, region: str, found: Discoverer) -> None:
        async def look(event: Mapping[str, Any], size: int) -> None:
            await self._discover(region, event, size)

        self._buses.watch(found.source_arn, look if found.state == "STARTED" else None)

    def describe(self, call: Call, given: Parameters) -> dict[str, Any]:
        """DescribeDiscoverer."""
        return self._registry.discoverer(call.region, given["DiscovererId"]).described()

    def update(self, call: Call, given: Parameters) -> dict[str, Any]:
        """UpdateDiscoverer: change its description."""
        found = self._registry.discoverer(call.region, given["DiscovererId"])
        found.description = given.get("Description", found.description)
        return found.described()

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """DeleteDiscoverer: the schemas that it found stay."""
        found = self._registry.discoverer(call.region, given["DiscovererId"])
        found.state = "STOPPED"
        self._watch(call.region, found)
        del self._registry.of(call.region).discoverers[found.id]
        return {}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """ListDiscoverers, by the beginning of their ids and of their sources."""
        found = [
            each.listed()
            for each in self._registry.of(call.region).discoverers.values()
            if each.id.startswith(given.get("DiscovererIdPrefix", ""))
            and each.source_arn.startswith(given.get("SourceArnPrefix", ""))
        ]
        return page("Discoverers", found, given.get("Limit"), given.get("NextToken"))

    def start(self, call: Call, given: Parameters) -> dict[str, Any]:
        """StartDiscoverer: look at events again."""
        return self._switch(call, given, "STARTED")

    def stop(self, call: Call, given: Parameters) -> dict[str, Any]:
        """StopDiscoverer: look at no event until it is started."""
        return self._switch(call, given, "STOPPED")

    def _switch(self, call: Call, given: Parameters, state: str) -> dict[str, Any]:
        found = self._registry.discoverer(call.region, given["DiscovererId"])
        found.state = state
        self._watch(call.region, found)
        return {"DiscovererId": found.id, "State": state}

    # --- what is found ---

    async def _discover(self, region: str, event: Mapping[str, Any], size: int) -> None:
        """Keep the schema of an event, if it is new."""
        if size > AT_ONCE:
            content = await self._long_work.run(infer, [event], "OpenApi3")
        else:
            content = infer([event], "OpenApi3")
        if len(content) > _MAX_CONTENT:
            return
        schemas = self._registry.of(region).registries[DISCOVERED].schemas
        name = schema_name(event)[:385]
        schema = schemas.get(name)
        if schema is None:
            if len(schemas) >= MAX_SCHEMAS:
                return
            arn = self._registry.arn(region, f"schema/{DISCOVERED}/{name}")
            description = f"Schema for event type {event['detail-type']}, published by AWS "
            schema = Schema(name, arn, f"{description}service {event['source']}"[:256])
            schemas[name] = schema
        known = any(_same(version.content, content) for version in schema.versions)
        if not known and len(schema.versions) < MAX_VERSIONS:
            schema.add("OpenApi3", content, self._clock.wall())


def _same(one: str, other: str) -> bool:
    """Whether two schemas say the same, whatever the order."""
    return one == other or _ordered(json.loads(one)) == _ordered(json.loads(other))


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: sorted(each) if key == "required" else _ordered(each)
            for key, each in value.items()
        }
    return value
