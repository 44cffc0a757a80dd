"""Event buses, as the services that put events on them see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from orderlab.cloud.contracts.calls import Principal
from orderlab.cloud.contracts.identity import Policy

# Looks at an event that has arrived on a bus, and its size in bytes.
Watcher = Callable[[Mapping[str, Any], int], Awaitable[None]]


class EventBuses(Protocol):
    """EventBridge: all event buses of all Regions.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    """

    def put_events(
        self,
        region: str,
        entries: Sequence[Mapping[str, Any]],
        sender: Principal,
        trace: str | None = None,
    ) -> Mapping[str, Any]:
        """Take in entries as PutEvents does, and return its result. Checks no policy.

        `trace` is the trace header of entries that bring none.

        Raises ValidationException if the entries break a limit of the whole call.
        """

    def exists(self, bus_arn: str) -> bool:
        """Whether there is a bus with that ARN."""

    def watch(self, bus_arn: str, look: Watcher | None) -> None:
        """Have every event that arrives on a bus looked at; None ends it."""

    def resource_policy(self, bus_arn: str) -> Policy:
        """The bus's policy; None if it has none, or there is no such bus."""
