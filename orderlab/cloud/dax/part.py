"""What the parts of a node stand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from orderlab.cloud.dax.item_cache import ItemCache
from orderlab.cloud.dax.protocol import requests
from orderlab.cloud.dax.protocol.attribute_lists import AttributeLists
from orderlab.cloud.dax.protocol.expressions import Path, Placeholders
from orderlab.cloud.dax.query_cache import QueryCache
from orderlab.cloud.dax.replication import Replication
from orderlab.cloud.dax.tables import Tables
from orderlab.cloud.dax.work import LongWork, Made, worked


@dataclass(frozen=True, slots=True)
class Shared:
    """What the nodes of a cluster have in common."""

    tables: Tables
    lists: AttributeLists
    replication: Replication
    long_work: LongWork


class Caches(Protocol):
    """The node that a part belongs to."""

    @property
    def items(self) -> ItemCache:
        """Its item cache."""

    @property
    def queries(self) -> QueryCache:
        """Its query cache."""

    def hit(self, cache: str, count: int = 1) -> None:
        """Count a hit of `ItemCache`, `QueryCache` or `ScanCache`."""

    def miss(self, cache: str, count: int = 1) -> None:
        """Count a miss."""


class NodePart:
    """Answers some operations for one node of a cluster."""

    def __init__(self, node: Caches, shared: Shared) -> None:
        self.node = node
        self.tables = shared.tables
        self.lists = shared.lists
        self.replication = shared.replication
        self.long_work = shared.long_work

    async def worked(self, size: int, function: Callable[..., Made], *arguments: Any) -> Made:
        """What a function makes of so many bytes: here, or on a thread if there are many."""
        return await worked(self.long_work, size, function, *arguments)

    def check_projection(self, wanted: list[Path], placeholders: Placeholders) -> None:
        """Raise DynamoDB's ValidationException for a projection that it does not get to see."""
        self.tables.check_projection(requests.projection_text(wanted, placeholders))
