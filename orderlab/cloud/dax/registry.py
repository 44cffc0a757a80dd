"""Clusters, parameter groups, subnet groups and events of every Region."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.dax import parameter_group, subnet_group
from orderlab.cloud.dax.cluster import Cluster
from orderlab.cloud.dax.parameter_group import ParameterGroup
from orderlab.cloud.dax.subnet_group import SubnetGroup

MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a `CLUSTER`, `PARAMETER_GROUP` or `SUBNET_GROUP`."""

    source_name: str
    source_type: str
    message: str
    at: float

    def described(self) -> dict[str, Any]:
        """The API's Event."""
        return {
            "SourceName": self.source_name,
            "SourceType": self.source_type,
            "Message": self.message,
            "Date": round(self.at, 3),
        }


def _default_parameters() -> dict[str, ParameterGroup]:
    name = parameter_group.DEFAULT_GROUP
    return {name: ParameterGroup(name, "Default parameter group for dax1.0")}


def _default_subnets() -> dict[str, SubnetGroup]:
    name = subnet_group.DEFAULT_GROUP
    subnets = tuple(f"subnet-orderlab{letter}" for letter in "abc")
    return {name: SubnetGroup(name, "Default CacheSubnetGroup", subnets)}


@dataclass(slots=True)
class Region:
    """All of one Region, by names."""

    name: str
    clusters: dict[str, Cluster] = field(default_factory=dict)
    parameter_groups: dict[str, ParameterGroup] = field(default_factory=_default_parameters)
    subnet_groups: dict[str, SubnetGroup] = field(default_factory=_default_subnets)
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))

    @property
    def zones(self) -> tuple[str, ...]:
        """Its Availability Zones, as far as clusters use them."""
        return tuple(f"{self.name}{letter}" for letter in "abc")

    def note(self, source_type: str, name: str, message: str) -> None:
        """Keep an event."""
        self.events.append(Event(name, source_type, message, time.time()))


class Registry:
    """Regions by their names."""

    def __init__(self) -> None:
        self._regions: dict[str, Region] = {}

    def region(self, name: str) -> Region:
        """A Region, which has its default groups from the beginning."""
        found = self._regions.get(name)
        if found is None:
            found = self._regions[name] = Region(name)
        return found

    def clusters(self) -> list[Cluster]:
        """The clusters of all Regions."""
        return [each for region in self._regions.values() for each in region.clusters.values()]
