"""Replays: events of an archive, put on their bus once more.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.events.errors import (
    IllegalStatus,
    LimitExceeded,
    ResourceAlreadyExists,
    ResourceNotFound,
    not_valid,
)
from orderlab.cloud.events.model import Archive, Bus, Replay
from orderlab.cloud.events.one_filter import require_one_filter
from orderlab.cloud.events.recording import Recording
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.events.routing import Routing
from orderlab.cloud.targets.pages import page

MAX_AT_ONCE = 10
# scaled seconds that a replay is STARTING
STARTING_SECONDS = 1.0
# above this many bytes of waiting events a replay pauses
_ROOM_BYTES = 4 * 1024 * 1024
log = logging.getLogger("orderlab.cloud.events")


class Replays:
    """The operations about replays, and the replays that run."""

    def __init__(
        self, *, registry: Registry, routing: Routing, recording: Recording, clock: Clock
    ) -> None:
        self._registry = registry
        self._routing = routing
        self._recording = recording
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self.handlers: Mapping[str, Handler] = {
            "StartReplay": self.begin,
            "CancelReplay": self.cancel,
            "DescribeReplay": self.describe,
            "ListReplays": self.list,
        }

    async def stop(self) -> None:
        """End the replays that are under way."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def begin(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html"""
        name = given["ReplayName"]
        replays = self._registry.of(call.region).replays
        if name in replays:
            raise ResourceAlreadyExists(f"Replay {name} already exists.")
        archive, bus = self._archive(call, given), self._destination(given)
        if bus.arn != archive.source_arn:
            raise not_valid("Destination.Arn", "Cross event bus replay is not permitted.")
        start, end = _moment(given["EventStartTime"]), _moment(given["EventEndTime"])
        if start >= end:
            raise not_valid("EventEndTime", "EventStartTime must be before EventEndTime.")
        if len(self._running) >= MAX_AT_ONCE:
            raise LimitExceeded()
        arn = f"arn:aws:events:{call.region}:{self._registry.account_id}:replay/{name}"
        replay = Replay(
            name, arn, archive, given["Destination"], start, end, self._clock.wall(),
            given.get("Description"),
        )  # fmt: skip
        replays[name] = replay
        task = asyncio.get_running_loop().create_task(self._run(replay, bus), name=f"replay {name}")
        self._running[arn] = task
        task.add_done_callback(lambda _: self._running.pop(arn, None))
        return {"ReplayArn": arn, "State": replay.state, "ReplayStartTime": replay.began}

    def _archive(self, call: Call, given: Parameters) -> Archive:
        arn = given["EventSourceArn"]
        for archive in self._registry.of(call.region).archives.values():
            if archive.arn == arn:
                return archive
        raise not_valid("EventSourceArn", f"Archive {arn.rpartition('/')[2]} does not exist.")

    def _destination(self, given: Parameters) -> Bus:
        arn = given["Destination"]["Arn"]
        if ":event-bus/" not in arn:
            raise not_valid("Destination.Arn", "Must contain an event bus ARN.")
        bus = self._registry.bus_of_arn(arn)
        if bus is None:
            raise ResourceNotFound(f"Event bus {arn.rpartition('/')[2]} does not exist.")
        return bus

    async def _run(self, replay: Replay, bus: Bus) -> None:
        try:
            await self._clock.pause(STARTING_SECONDS)
            replay.state = "RUNNING"
            await self._send(replay, bus)
            replay.state = "COMPLETED"
        except asyncio.CancelledError:
            replay.state = "CANCELLED"
        except Exception:
            log.exception("The replay %s failed", replay.name)
            replay.state, replay.state_reason = "FAILED", "Internal error"
        replay.ended = self._clock.wall()

    async def _send(self, replay: Replay, bus: Bus) -> None:
        replay.archive.forget_expired(self._clock.now())
        found = [
            event
            for _, event in replay.archive.events
            if replay.start <= event.created <= replay.end
        ]
        only = frozenset(replay.destination.get("FilterArns") or ())
        for event in sorted(found, key=lambda event: event.created):
            while self._routing.waiting_bytes > _ROOM_BYTES:
                await asyncio.sleep(0.01)
            again = event.replayed(replay.name, only)
            self._recording.arrived(bus, again, replay.archive.arn, action="Replay")
            self._routing.add(bus, again)
            replay.last_replayed = event.created
            await asyncio.sleep(0)

    def existing(self, region: str, name: str) -> Replay:
        """A replay by its name. Raises ResourceNotFound."""
        replay = self._registry.of(region).replays.get(name)
        if replay is None:
            raise ResourceNotFound(f"Replay {name} does not exist.")
        return replay

    def cancel(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html"""
        replay = self.existing(call.region, given["ReplayName"])
        task = self._running.get(replay.arn)
        if replay.over or task is None:
            raise IllegalStatus(f"Replay {replay.name} is not in a valid state for this operation.")
        replay.state = "CANCELLING"
        task.cancel()
        return {"ReplayArn": replay.arn, "State": "CANCELLING"}

    def describe(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeReplay.html"""
        replay = self.existing(call.region, given["ReplayName"])
        shown = _shown(replay)
        shown["ReplayArn"] = replay.arn
        shown["Destination"] = replay.destination
        if replay.description:
            shown["Description"] = replay.description
        return shown

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListReplays.html"""
        require_one_filter(given, "ListReplays")
        found = [
            _shown(replay)
            for replay in self._registry.of(call.region).replays.values()
            if replay.name.startswith(given.get("NamePrefix", ""))
            and given.get("State") in (None, replay.state)
            and given.get("EventSourceArn") in (None, replay.archive.arn)
        ]
        return page("Replays", found, given.get("Limit"), given.get("NextToken"))


def _moment(given: Any) -> float:
    """Seconds since 1970; clients send a number, some of them text."""
    try:
        if isinstance(given, str):
            found = datetime.fromisoformat(given)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        return float(given)
    except (ValueError, OverflowError):
        raise not_valid("EventStartTime") from None


def _shown(replay: Replay) -> dict[str, Any]:
    shown = {
        "ReplayName": replay.name,
        "EventSourceArn": replay.archive.arn,
        "State": replay.state,
        "StateReason": replay.state_reason,
        "EventStartTime": replay.start,
        "EventEndTime": replay.end,
        "EventLastReplayedTime": replay.last_replayed,
        "ReplayStartTime": replay.began,
        "ReplayEndTime": replay.ended,
    }
    return {name: value for name, value in shown.items() if value is not None}
