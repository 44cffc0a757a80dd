"""Which rules an event triggers, and what archives keep of it.

Events are looked at one after the other, so that a bus keeps its order as well as it can; nobody
who puts events waits for that.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
Differs from AWS: an event that rules pass on from bus to bus ends after five buses; archives keep
64 MB of events, the newest ones.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from orderlab.clock import Clock
from orderlab.cloud.contracts import Watcher
from orderlab.cloud.events.delivery import Delivery
from orderlab.cloud.events.event import Event
from orderlab.cloud.events.model import Bus, Rule
from orderlab.cloud.events.recording import Recording
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.patterns.event_pattern import EventPattern
from orderlab.cloud.telemetry.long_work import LongWork

MAX_HOPS = 5
MAX_ARCHIVED_BYTES = 64 * 1024 * 1024
# how much matching is done at once: bytes of events times what patterns ask
AT_ONCE = 1_000_000
log = logging.getLogger("orderlab.cloud.events")


class Routing:
    """Takes events from buses to the targets of the rules that want them."""

    def __init__(
        self, *, registry: Registry, delivery: Delivery, recording: Recording, clock: Clock
    ) -> None:
        self._registry = registry
        self._delivery = delivery
        self._recording = recording
        self._clock = clock
        self._long_work = LongWork()
        self._arrived: deque[tuple[Bus, Event]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._done_at_once = 0
        self.waiting_bytes = 0
        # who looks at the events of a bus, by its ARN
        self.watchers: dict[str, Watcher] = {}
        delivery.pass_on = self.pass_on

    def add(self, bus: Bus, event: Event) -> None:
        """Have an event looked at soon."""
        self._arrived.append((bus, event))
        self.waiting_bytes += event.size
        if self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work(), name="event rules")

    def pass_on(self, bus: Bus, event: Event) -> bool:
        """Put an event on a further bus; False if it has been on too many."""
        if event.hops >= MAX_HOPS:
            return False
        self.add(bus, event.passed_on())
        return True

    async def stop(self) -> None:
        """Route no further; events that wait are dropped."""
        self._arrived.clear()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while self._arrived:
                bus, event = self._arrived.popleft()
                try:
                    await self._route(bus, event)
                except Exception:
                    log.exception("An event on %s could not be routed", bus.arn)
                self.waiting_bytes -= event.size
                await asyncio.sleep(0)
        finally:
            self._worker = None

    async def _route(self, bus: Bus, event: Event) -> None:
        if not event.replay_name:
            await self._archive(bus, event)
            if bus.arn in self.watchers:
                await self.watchers[bus.arn](event.content, event.size)
        for rule in list(bus.rules.values()):
            if not (rule.enabled and rule.pattern):
                continue
            if event.only_rules and rule.arn not in event.only_rules:
                continue
            if await self._wants(rule.pattern, event):
                self._recording.matched(bus, rule, event)
                await self.trigger(rule, event)

    async def trigger(self, rule: Rule, event: Event) -> None:
        """Send an event to all targets of a rule."""
        for target in list(rule.targets.values()):
            await self._delivery.deliver(rule, target, event)

    async def _wants(self, pattern: EventPattern, event: Event) -> bool:
        """Whether a pattern wants an event; others are answered meanwhile."""
        work = pattern.work(event.size)
        if work > AT_ONCE:
            return await self._long_work.run(pattern.matches, event.content)
        self._done_at_once += work
        if self._done_at_once > AT_ONCE:
            self._done_at_once = 0
            await asyncio.sleep(0)
        return pattern.matches(event.content)

    # --- archives ---

    async def _archive(self, bus: Bus, event: Event) -> None:
        for archive in self._registry.archives_of(bus):
            if archive.pattern is None or await self._wants(archive.pattern, event):
                archive.forget_expired(self._clock.now())
                archive.add(event, self._clock.now())
                self._keep_room()

    def _keep_room(self) -> None:
        archives = [each for at in self._registry.regions() for each in at.archives.values()]
        total = sum(archive.size for archive in archives)
        while total > MAX_ARCHIVED_BYTES:
            largest = max(archives, key=lambda archive: archive.size)
            total -= largest.events[0][1].size
            largest.drop_oldest()
