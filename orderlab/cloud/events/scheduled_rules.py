"""Rules with a schedule: the event that triggers them, and when it comes.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import asyncio
import logging

from orderlab.clock import Clock
from orderlab.cloud import ids
from orderlab.cloud.events.event import Event
from orderlab.cloud.events.model import Rule
from orderlab.cloud.events.recording import Recording
from orderlab.cloud.events.routing import Routing
from orderlab.cloud.targets.timetable import Timetable, instant

log = logging.getLogger("orderlab.cloud.events")


class ScheduledRules:
    """A task for each rule that is enabled and has a schedule."""

    def __init__(self, *, routing: Routing, recording: Recording, clock: Clock) -> None:
        self._routing = routing
        self._recording = recording
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def changed(self, rule: Rule) -> None:
        """Begin a rule's schedule anew, or end it."""
        task = self._tasks.pop(rule.arn, None)
        if task is not None:
            task.cancel()
        if rule.enabled and rule.schedule is not None:
            self._tasks[rule.arn] = asyncio.get_running_loop().create_task(
                self._run(rule, Timetable(self._clock, rule.schedule)), name=f"schedule {rule.arn}"
            )

    async def stop(self) -> None:
        """Keep no further times."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, rule: Rule, timetable: Timetable) -> None:
        moment = timetable.time()
        while (due := timetable.next_after(moment)) is not None:
            await timetable.wait_until(due)
            try:
                self._recording.triggered(rule)
                await self._routing.trigger(rule, self._event(rule, due))
            except Exception:
                log.exception("The scheduled rule %s failed", rule.arn)
            # what a slow machine has missed is not made up for
            moment = max(due, timetable.time() - 1)

    def _event(self, rule: Rule, due: float) -> Event:
        content = {
            "version": "0",
            "id": ids.new_uuid("events"),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": rule.created_by,
            "time": instant(due),
            "region": rule.arn.split(":")[3],
            "resources": [rule.arn],
            "detail": {},
        }
        return Event(content, due, self._clock.wall(), 0)
