"""The alarms of the account, by Region and name, and which composite alarm stands on which others.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
"""

from __future__ import annotations

from collections.abc import Iterator

from orderlab.cloud.cloudwatch.alarm_state import AnyAlarm
from orderlab.cloud.cloudwatch.composite_alarm import CompositeAlarm

Key = tuple[str, str]


class AlarmRegistry:
    """Keeps alarms. Their names are unique, whatever kind they are of."""

    def __init__(self) -> None:
        self._alarms: dict[Key, AnyAlarm] = {}
        # the composite alarms that name an alarm, by their names
        self._parents: dict[Key, dict[str, CompositeAlarm]] = {}
        # the alarms whose rules lead into a cycle; None until somebody asks
        self._endless: set[Key] | None = None

    def __len__(self) -> int:
        return len(self._alarms)

    def get(self, region: str, name: str) -> AnyAlarm | None:
        """The alarm of that name."""
        return self._alarms.get((region, name))

    def put(self, region: str, alarm: AnyAlarm) -> None:
        """Keep an alarm, in the place of another of its name."""
        self.drop(region, alarm.name)
        self._alarms[region, alarm.name] = alarm
        if isinstance(alarm, CompositeAlarm):
            for name in alarm.rule.children:
                self._parents.setdefault((region, name), {})[alarm.name] = alarm

    def drop(self, region: str, name: str) -> None:
        """Forget an alarm, if it is there."""
        before = self._alarms.pop((region, name), None)
        if isinstance(before, CompositeAlarm):
            for child in before.rule.children:
                self._parents[region, child].pop(name, None)
        self._endless = None

    def all(self) -> list[tuple[str, AnyAlarm]]:
        """Every alarm with its Region."""
        return [(region, alarm) for (region, _), alarm in self._alarms.items()]

    def of(self, region: str) -> Iterator[AnyAlarm]:
        """The alarms of a Region."""
        return (alarm for place, alarm in self.all() if place == region)

    def parents(self, region: str, name: str) -> list[CompositeAlarm]:
        """The composite alarms whose rules name an alarm."""
        return list(self._parents.get((region, name), {}).values())

    def children(self, region: str, alarm: CompositeAlarm) -> dict[str, AnyAlarm]:
        """The alarms that a rule names, as far as they exist."""
        found = ((name, self.get(region, name)) for name in alarm.rule.children)
        return {name: each for name, each in found if each is not None}

    def is_endless(self, region: str, alarm: CompositeAlarm) -> bool:
        """Whether the rule of an alarm leads into a cycle of rules, by whatever way."""
        if self._endless is None:
            self._endless = self._all_endless()
        return (region, alarm.name) in self._endless

    def _all_endless(self) -> set[Key]:
        """What is left when alarms are taken away as soon as none of those they name is there."""
        open_children = {
            (region, alarm.name): len(alarm.rule.children)
            for region, alarm in self.all()
            if isinstance(alarm, CompositeAlarm)
        }
        done = [key for key in {*self._alarms, *self._parents} if not open_children.get(key)]
        for region, name in done:
            open_children.pop((region, name), None)
            for parent in self._parents.get((region, name), {}):
                open_children[region, parent] -= 1
                if not open_children[region, parent]:
                    done.append((region, parent))
        return set(open_children)
