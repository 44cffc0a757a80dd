"""A service that is made when it is called for the first time.

Most clouds put no event on a bus and start no pipe: such services cost neither time at the start
nor memory before somebody uses them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from orderlab.cloud.contracts import Handler, Service

Made = TypeVar("Made", bound=Service)


class LateService(Generic[Made]):
    """Stands for a service until it is needed. Implements `contracts.Service`."""

    def __init__(self, name: str, make: Callable[[], Made]) -> None:
        self.name = name
        self._make = make
        self._made: Made | None = None

    @property
    def service(self) -> Made:
        """The service itself, which is made now if it was not before."""
        if self._made is None:
            self._made = self._make()
        return self._made

    @property
    def if_made(self) -> Made | None:
        """The service, if it was needed so far."""
        return self._made

    @property
    def operations(self) -> Mapping[str, Handler]:
        """The service's operations; the service is made to give them."""
        return self.service.operations

    async def start(self) -> None:
        """Services that are made late begin nothing before they are called."""

    async def stop(self) -> None:
        """Stop the service if it was made."""
        if self._made is not None:
            await self._made.stop()
