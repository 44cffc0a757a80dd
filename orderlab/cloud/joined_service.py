"""Several services that AWS shows as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Handler, Service


class _Operations(dict[str, Handler]):
    def __init__(self, first: Mapping[str, Handler]) -> None:
        super().__init__(first)
        self._ask_first = first.get

    def get(self, operation: str, default: object = None) -> Any:
        return super().get(operation) or self._ask_first(operation)


class JoinedService:
    """Parts that answer under one name, such as Lambda's functions and its event source mappings.

    They are started in the order given. Where two list the same operation, the later one answers:
    it may pass on what is not about it. The first is asked about an operation that none of them
    lists, and may refuse it by name.
    """

    def __init__(self, name: str, first: Service, *further: Service) -> None:
        self.name = name
        self._parts = (first, *further)
        self._started: list[Service] = []
        operations = _Operations(first.operations)
        for part in further:
            operations.update(part.operations)
        self.operations: Mapping[str, Handler] = operations

    async def start(self) -> None:
        """Start all parts."""
        for part in self._parts:
            await part.start()
            self._started.append(part)

    async def stop(self) -> None:
        """Stop the parts that were started, the last first."""
        while self._started:
            await self._started.pop().stop()
