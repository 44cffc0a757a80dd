"""One schedule and one group: what they are set to, and how the API shows them.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.targets.schedule_expressions import Schedule as Times

SERVICE = "scheduler.amazonaws.com"
DEFAULT = "default"
_SHOWN = (
    "Description", "EndDate", "FlexibleTimeWindow", "ScheduleExpression", "StartDate", "Target",
)  # fmt: skip


@dataclass(eq=False)
class Schedule:
    """A schedule. `settings` are the parameters of CreateSchedule; times are seconds since 1970."""

    name: str
    group: str
    arn: str
    settings: dict[str, Any]
    times: Times
    start: float | None
    end: float | None
    created: float
    modified: float
    client_token: str | None = None

    @property
    def enabled(self) -> bool:
        """Whether it keeps its times."""
        return bool(self.settings.get("State", "ENABLED") == "ENABLED")

    @property
    def target(self) -> dict[str, Any]:
        """What it calls, as CreateSchedule was given it."""
        found: dict[str, Any] = self.settings["Target"]
        return found

    @property
    def goes_when_done(self) -> bool:
        """Whether it is deleted after its last time."""
        return bool(self.settings.get("ActionAfterCompletion") == "DELETE")

    @property
    def window_seconds(self) -> float:
        """How many seconds after its time it may call; 0 without a flexible window."""
        window = self.settings["FlexibleTimeWindow"]
        minutes = window.get("MaximumWindowInMinutes", 0) if window["Mode"] == "FLEXIBLE" else 0
        return 60.0 * minutes

    def described(self) -> dict[str, Any]:
        """The schedule as GetSchedule shows it."""
        shown = {name: self.settings[name] for name in _SHOWN if name in self.settings}
        return {
            **shown,
            "Arn": self.arn,
            "Name": self.name,
            "GroupName": self.group,
            "State": self.settings.get("State", "ENABLED"),
            "ScheduleExpressionTimezone": self.settings.get("ScheduleExpressionTimezone", "UTC"),
            "ActionAfterCompletion": self.settings.get("ActionAfterCompletion", "NONE"),
            "CreationDate": self.created,
            "LastModificationDate": self.modified,
        }

    def listed(self) -> dict[str, Any]:
        """The schedule as ListSchedules shows it."""
        return {
            "Arn": self.arn,
            "Name": self.name,
            "GroupName": self.group,
            "State": self.settings.get("State", "ENABLED"),
            "Target": {"Arn": self.target["Arn"]},
            "CreationDate": self.created,
            "LastModificationDate": self.modified,
        }


@dataclass(eq=False)
class Group:
    """A group of schedules."""

    name: str
    arn: str
    created: float
    modified: float
    tags: dict[str, str] = field(default_factory=dict)
    client_token: str | None = None

    def described(self) -> dict[str, Any]:
        """The group as GetScheduleGroup shows it."""
        return {
            "Arn": self.arn,
            "Name": self.name,
            "State": "ACTIVE",
            "CreationDate": self.created,
            "LastModificationDate": self.modified,
        }
