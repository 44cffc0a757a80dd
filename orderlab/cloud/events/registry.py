"""The state of EventBridge: buses with their rules, archives and replays, by Region.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.events.errors import ResourceNotFound
from orderlab.cloud.events.model import DEFAULT, Archive, Bus, Replay, Rule

_BUS_ARN = re.compile(r"arn:aws[\w-]*:events:([\w-]+):(\d{12}):event-bus/(.+)", re.ASCII)


@dataclass(eq=False)
class InRegion:
    """What one Region has. The default bus is always there."""

    buses: dict[str, Bus] = field(default_factory=dict)
    archives: dict[str, Archive] = field(default_factory=dict)
    replays: dict[str, Replay] = field(default_factory=dict)


class Registry:
    """All Regions, and the tags of what is in them by ARN."""

    def __init__(self, *, account_id: str, clock: Clock) -> None:
        self.account_id = account_id
        self._clock = clock
        self._regions: dict[str, InRegion] = {}
        self.tags: dict[str, dict[str, str]] = {}

    def of(self, region: str) -> InRegion:
        """What a Region has; the default bus is there from the beginning."""
        found = self._regions.get(region)
        if found is None:
            now = self._clock.wall()
            found = self._regions[region] = InRegion()
            found.buses[DEFAULT] = Bus(DEFAULT, self.bus_arn(region, DEFAULT), now, now)
        return found

    def regions(self) -> list[InRegion]:
        """The Regions that were used so far."""
        return list(self._regions.values())

    # --- names ---

    def bus_arn(self, region: str, name: str) -> str:
        """The ARN of a bus, whether or not it exists."""
        return f"arn:aws:events:{region}:{self.account_id}:event-bus/{name}"

    def rule_arn(self, region: str, bus_name: str, name: str) -> str:
        """The rules of the default bus do not name it."""
        path = name if bus_name == DEFAULT else f"{bus_name}/{name}"
        return f"arn:aws:events:{region}:{self.account_id}:rule/{path}"

    def bus_name(self, given: str | None) -> tuple[str | None, str]:
        """The Region, if it is said, and the name of a bus given by name or ARN.

        Raises NotDoneYet for a bus of another account.
        """
        if given is None:
            return None, DEFAULT
        match = _BUS_ARN.fullmatch(given)
        if match is None:
            return None, given
        if match[2] != self.account_id:
            raise NotDoneYet("event buses of other accounts")
        return match[1], match[3]

    # --- finding ---

    def find_bus(self, region: str, given: str | None) -> Bus | None:
        """The bus that a call in a Region means; None if there is none."""
        other_region, name = self.bus_name(given)
        return self.of(other_region or region).buses.get(name)

    def bus(self, region: str, given: str | None) -> Bus:
        """As `find_bus`; ResourceNotFoundException if there is none."""
        found = self.find_bus(region, given)
        if found is None:
            raise ResourceNotFound(f"Event bus {self.bus_name(given)[1]} does not exist.")
        return found

    def bus_of_arn(self, arn: str) -> Bus | None:
        """The bus with that ARN; None if it does not exist."""
        match = _BUS_ARN.fullmatch(arn)
        if match is None or match[2] != self.account_id:
            return None
        return self.of(match[1]).buses.get(match[3])

    def rule(self, region: str, bus_given: str | None, name: str) -> Rule:
        """The rule; ResourceNotFoundException if it, or its bus, does not exist."""
        bus = self.bus(region, bus_given)
        found = bus.rules.get(name)
        if found is None:
            raise ResourceNotFound(f"Rule {name} does not exist on EventBus {bus.name}.")
        return found

    def archives_of(self, bus: Bus) -> list[Archive]:
        """The archives of a bus."""
        region = bus.arn.split(":")[3]
        return [each for each in self.of(region).archives.values() if each.source_arn == bus.arn]
