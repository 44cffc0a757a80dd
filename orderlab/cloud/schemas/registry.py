"""The state of the schema registry, by Region.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-registry.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.schemas.errors import NotFound
from orderlab.cloud.schemas.schema import Discoverer, Schema, SchemaRegistry

DISCOVERED = "discovered-schemas"


@dataclass(eq=False)
class InRegion:
    """What one Region has. The registry of discovered schemas is always there."""

    registries: dict[str, SchemaRegistry] = field(default_factory=dict)
    discoverers: dict[str, Discoverer] = field(default_factory=dict)


class Registry:
    """All Regions."""

    def __init__(self, *, account_id: str) -> None:
        self.account_id = account_id
        self._regions: dict[str, InRegion] = {}

    def of(self, region: str) -> InRegion:
        """What a Region has, made when it is first asked for."""
        found = self._regions.get(region)
        if found is None:
            found = self._regions[region] = InRegion()
            found.registries[DISCOVERED] = SchemaRegistry(
                DISCOVERED, self.arn(region, f"registry/{DISCOVERED}")
            )
        return found

    def arn(self, region: str, rest: str) -> str:
        """The ARN of something in a Region, such as `registry/NAME`."""
        return f"arn:aws:schemas:{region}:{self.account_id}:{rest}"

    def registry(self, region: str, name: str) -> SchemaRegistry:
        """The registry; NotFoundException if there is none."""
        found = self.of(region).registries.get(name)
        if found is None:
            raise NotFound(f"Registry with name {name} does not exist.")
        return found

    def schema(self, region: str, registry_name: str, name: str) -> Schema:
        """The schema; NotFoundException if it, or its registry, does not exist."""
        found = self.registry(region, registry_name).schemas.get(name)
        if found is None:
            raise NotFound(f"Schema with name {name} does not exist.")
        return found

    def discoverer(self, region: str, identifier: str) -> Discoverer:
        """The discoverer; NotFoundException if there is none."""
        found = self.of(region).discoverers.get(identifier)
        if found is None:
            raise NotFound(f"Discoverer with id {identifier} does not exist.")
        return found

    def tagged(self, region: str, arn: str) -> dict[str, str]:
        """The tags of a resource; NotFoundException if it does not exist."""
        here = self.of(region)
        resources: list[Any] = [*here.registries.values(), *here.discoverers.values()]
        resources += [each for found in here.registries.values() for each in found.schemas.values()]
        for each in resources:
            if each.arn == arn:
                tags: dict[str, str] = each.tags
                return tags
        raise NotFound(f"Resource {arn} does not exist.")
