"""The local cloud's clock in an experiment's hands: stop it, move it on, let it run again.

What waits by the clock goes on at once when it is moved: visibility timeouts, delays, retention,
retries, schedules, times to live, DAX's caches, the periods of metrics and alarms. What a function
does takes its real time, and so does a long poll. Signatures and trace segments have real times.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from orderlab.aws_target.base import CLOCK, Target, need
from orderlab.errors import LearnerError


class CloudClock:
    """Reads and sets the clock of a target. Raises LearnerError where there is none to set."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def stop_clock(self) -> None:
        """Let the cloud's clock stand; what waits by it waits until it is moved or runs again."""
        self._clock("stop")

    def move_clock(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> None:
        """Move the cloud's clock on, whether it stands or runs. It does not go back."""
        given = (seconds, minutes, hours, days)
        if not all(isinstance(each, int | float) and each >= 0 for each in given) or not any(given):
            raise LearnerError(
                "The clock is moved on by more than no time.",
                advice="Say for example lab.faults.move_clock(minutes=5).",
            )
        total = seconds + 60 * minutes + 3600 * hours + 86_400 * days
        if total > 400 * 86_400:
            raise LearnerError("The clock is moved by 400 days at most.")
        self._clock("move", {"seconds": total})

    def run_clock(self) -> None:
        """Let the cloud's clock run again, from what it shows."""
        self._clock("run")

    def now(self) -> datetime:
        """What the cloud's clock shows, in UTC."""
        return datetime.fromtimestamp(self._page()["now"], UTC)

    @property
    def clock_stands(self) -> bool:
        """Whether the cloud's clock is stopped."""
        return bool(self._page()["stopped"])

    def _page(self) -> dict[str, Any]:
        self._require()
        found: dict[str, Any] = self._target.page("clock")
        return found

    def _clock(self, what: str, body: dict[str, Any] | None = None) -> None:
        self._require()
        self._target.page(f"clock/{what}", "POST", body or {})

    def _require(self) -> None:
        need(self._target, CLOCK)
