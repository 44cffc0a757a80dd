"""The states of a mapping and what happens between them.

    Creating -> Enabled | Disabled
    Enabled  -> Updating -> Enabled         settings or function changed
             -> Disabling -> Disabled       the batches under way are finished first
             -> Deleting -> gone            likewise
    Disabled -> Updating -> Disabled
             -> Enabling -> Enabled         reading goes on where it stopped

Differs from AWS: a state that AWS keeps for some seconds up to a minute lasts a fraction of one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from orderlab.cloud.event_sources.dynamodb_streams import StreamPoller
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.poller import Poller
from orderlab.cloud.event_sources.settings import Settings
from orderlab.cloud.event_sources.sqs import QueuePoller
from orderlab.cloud.event_sources.wiring import Wiring

log = logging.getLogger("orderlab.cloud.event_sources")

CREATING_SECONDS = 0.5
CHANGING_SECONDS = 0.2
BUSY_STATES = ("Creating", "Enabling", "Disabling", "Updating", "Deleting")


class Lifecycle:
    """Moves mappings from state to state and keeps the pollers of those that are enabled."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._clock = wiring.clock
        self._pollers: dict[str, Poller] = {}
        self._transitions: dict[str, asyncio.Task[None]] = {}

    def create(self, mapping: EventSourceMapping) -> None:
        """Begin with a new mapping."""
        self._begin(mapping, "Creating", self._settle_in(mapping, CREATING_SECONDS))

    def update(self, mapping: EventSourceMapping, enabled: bool) -> None:
        """Act on changed settings, which the caller has put into the mapping."""
        state = "Updating"
        if enabled != mapping.enabled:
            state = "Enabling" if enabled else "Disabling"
        mapping.enabled = enabled
        self._begin(mapping, state, self._restart(mapping))

    def delete(self, mapping: EventSourceMapping, forget: Coroutine[Any, Any, None]) -> None:
        """End the mapping; `forget` runs when nothing of it is under way any more."""
        self._begin(mapping, "Deleting", self._end(mapping, forget))

    async def stop(self) -> None:
        """End every poller at once: the cloud goes down."""
        transitions = list(self._transitions.values())
        for transition in transitions:
            transition.cancel()
        await asyncio.gather(*transitions, return_exceptions=True)
        await asyncio.gather(*(poller.kill() for poller in self._pollers.values()))
        self._pollers.clear()

    def _begin(
        self, mapping: EventSourceMapping, state: str, work: Coroutine[Any, Any, None]
    ) -> None:
        self._set_state(mapping, state)
        before = self._transitions.get(mapping.uuid)
        task = asyncio.create_task(
            self._in_order(mapping, before, work), name=f"event-source {mapping.uuid} {state}"
        )
        self._transitions[mapping.uuid] = task
        task.add_done_callback(lambda done: self._over(mapping.uuid, done))

    async def _in_order(
        self,
        mapping: EventSourceMapping,
        before: asyncio.Task[None] | None,
        work: Coroutine[Any, Any, None],
    ) -> None:
        try:
            if before is not None:
                await asyncio.gather(before, return_exceptions=True)
            await work
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("event source mapping %s stays %s", mapping.uuid, mapping.state)
        finally:
            work.close()

    def _over(self, uuid: str, task: asyncio.Task[None]) -> None:
        if self._transitions.get(uuid) is task:
            del self._transitions[uuid]

    async def _settle_in(self, mapping: EventSourceMapping, seconds: float) -> None:
        await self._clock.pause(seconds)
        if mapping.state == "Deleting":
            return
        if mapping.enabled:
            poller = self._pollers[mapping.uuid] = self._poller(mapping)
            poller.start()
        self._set_state(mapping, "Enabled" if mapping.enabled else "Disabled")

    async def _restart(self, mapping: EventSourceMapping) -> None:
        await self._stop_polling(mapping)
        await self._settle_in(mapping, CHANGING_SECONDS)

    async def _end(self, mapping: EventSourceMapping, forget: Coroutine[Any, Any, None]) -> None:
        try:
            await self._stop_polling(mapping)
            await self._clock.pause(CHANGING_SECONDS)
            await forget
        finally:
            forget.close()

    async def _stop_polling(self, mapping: EventSourceMapping) -> None:
        poller = self._pollers.pop(mapping.uuid, None)
        if poller is not None:
            await poller.stop()

    def _poller(self, mapping: EventSourceMapping) -> Poller:
        kind = StreamPoller if mapping.of_stream else QueuePoller
        return kind(self._wiring, mapping)

    def _set_state(self, mapping: EventSourceMapping, state: str) -> None:
        mapping.state = state
        mapping.last_modified = self._clock.wall()


def with_settings(mapping: EventSourceMapping, settings: Settings, function_arn: str) -> None:
    """Put what an update changed into the mapping; a poller at work keeps what it began with."""
    mapping.settings = settings
    mapping.function_arn = function_arn
