"""The state of EventBridge Scheduler: groups and their schedules, by Region.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-group.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from orderlab.clock import Clock
from orderlab.cloud.scheduler.errors import ResourceNotFound
from orderlab.cloud.scheduler.schedule import DEFAULT, Group, Schedule


@dataclass(eq=False)
class InRegion:
    """What one Region has. The default group is always there."""

    groups: dict[str, Group] = field(default_factory=dict)
    # by group and name
    schedules: dict[tuple[str, str], Schedule] = field(default_factory=dict)


class Registry:
    """All Regions."""

    def __init__(self, *, account_id: str, clock: Clock) -> None:
        self.account_id = account_id
        self._clock = clock
        self._regions: dict[str, InRegion] = {}

    def of(self, region: str) -> InRegion:
        """What a Region has; the default group is there from the beginning."""
        found = self._regions.get(region)
        if found is None:
            found = self._regions[region] = InRegion()
            now = self._clock.wall()
            found.groups[DEFAULT] = Group(DEFAULT, self.group_arn(region, DEFAULT), now, now)
        return found

    def group_arn(self, region: str, name: str) -> str:
        """The ARN of a group, whether or not it exists."""
        return f"arn:aws:scheduler:{region}:{self.account_id}:schedule-group/{name}"

    def schedule_arn(self, region: str, group: str, name: str) -> str:
        """The ARN of a schedule, whether or not it exists."""
        return f"arn:aws:scheduler:{region}:{self.account_id}:schedule/{group}/{name}"

    def group(self, region: str, name: str) -> Group:
        """The group; ResourceNotFoundException if there is none."""
        found = self.of(region).groups.get(name)
        if found is None:
            raise ResourceNotFound(f"Schedule group {name} does not exist.")
        return found

    def schedule(self, region: str, group: str | None, name: str) -> Schedule:
        """The schedule; ResourceNotFoundException if there is none."""
        found = self.of(region).schedules.get((group or DEFAULT, name))
        if found is None:
            raise ResourceNotFound(f"Schedule {name} does not exist.")
        return found

    def remove(self, schedule: Schedule) -> None:
        """Remove a schedule, unless another has taken its name."""
        schedules = self.of(schedule.arn.split(":")[3]).schedules
        if schedules.get((schedule.group, schedule.name)) is schedule:
            del schedules[schedule.group, schedule.name]
