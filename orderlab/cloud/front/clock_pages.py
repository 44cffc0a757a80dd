"""The lab's own window on the clock: `/_orderlab/clock` shows it, stops it and moves it on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Page

# longer than anything is kept
MOST_SECONDS = 400 * 24 * 3600.0


def pages(clock: Clock) -> dict[str, Page]:
    """`GET clock` shows it; `POST clock/stop`, `clock/run`, and `clock/move` by so many `seconds`
    of the clock's time.

    What waits by the clock goes on at once when it is moved: visibility timeouts, delays,
    retention, retries, schedules, times to live, periods of metrics. Signatures, credentials, trace
    segments and functions' own time are real, and so is the pace of long polls and pollers.
    """
    # whoever moves the clock is on the way for a moment
    one_at_a_time = asyncio.Lock()

    async def stop(_: dict[str, Any]) -> dict[str, Any]:
        async with one_at_a_time:
            clock.stop()
        return shown(clock)

    async def run(_: dict[str, Any]) -> dict[str, Any]:
        async with one_at_a_time:
            clock.run()
        return shown(clock)

    async def move(parameters: dict[str, Any]) -> dict[str, Any]:
        seconds = float(parameters.get("seconds", 0))
        if not 0 < seconds <= MOST_SECONDS:
            raise ValidationException(
                f"The clock is moved by more than 0 and at most {MOST_SECONDS:.0f} seconds."
            )
        async with one_at_a_time:
            await clock.move(seconds)
        return shown(clock)

    return {
        "GET clock": lambda _: shown(clock),
        "POST clock/stop": stop,
        "POST clock/run": run,
        "POST clock/move": move,
    }


def shown(clock: Clock) -> dict[str, Any]:
    """What the clock shows, whether it stands, and by how many seconds it is ahead of this
    machine's."""
    wall = clock.wall()
    return {
        "now": wall,
        "time": datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds"),
        "stopped": clock.stopped,
        "ahead_seconds": round(clock.ahead, 3),
        "speed": clock.speed,
    }
